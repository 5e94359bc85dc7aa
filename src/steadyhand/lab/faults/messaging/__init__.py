"""Faults of Kafka: its broker, its topics, and the workers that read from it."""

from steadyhand.lab.faults.messaging.broker_down import BROKER_DOWN
from steadyhand.lab.faults.messaging.kafka_lag import KAFKA_LAG
from steadyhand.lab.faults.messaging.poison_message import POISON_MESSAGE
from steadyhand.lab.faults.messaging.stale_worker_heartbeat import STALE_WORKER_HEARTBEAT

MESSAGING = (KAFKA_LAG, POISON_MESSAGE, BROKER_DOWN, STALE_WORKER_HEARTBEAT)
