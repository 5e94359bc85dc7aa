"""A producer sends again what it has sent, while the workers get next to no processor time."""

from typing import Any

from steadyhand.lab.faults.compute.tasks import alive
from steadyhand.lab.faults.fault import Fault, Scene, number
from steadyhand.lab.faults.messaging.letters import newest, producer, send
from steadyhand.lab.faults.messaging.throttle import Throttle
from steadyhand.lab.faults.messaging.workers import SERVICE, brokers, topic_of, workers
from steadyhand.lab.faults.repeating import Repeating

RATE, SHARE = 400.0, 0.05
READ, PAUSE = 500, 0.25


def inject(scene: Scene) -> dict[str, Any]:
    """Hold the workers that run now back, and repeat real messages: each is counted once anyway."""
    topic, servers = topic_of(scene), brokers(scene)
    rate = number(scene.given, "rate", RATE) or RATE
    share = number(scene.given, "share", SHARE)
    tasks = workers(scene)
    letters = newest(servers, topic, READ)
    each = max(1, round(rate * PAUSE))
    made = scene.kept["producer"] = producer(servers)
    out = made.__enter__()
    position = 0

    def more() -> None:
        nonlocal position
        turn = [letters[n % len(letters)] for n in range(position, position + each)]
        position += each
        send(out, topic, turn)

    throttle = Throttle((pid for _, pid in alive(tasks)), share, scene.lab.ending)
    scene.kept["throttle"] = throttle
    scene.kept["job"] = job = Repeating(more, PAUSE, scene.lab.ending)
    throttle.start()
    job.start()
    return {"topic": topic, "rate": rate, "workers": [task.id for task in tasks]}


def clear(scene: Scene) -> None:
    """End the producer and let the workers run; they work off what has piled up."""
    scene.kept["job"].stop()
    scene.kept["throttle"].stop()
    scene.kept["producer"].__exit__(None, None, None)


KAFKA_LAG = Fault(
    name="kafka-lag",
    summary="A topic gets more messages than its workers, short of processor time, can work off.",
    notice=(
        "kafka-consumer-groups.sh --describe shows a LAG that grows; AWS/Kafka SumOffsetLag rises; "
        "the services run and log no errors; what was sent is worked on late."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "topic": "the topic (the system's first)",
        "rate": f"messages that are sent again each second ({RATE:g})",
        "share": f"the part of their time in which the workers may run ({SHARE:g})",
        **SERVICE,
    },
)
