"""What a person writes for a time in; a moment out, or what to write instead."""

from datetime import UTC, datetime

from steadyhand.app.problem import Problem


def moment(text: str) -> datetime:
    """Read "2026-12-24T20:00+01:00"; without a zone it is UTC. Raises Problem."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(f"{text!r} is no time; one is 2026-12-24T20:00+01:00") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        at.astimezone(UTC)
    except OverflowError:
        raise Problem(f"{text!r} lies before the year 1 or after 9999 in UTC") from None
    return at
