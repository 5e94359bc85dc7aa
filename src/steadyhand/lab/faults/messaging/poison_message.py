"""A sender writes what nobody can decode into a topic, from time to time."""

from typing import Any

from steadyhand.lab.faults.fault import Fault, Scene, number
from steadyhand.lab.faults.messaging.letters import Letter, producer, send
from steadyhand.lab.faults.messaging.workers import brokers, topic_of
from steadyhand.lab.faults.repeating import Repeating

EVERY = 5.0
# Cut off in the middle of a string and of a character, as a sender's crash leaves it.
POISON = b'{"id": "7d0f\xe2\x82'


def inject(scene: Scene) -> dict[str, Any]:
    """Send one, and go on."""
    topic, servers = topic_of(scene), brokers(scene)
    every = number(scene.given, "every", EVERY) or EVERY

    def poison() -> None:
        with producer(servers) as out:
            send(out, topic, [Letter(None, POISON)])

    poison()  # here and now: whoever injects learns that there is no broker
    scene.kept["job"] = job = Repeating(poison, every, scene.lab.ending)
    job.start()
    return {"topic": topic, "every": every}


def clear(scene: Scene) -> None:
    """End the sender. What it sent stays where dead letters are kept, as it would."""
    scene.kept["job"].stop()


POISON_MESSAGE = Fault(
    name="poison-message",
    summary="A sender writes messages into a topic that cannot be decoded.",
    notice=(
        "The workers' log has ERROR lines that say why a message was set aside; "
        "kafka-console-consumer.sh shows it in the dead-letter topic; the rest is worked on."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "topic": "the topic (the system's first)",
        "every": f"seconds between two of them ({EVERY:g})",
    },
)
