"""Evidence of more than can be kept: what is nearest to the onset, and what of it is missing.

The account answers as AWS's command line does: a log's oldest lines first, the trail's newest.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from steadyhand.app.responding.securing import gathered
from steadyhand.cli.responding.incident_lines import kept_line
from steadyhand.model.alarm import Deed
from steadyhand.model.incident.measure import Kept, Measure
from steadyhand.store.journal import Output
from steadyhand.world.door import Call, Refused, Sink, Stream

ONSET = datetime(2026, 5, 4, 12, tzinfo=UTC)
SINCE, UNTIL = ONSET - timedelta(minutes=30), ONSET + timedelta(minutes=5)
MEASURE = Measure(Deed.SECURITY, "", log_groups=("/ecs/api",))
LOG, TRAIL = "log /ecs/api", "what was done in the account"


@dataclass
class Account:
    """`lines` and `events` are when something was logged or done, in seconds after the onset."""

    lines: Sequence[float] = ()
    events: Sequence[float] = ()
    refused: str = ""  # a read that has this among its words
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
        assert stdin is None
        self.asked.append(call.argv)
        if self.refused and self.refused in call.argv:
            raise Refused("too many requests")
        given = dict(zip(call.argv[3::2], call.argv[4::2], strict=True))
        begin, end = given["--start-time"], given["--end-time"]
        most = int(given["--max-items"])
        if call.argv[2] == "filter-log-events":
            first, last = int(begin) / 1000, int(end) / 1000
            found = sorted(one for one in self.lines if first <= one + ONSET.timestamp() <= last)
            said: dict[str, object] = {"events": [{"at": one} for one in found[:most]]}
        else:
            first, last = (datetime.fromisoformat(at).timestamp() for at in (begin, end))
            found = sorted(one for one in self.events if first <= one + ONSET.timestamp() <= last)
            said = {"Events": [{"at": one} for one in found[::-1][:most]]}
        if len(found) > most:
            said["NextToken"] = "more"
        sink(Stream.OUT, json.dumps(said).encode())
        return 0

    def close(self) -> None:
        pass


def kept_by(account: Account) -> tuple[tuple[Kept, ...], list[Output]]:
    kept, outputs = gathered(account, MEASURE, SINCE, ONSET, UNTIL)
    for out in outputs:
        one = kept[out.number - 1]
        assert (one.size, one.sha256) == (len(out.body), hashlib.sha256(out.body).hexdigest())
    assert len(outputs) == sum(not one.why for one in kept)
    return kept, outputs


def times(outputs: Sequence[Output], under: str) -> list[float]:
    read = (json.loads(out.body) for out in outputs)
    return [one["at"] for answer in read for one in answer.get(under, [])]


def test_what_is_not_too_much_is_read_at_once_and_all_of_it() -> None:
    account = Account(range(-1800, 300, 3), range(-1800, 300, 30))
    kept, outputs = kept_by(account)
    assert [(one.what, one.why, one.cut) for one in kept] == [(LOG, "", ""), (TRAIL, "", "")]
    assert times(outputs, "events") == list(account.lines)
    assert sorted(times(outputs, "Events")) == list(account.events)
    assert len(account.asked) == 2


@pytest.mark.parametrize(("under", "most"), [("events", 1000), ("Events", 200)])
def test_of_too_much_the_nearest_to_the_onset_is_kept_and_the_rest_is_named(
    under: str, most: int
) -> None:
    parts = 4 if under == "events" else 1  # of a second; the trail's times are whole ones
    every = [second + part / parts for second in range(-1800, 300) for part in range(parts)]
    kept, outputs = kept_by(Account(every) if under == "events" else Account((), every))
    found = times(outputs, under)
    nearest = sorted(every, key=abs)[: most // 2]
    assert set(nearest) <= set(found)
    assert len(found) == len(set(found)) == most
    mine = [one for one in kept if one.what.startswith(LOG if under == "events" else TRAIL)]
    assert [one.why for one in mine if one.why] == [f"the {most} nearest to 12:00:00 are kept"] * 2
    before, after = (one for one in mine if one.why)
    assert ", 11:30:00-" in before.what
    assert after.what.endswith("-12:05:01")
    assert f"--max-items {most}" in before.command


def test_a_burst_at_the_onset_is_cut_and_that_is_said() -> None:
    kept, outputs = kept_by(Account([number / 1000 for number in range(5000)]))
    found = times(outputs, "events")
    assert found == [number / 1000 for number in range(500)]
    [cut] = [one for one in kept if one.cut]
    assert kept_line(cut).endswith("; cut: there are more than these 500")


def test_a_slice_that_cannot_be_read_is_named_and_the_others_are_kept() -> None:
    middle = str(int(ONSET.timestamp() * 1000))
    account = Account(range(-1800, 300), refused=middle)  # what begins with the onset
    kept, outputs = kept_by(account)
    [lost] = [one for one in kept if one.why == "too many requests"]
    assert lost.what == f"{LOG}, 12:00:00-12:05:01"
    assert set(range(-400, 0)) <= set(times(outputs, "events"))


def test_an_answer_that_is_none_is_kept_with_the_doubt() -> None:
    class Odd(Account):
        def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
            return super().send(call, lambda of, _: sink(of, b"Welcome"), stdin)

    kept, outputs = kept_by(Odd())
    assert [one.cut for one in kept] == ["it cannot be told whether that is all"] * 2
    assert [out.body for out in outputs] == [b"Welcome"] * 2
