"""Two people, two terminals, one run: each a process of its own with the real command line.

Whatever they type at the same time: approvals count as the policy says, none is lost, nothing is
done twice, and who comes too late is told so in a line.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from steadyhand.model.run.events import Approved, Declined, RunEnded, StepStarted
from tests.run.town import killed
from tests.run.town.people import WHO, Person, Said, at_once
from tests.run.town.place import Place

pytestmark = pytest.mark.timeout(1800)

# Each time it is done it is another deployment.
CHANGE = "aws ecs update-service --cluster town --service town-web --force-new-deployment"
DESTROY = "aws ssm delete-parameter --name /town/q"


def document(*commands: str) -> str:
    lines = [line for n, one in enumerate(commands) for line in (f"# Do part {n}", one)]
    return "\n".join(["# Town", "", "## Work", "", "```bash", *lines, "```", ""])


def times(few: int, many: int) -> list[object]:
    return [few, pytest.param(many, marks=pytest.mark.soak)]


@pytest.fixture
def where() -> Iterator[Path]:
    with killed.folder() as folder:
        yield folder


def begun(where: Path, *commands: str) -> str:
    """Open a run of these commands, and bring it to its first question."""
    place = Place.open(where)
    try:
        key = place.begin(document(*commands), settings=WHO)
        place.drive(key)
        return key
    finally:
        place.close()


# What somebody may be told whose word does not count, or who is not the one that drives.
TOLD = re.compile(
    r"steadyhand: run \S+ asks nothing now; `steadyhand resume \S+` goes on with it"
    r"|steadyhand: run \S+ asks something else now; look again"
    r"|steadyhand: run \S+ has ended: (completed|refused)"
    r"|steadyhand: run \S+: (\w+ has already signed|the starter may not approve this)"
    r"|waiting: another process drives this"
    r"|waiting: \d approval\(s\) missing.*: .*"
    r"|  (steadyhand approve \S+   then: )?steadyhand resume \S+"
)


def check(where: Path, key: str, said: dict[str, list[Said]], changes: tuple[str, ...]) -> str:
    """Hold what everybody was told against what is written down; the outcome."""
    place = Place.open(where)
    try:
        place.drive(key)  # whoever was driving may have been told that another one does
        run = place.run(key)
        events = [one.event for one in place.control.journal.read("run", key)]
        made = place.account.changes
    finally:
        place.close()
    for one in (one for told in said.values() for one in told):
        for line in filter(None, one.err.splitlines()):
            assert TOLD.fullmatch(line), one
    check_signatures(said, events)
    check_approved(events, run.starter)
    outcome = run.outcome.value if run.outcome else "open"
    assert Counter(made) <= Counter(changes)
    if outcome == "completed":
        assert Counter(made) == Counter(changes)
    return outcome


def check_signatures(said: dict[str, list[Said]], events: list[object]) -> None:
    """No word is lost, and none is written down that nobody was told of."""
    told = Counter(
        line for each in said.values() for one in each for line in one.out.splitlines()
        if re.fullmatch(r"(approved|declined) by \w+", line)
    )  # fmt: skip
    written = Counter(f"approved by {e.by}" for e in events if isinstance(e, Approved))
    written += Counter(f"declined by {e.by}" for e in events if isinstance(e, Declined))
    assert told == written


def check_approved(events: list[object], starter: str) -> None:
    """Nothing is begun without what the policy asks: counted here, not by the run itself."""
    by: dict[str, set[str]] = {}
    for event in events:
        if isinstance(event, Approved):
            by.setdefault(event.step, set()).add(event.by)
        if isinstance(event, StepStarted):
            signers = by.get(event.step, set())
            if "delete-parameter" in event.text:
                assert len(signers - {starter}) >= 2, event
                assert starter not in signers
            elif "update-service" in event.text:
                assert signers, event
    ends = [event for event in events if isinstance(event, RunEnded)]
    assert len(ends) <= 1


def goes_on(key: str, *, by: str = "") -> tuple[tuple[str, ...], ...]:
    """Sign, and go on with it; the starter goes by the name that the system has for them."""
    name = ("--as", by) if by else ()
    return (("approve", key, "--yes", *name), ("resume", key))


@pytest.mark.parametrize("count", times(4, 60))
def test_a_change_is_approved_and_driven_by_two_at_once(count: int) -> None:
    chance = random.Random(1)
    for _ in range(count):
        with killed.folder() as where:
            key = begun(where, CHANGE)
            people = [
                Person(name, goes_on(key, by=by), chance.uniform(0, 0.1), slow=0.3)
                for name, by in (("ada", ""), ("ben", "ben"))
            ]
            said = at_once(where, people)
            assert check(where, key, said, ("update-service town-web",)) == "completed"
            assert any("approved by" in one.out for told in said.values() for one in told)


@pytest.mark.parametrize("count", times(4, 60))
def test_what_destroys_is_signed_by_two_at_once_and_the_starter_is_told_no(count: int) -> None:
    chance = random.Random(2)
    for _ in range(count):
        with killed.folder() as where:
            key = begun(where, DESTROY)
            people = [
                Person("ada", (("approve", key, "--yes"),)),
                *(Person(name, goes_on(key, by=name), chance.choice((0.0, 0.0, 0.03)), slow=0.1)
                  for name in ("ben", "cleo")),
            ]  # fmt: skip
            said = at_once(where, people)
            assert check(where, key, said, ("delete-parameter /town/q",)) == "completed"
            (ada,) = said["ada"]
            assert ada.code != 0
            # Both were quick enough: neither has to type it again.
            signed = [one.out for name in ("ben", "cleo") for one in said[name][:1]]
            assert all("approved by" in out for out in signed), said


@pytest.mark.parametrize("count", times(4, 60))
def test_one_approves_while_the_other_declines(count: int) -> None:
    chance = random.Random(3)
    seen = set()
    for number in range(count):
        with killed.folder() as where:
            key = begun(where, CHANGE)
            first = 0.6 * (number % 2)
            people = [
                Person("ben", goes_on(key, by="ben"), first + chance.uniform(0, 0.02)),
                Person("cleo", (("approve", key, "--as", "cleo", "--decline", "not now"),),
                       0.6 - first + chance.uniform(0, 0.02)),
            ]  # fmt: skip
            outcome = check(where, key, at_once(where, people), ("update-service town-web",))
            assert outcome in {"completed", "refused"}
            seen.add(outcome)
    assert seen == {"completed", "refused"}


@pytest.mark.parametrize("count", times(3, 40))
def test_a_longer_run_is_pushed_on_by_whoever_is_there(count: int) -> None:
    """Everybody signs and resumes again and again until it has ended; one of them may say no."""
    commands = (CHANGE, DESTROY, "SET=$(seq 5 5)", DESTROY.replace("q", "r"),
                'aws ssm put-parameter --overwrite --name /town/p --value "v$SET"')  # fmt: skip
    changes = ("update-service town-web", "delete-parameter /town/q", "delete-parameter /town/r",
               "put-parameter /town/p")  # fmt: skip
    chance = random.Random(4)
    for number in range(count):
        with killed.folder() as where:
            key = begun(where, *commands)
            people = [
                Person(name, goes_on(key, by=by), chance.uniform(0, 0.2), "has ended",
                       chance.uniform(0, 0.1))
                for name, by in (("ada", ""), ("ben", "ben"), ("cleo", "cleo"))
            ]  # fmt: skip
            if number % 3 == 2:
                words = (("approve", key, "--as", "eve", "--decline", "enough"),)
                people.append(Person("eve", words, chance.uniform(0, 1.0)))
            outcome = check(where, key, at_once(where, people), changes)
            assert outcome in ({"completed"} if number % 3 != 2 else {"completed", "refused"})
