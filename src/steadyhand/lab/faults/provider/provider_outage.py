"""An outside provider does not answer at all: it ends each connection."""

from steadyhand.lab.faults.fault import Scene, text
from steadyhand.lab.faults.provider.switches import language_model, switching


def named(scene: Scene) -> str:
    """Which one is out has to be said. Raises BadParameter."""
    text(scene.given, "provider")
    return language_model(scene)


PROVIDER_OUTAGE = switching(
    "provider-outage",
    (
        "An outside provider (a language model, Firebase, Slack, PagerDuty, GitHub) is away.",
        "curl of the provider's address ends without an answer; the log says that it is "
        "unreachable; notices sent through it do not arrive.",
    ),
    lambda _: {"down": True},
    named,
)
