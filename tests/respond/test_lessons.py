"""What an incident has taught, written into its runbook: as a patch that applies, and no more."""

from datetime import timedelta

from msgspec.structs import replace

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.events import Recorded
from steadyhand.model.incident.events import (
    CausesJudged,
    IncidentOpened,
    Mitigated,
    RemedyEnded,
    RemedyOpened,
    Resolved,
)
from steadyhand.model.incident.state import Incident, evolve
from steadyhand.model.run.events import Outcome
from steadyhand.respond.writing.lessons import Lessons, lessons
from tests.model.incident.test_incident import (
    AT,
    INVESTIGATED,
    OPENED,
    PAGED,
    ROLLBACK,
    SEEN,
    WATCHED,
)

DOCUMENT = """\
# Shop

## API down

**Causes**:

| Cause | Fix |
|-------|-----|
| Bad release | Roll back |

```bash
aws ecs describe-services --cluster shop --services shop-api
```
"""
HAND = Mitigated(AT, "ada", "flushed | the cache")


def taught(text: str, *events: object, opened: IncidentOpened = OPENED) -> Lessons:
    runbook, _ = compile_runbook(parse("shop.md", text))
    state: Incident | None = None
    history = []
    for number, event in enumerate((opened, *events), 1):
        state = evolve(state, event)
        at = AT + timedelta(seconds=number)
        history.append(Recorded("incident", "i-1", number, at, event))
    return lessons(history, runbook, text)


GOOD = (
    *INVESTIGATED, CausesJudged((ROLLBACK,), 0, "new"), RemedyOpened("r"),
    RemedyEnded("r", Outcome.COMPLETED), Mitigated(AT, "", "Rollback"), WATCHED, SEEN,
    Resolved(AT + timedelta(seconds=90), 90.0),
)  # fmt: skip
BY_HAND = (*INVESTIGATED[1:], HAND, WATCHED, SEEN, Resolved(AT + timedelta(seconds=90), 90.0))


def test_the_procedure_says_when_it_was_used_last() -> None:
    learned = taught(DOCUMENT, *BY_HAND)
    note = "> **Last incident:** 2026-05-01, 5xx Rate > 5% for 5 min, resolved after 90 s by "
    assert f"## API down\n\n{note}" in learned.text
    assert learned.text.count("> **Last incident:**") == 1


def test_an_older_such_line_is_replaced() -> None:
    once = taught(DOCUMENT, *BY_HAND)
    assert taught(once.text, *BY_HAND).text.count("> **Last incident:**") == 1


def test_what_somebody_did_by_hand_becomes_a_row_of_the_causes() -> None:
    learned = taught(DOCUMENT, *BY_HAND)
    row = "| (to name: incident i-1) | flushed \\| the cache |"
    assert f"| Bad release | Roll back |\n{row}\n" in learned.text
    runbook, _ = compile_runbook(parse("shop.md", learned.text))
    assert [cause.fix for cause in runbook.procedures[0].causes][-1] == "flushed | the cache"


def test_a_list_of_causes_goes_on() -> None:
    listed = DOCUMENT.replace(
        "| Cause | Fix |\n|-------|-----|\n| Bad release | Roll back |\n",
        "1. **Bad release**: Roll back to the version before\n2. **Full disk**: Remove old logs\n",
    )
    learned = taught(listed, *BY_HAND)
    assert "2. **Full disk**: Remove old logs\n3. (to name: incident i-1): flushed" in learned.text


def test_what_the_remedy_did_is_no_row_of_its_own() -> None:
    learned = taught(DOCUMENT, *GOOD[1:])
    assert "resolved after 90 s by “Rollback”" in learned.text
    assert "to name" not in learned.text


def test_what_did_not_help_is_not_taught() -> None:
    learned = taught(DOCUMENT, PAGED)
    assert learned == Lessons()


def test_an_alarm_without_a_procedure_gets_the_beginning_of_one() -> None:
    opened = replace(OPENED, procedure="", title="", alarm="Queue Depth", rule="> 100")
    learned = taught(DOCUMENT, opened=opened)
    assert learned.text.startswith(DOCUMENT.rstrip("\n"))
    assert learned.text.endswith(
        "\n\n## Queue Depth\n\n**Symptoms:**\n- Queue Depth > 100\n\n"
        "**Fix:**\n- (to write: what is done about it)\n"
    )
    assert taught(learned.text, opened=opened) == Lessons()


def test_line_ends_stay_as_they_are() -> None:
    learned = taught(DOCUMENT.replace("\n", "\r\n"), *BY_HAND)
    assert learned.text.replace("\r\n", "").count("\n") == 0
