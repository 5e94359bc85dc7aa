"""A broker that speaks Kafka's protocol, a process of its own. It knows nothing of the lab.

One node, one replica, no transactions, no static membership, no compaction. What it keeps lies in
one folder and outlives a kill -9.
"""
