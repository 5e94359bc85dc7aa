"""The story of a drill, line by line while it happens: what was seen, decided, done, and by whom.

In colour on a terminal, plain elsewhere and under NO_COLOR. Prints; decides nothing.
"""

import sys
import threading
import time
from io import TextIOBase
from typing import IO, cast

import click
from rich.console import Console
from rich.text import Text

from steadyhand.cli.asking import forget_typed
from steadyhand.cli.responding.incident_lines import incident_lines
from steadyhand.cli.running.show import event_lines
from steadyhand.engine.drive import Listener
from steadyhand.model.alarm import AlarmState, AlarmTurned
from steadyhand.model.drill import (
    Concluded,
    Drill,
    FaultInjected,
    Felt,
    IncidentCame,
    SteadyHeld,
    Verdict,
)
from steadyhand.model.events import Recorded
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.state import Incident, IncidentState
from steadyhand.model.run.events import CallAnswered, CallStarted, DriverTook, RunOpened
from steadyhand.world.door import Stream

_STYLES = {
    "lab": "dim", "drill": "magenta", "watch": "cyan", "respond": "yellow", "run": "green",
    "notice": "bold yellow", "ask": "bold",
}  # fmt: skip
_LINES = 6  # of an output, on the screen; the journal and the report have all of it


class Story:
    """Tells what happens, on the standard output or in a file. Any thread may call any method."""

    def __init__(self, file: TextIOBase | None = None) -> None:
        self._console = Console(file=cast("IO[str] | None", file), highlight=False, soft_wrap=True)
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._printed: dict[str, int] = {}

    def _line(self, who: str, text: str) -> None:
        with self._lock:
            stamp = f"{time.monotonic() - self._began:6.1f}s  "
            for number, part in enumerate(text.splitlines() or [""]):
                head = f"{stamp}{who:<8}" if number == 0 else " " * 17
                self._console.print(Text(head, style=_STYLES.get(who, "")) + Text(part))

    def note(self, text: str) -> None:
        self._line("lab" if text.startswith(("lab", "starting")) else "drill", text)

    def notice(self, notice: Notice) -> None:
        self._line("notice", f"to {notice.level} {notice.contact}: {notice.title}\n{notice.body}")

    def output(self, _run: str, step: str, _stream: Stream, chunk: bytes) -> None:
        """Show the beginning of what a step prints."""
        with self._lock:
            shown = self._printed.get(step, 0)
            lines = chunk.decode(errors="replace").splitlines()
            self._printed[step] = shown + len(lines)
        for line in lines[: max(0, _LINES - shown)]:
            self._line("", f"  | {line[:160]}")
        if shown < _LINES <= shown + len(lines) - 1:
            self._line("", "  | … (all of it is in the report and in `runs show`)")

    @property
    def event(self) -> Listener:
        return self._event

    def _event(self, recorded: Recorded) -> None:
        match recorded.kind:
            case "run":
                if not isinstance(recorded.event, CallAnswered | DriverTook):
                    for line in _run_lines(recorded.event):
                        self._line("run", line)
            case "alarm":
                self._alarm(recorded.event)
            case "incident":
                for line in incident_lines(recorded):
                    self._line("respond", line)
            case "drill":
                for line in _drill_lines(recorded.event):
                    self._line("drill", line)
            case _:
                pass

    def _alarm(self, event: object) -> None:
        if isinstance(event, AlarmTurned):
            mark = "!!" if event.state is AlarmState.ALARM else "--"
            self._line("watch", f"{mark} {event.alarm} turned to {event.state}: {event.reason}")

    def ask(self, evidence: str) -> tuple[bool, str, str] | None:
        """Ask the person at this terminal."""
        import getpass

        self._line("ask", evidence)
        forget_typed()
        if click.confirm("approve?", err=True):
            return True, getpass.getuser(), ""
        return False, getpass.getuser(), click.prompt("why not", default="no reason", err=True)

    def last_line(self, came: tuple[str, Incident] | None, drill: Drill) -> None:
        """Say how it ended; the very last line of a cure is made for machines."""
        verdict = drill.verdict.value if drill.verdict else "open"
        self._line("drill", f"verdict: {verdict}: {drill.reason}")
        if came is None:
            return
        key, incident = came
        if incident.state in {IncidentState.RESOLVED, IncidentState.REVIEWED}:
            ended = incident.resolved_at or incident.opened.at
            seconds = (ended - incident.opened.at).total_seconds()
            click.echo(f"RESOLVED incident={key} seconds={seconds:.1f} report={incident.review}")
        else:
            passed = " as expected" if drill.verdict is Verdict.PASSED else ""
            click.echo(f"OPEN{passed} incident={key} state={incident.state} {drill.reason}")
        sys.stdout.flush()


def _run_lines(event: object) -> list[str]:
    match event:
        case RunOpened(plan):
            holes = [f"<{h.parameter}> from {h.step} ({h.rule})" for h in plan.holes()]
            skipped = [f"not run: {s.title} ({s.reason})" for s in plan.skipped]
            return [*event_lines(event), *holes, *(x for x in skipped if "conditional" in x)]
        case CallStarted(_, _, argv, effect) if argv[0] != "date":
            return [f"  [{effect.word}] {' '.join(argv)}"]
        case CallStarted():
            return []
        case _:
            return event_lines(event)


def _drill_lines(event: object) -> list[str]:
    match event:
        case SteadyHeld(detail):
            return [f"steady state: {detail}"]
        case FaultInjected(fault, symptom):
            return [f"fault injected: {fault}: {symptom}"]
        case IncidentCame(_, state, seconds, detail):
            return [f"{seconds:.1f} s after the fault the incident is {state} {detail}".rstrip()]
        case Felt(requests, failures):
            return [f"users meanwhile: {failures} of {requests} requests failed"]
        case Concluded():
            return []
        case _:
            return []
