"""A security alert in; what may be evidence, read at once and kept in the journal, out.

Logs run out and can be changed; the journal's outputs are in its audit chain. What cannot be read
is named with the reason, never left out. Reads only, through the world.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from steadyhand.app.incident_list import EVIDENCE
from steadyhand.model.incident.measure import Kept, Measure
from steadyhand.store.journal import Output
from steadyhand.world.door import Call, Lost, Refused, World, ask

_SECONDS = 60.0  # for one read
_LINES = "1000"  # of one log, at most
_TRAIL = "200"  # events of the account's trail, at most


def gathered(
    world: World, measure: Measure, since: datetime, until: datetime
) -> tuple[tuple[Kept, ...], list[Output]]:
    """Read all that is to be kept: what was read, and its text as outputs 1, 2, 3 …"""
    kept: list[Kept] = []
    outputs: list[Output] = []
    for number, (what, argv) in enumerate(_reads(measure, since, until), 1):
        shown = " ".join(argv)
        try:
            answer = ask(world, Call(argv, timeout=_SECONDS))
        except (Refused, Lost) as error:
            kept.append(Kept(what, shown, why=str(error)))
            continue
        if answer.exit_code:
            said = answer.stderr.decode(errors="replace").strip().splitlines()
            why = said[-1] if said else f"exit code {answer.exit_code}"
            kept.append(Kept(what, shown, why=why))
            continue
        body = answer.text.encode()
        outputs.append(Output(EVIDENCE, number, "stdout", body))
        kept.append(Kept(what, shown, len(body), hashlib.sha256(body).hexdigest()))
    return tuple(kept), outputs


def _reads(
    measure: Measure, since: datetime, until: datetime
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for group in measure.log_groups:
        yield f"log {group}", (
            "aws", "logs", "filter-log-events", "--log-group-name", group,
            "--start-time", str(int(since.timestamp() * 1000)),
            "--end-time", str(int(until.timestamp() * 1000)),
            "--max-items", _LINES, "--output", "json",
        )  # fmt: skip
    yield "what was done in the account", (
        "aws", "cloudtrail", "lookup-events", "--start-time", f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "--end-time", f"{until:%Y-%m-%dT%H:%M:%SZ}", "--max-items", _TRAIL, "--output", "json",
    )  # fmt: skip
