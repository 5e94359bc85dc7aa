"""A name of the system leads nowhere any more: its record is gone."""

from typing import Any

from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, text


def inject(scene: Scene) -> dict[str, Any]:
    """Take a name out of the table by which everybody in the lab finds things."""
    host = text(scene.given, "host", scene.live.parts.balancers[0].hosts[0]).lower()
    with scene.lab.lock:
        if host not in scene.lab.directory.names():
            raise BadParameter(f"the lab knows no name {host}")
        scene.kept["host"] = host
        scene.lab.directory.unresolved.add(host)
        scene.lab.directory.announce()
    return {"host": host}


def clear(scene: Scene) -> None:
    with scene.lab.lock:
        scene.lab.directory.unresolved.discard(scene.kept["host"])
        scene.lab.directory.announce()


DNS_FAILURE = Fault(
    name="dns-failure",
    summary="A name's record is gone: whoever asks for the name is told that there is none.",
    notice=(
        "nslookup and dig say NXDOMAIN, and nothing that goes by the name gets any further; the "
        "load balancer, its targets and the tasks are well, and RequestCount falls to nothing."
    ),
    inject=inject,
    clear=clear,
    parameters={"host": "the name (the first of the system's load balancer)"},
)
