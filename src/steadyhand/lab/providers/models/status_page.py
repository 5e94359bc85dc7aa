"""How a provider is switched in, what its public status page says out.

https://www.atlassian.com/software/statuspage: the API of such pages, `/api/v2/status.json`
"""

from datetime import UTC, datetime

from steadyhand.lab.providers.account import Account, Switches
from steadyhand.lab.providers.messages import Call, Reply

PAGE = {"id": "01JMDK9XYNYE6", "name": "OpenAI", "url": "https://status.openai.com"}


def refusal(status: int) -> Reply:
    return Reply(status, "")


def answer(call: Call, watched: Account) -> Reply:
    """Say how the watched provider is: what its customers feel, not what it knows of itself."""
    if (call.method, call.path) != ("GET", "/api/v2/status.json"):
        return Reply(404, {"error": "not found"})
    indicator, description = health(watched.switches)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    status = {"indicator": indicator, "description": description}
    return Reply(
        200, {"page": {**PAGE, "time_zone": "Etc/UTC", "updated_at": now}, "status": status}
    )


def health(switches: Switches) -> tuple[str, str]:
    """A key of one customer, or a limit that one has reached, is no incident."""
    if switches.down:
        return "critical", "Major System Outage"
    if switches.status is not None and switches.status >= 500:
        return "major", "Partial System Outage"
    if switches.slow:
        return "minor", "Partially Degraded Service"
    return "none", "All Systems Operational"
