"""The tools that runbooks call, as the lab answers them: a tool's name in, its program out.

To add one: a module with `main(call) -> int` (see call.py), and a line in TOOLS.
"""

from steadyhand.lab.tools import (
    git,
    kafka_console_consumer,
    kafka_console_producer,
    kafka_consumer_groups,
    kafka_topics,
    poetry,
)
from steadyhand.lab.tools.call import Tool
from steadyhand.lab.tools.docker import program as docker
from steadyhand.lab.tools.gh import program as gh
from steadyhand.lab.tools.network import names, nc
from steadyhand.lab.tools.redis_cli import program as redis_cli
from steadyhand.lab.tools.terraform import program as terraform

TOOLS: dict[str, Tool] = {
    "dig": names.dig,
    "docker": docker.main,
    "gh": gh.main,
    "git": git.main,
    "kafka-console-consumer.sh": kafka_console_consumer.main,
    "kafka-console-producer.sh": kafka_console_producer.main,
    "kafka-consumer-groups.sh": kafka_consumer_groups.main,
    "kafka-topics.sh": kafka_topics.main,
    "nc": nc.main,
    "nslookup": names.nslookup,
    "poetry": poetry.main,
    "redis-cli": redis_cli.main,
    "terraform": terraform.main,
}
