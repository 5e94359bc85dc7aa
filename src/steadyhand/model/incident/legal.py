"""What an event may not follow is refused here, with the reason."""

from steadyhand.model.events import IllegalEvent


def legal(condition: bool, why: str) -> None:
    """Raise IllegalEvent where the condition does not hold."""
    if not condition:
        raise IllegalEvent(why)
