"""The tools that runbooks call, as the lab answers them: a tool's name in, its program out.

To add one: a module with `main(call) -> int` (see call.py), and a line in TOOLS. A tool's module is
loaded when it is called: whoever asks Redis need not wait for what Terraform is made of.
"""

from importlib import import_module

from steadyhand.lab.tools.call import Call, Tool


def _tool(module: str, name: str = "main") -> Tool:
    def run(call: Call) -> int:
        tool: Tool = getattr(import_module(f"{__name__}.{module}"), name)
        return tool(call)

    return run


TOOLS: dict[str, Tool] = {
    "dig": _tool("network.names", "dig"),
    "docker": _tool("docker.program"),
    "gh": _tool("gh.program"),
    "git": _tool("git"),
    "kafka-console-consumer.sh": _tool("kafka_console_consumer"),
    "kafka-console-producer.sh": _tool("kafka_console_producer"),
    "kafka-consumer-groups.sh": _tool("kafka_consumer_groups"),
    "kafka-topics.sh": _tool("kafka_topics"),
    "nc": _tool("network.nc"),
    "nslookup": _tool("network.names", "nslookup"),
    "pg_dump": _tool("postgres", "pg_dump"),
    "pg_isready": _tool("postgres", "pg_isready"),
    "poetry": _tool("poetry"),
    "psql": _tool("postgres", "psql"),
    "redis-cli": _tool("redis_cli.program"),
    "session-manager-plugin": _tool("session_manager"),
    "terraform": _tool("terraform.program"),
}
