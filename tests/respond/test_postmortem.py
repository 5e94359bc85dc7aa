"""The post-mortem: all that was recorded, readable as Markdown whatever it holds."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from markdown_it import MarkdownIt

from steadyhand.model.events import Recorded
from steadyhand.model.incident.events import (
    Acknowledged,
    AssessmentEnded,
    CausesJudged,
    Escalated,
    Mitigated,
    NeedsPerson,
    RecoveryMissed,
    RemedyEnded,
    RemedyOpened,
    Resolved,
)
from steadyhand.model.run.events import Outcome
from steadyhand.respond.writing.postmortem import CommandRecord, postmortem
from tests.model.incident.test_incident import (
    AT,
    BY_HAND,
    IGNORED,
    INVESTIGATED,
    OPENED,
    PAGED,
    ROLLBACK,
    SEEN,
    WATCHED,
)

ADA = Acknowledged("ada", AT)


def history(*events: object) -> list[Recorded]:
    return [
        Recorded("incident", "i1", n, AT + timedelta(seconds=10 * (n - 1)), event)
        for n, event in enumerate((OPENED, *events), start=1)
    ]


GOOD = history(
    PAGED, ADA, AssessmentEnded("", Outcome.COMPLETED), CausesJudged((ROLLBACK, BY_HAND), 0, "new"),
    RemedyOpened("r"), RemedyEnded("r", Outcome.COMPLETED), Mitigated(AT, "", "Rollback"), WATCHED,
    SEEN, Resolved(AT, 100.0),
)  # fmt: skip


def command(argv: str, output: str) -> CommandRecord:
    at = AT + timedelta(seconds=60)
    return CommandRecord(argv, "change", 0, output, at, at + timedelta(seconds=1.5), ("ada", "bob"))


def sections(text: str) -> list[str]:
    tokens = MarkdownIt().parse(text)
    return [
        tokens[n + 1].content
        for n, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    ]


def rows(text: str, heading: str) -> list[list[str]]:
    tokens = MarkdownIt().enable("table").parse(text.split(f"## {heading}")[1].split("\n## ")[0])
    found: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline" and found:
            found[-1].append(token.content)
    return found[1:]


def test_what_it_has() -> None:
    text = postmortem(GOOD, [])
    assert text.startswith("# Post-mortem: 5xx Rate > 5% for 5 min (shop)\n")
    assert sections(text) == [
        "Impact", "Times", "Timeline (UTC)", "Detection", "Response", "Why this remedy",
        "What worked, and what did not", "Commands", "Five whys", "Action items",
        "Proposed changes to the runbook",
    ]  # fmt: skip
    assert "- [ ]" in text
    assert "None were run." in text


def test_times_are_measured_from_the_journal() -> None:
    measured = {(start, end.split(" (")[0]): seconds
                for start, end, seconds in rows(postmortem(GOOD, []), "Times")}  # fmt: skip
    assert measured == {
        ("first bad period", "detected"): "25.0",
        ("detected", "first page"): "10.0",
        ("detected", "acknowledged"): "20.0",
        ("detected", "mitigated"): "70.0",
        ("detected", "recovered"): "90.0",
        ("first bad period", "recovered"): "115.0",
    }


def test_a_drill_knows_when_the_fault_began() -> None:
    times = rows(postmortem(GOOD, [], AT - timedelta(seconds=40)), "Times")
    assert times[:2] == [
        ["fault", "detected (incident opened)", "40.0"],
        ["fault", "recovered", "130.0"],
    ]


def test_what_did_not_happen_has_no_time() -> None:
    assert ["detected", "acknowledged", "–"] in rows(postmortem(history(PAGED), []), "Times")


def test_the_timeline_tells_each_thing_once_in_order() -> None:
    timeline = rows(postmortem(GOOD, []), "Timeline (UTC)")
    assert [time for time, _ in timeline] == sorted(time for time, _ in timeline)
    told = [what for _, what in timeline]
    assert told[0] == "first bad period of the alarm's metric"
    assert told[2] == "L1 On-call paged by terminal"
    assert told[-1] == "resolved after 100.0 s"
    assert len(told) == len(GOOD)  # the first period is one more, the looks at recovery one less


def test_why_this_remedy_shows_every_cause() -> None:
    table = rows(postmortem(GOOD, []), "Why this remedy")
    assert [row[0] for row in table] == ["→ Bad release", "Memory"]
    assert table[0][1:] == ["supported", "new", "Roll back"]


def test_a_fix_without_commands_is_proposed_for_the_runbook() -> None:
    proposed = postmortem(GOOD, []).split("## Proposed changes")[1]
    assert "“Memory”" in proposed
    assert "“Bad release”" not in proposed


UNSOLVED = [
    history(*INVESTIGATED, CausesJudged((), None, "nothing fits"), NeedsPerson("nothing fits")),
    history(*IGNORED, RecoveryMissed("Rollback ignored"),
            Escalated("L2", "Lead", (), "ignored", AT), NeedsPerson("ignored")),
    history(PAGED),
    history(),
]  # fmt: skip


@pytest.mark.parametrize("events", UNSOLVED)
def test_an_incident_that_is_not_over_has_one_too(events: Sequence[Recorded]) -> None:
    text = postmortem(events, [])
    assert "- **State:** triggered" in text
    assert len(sections(text)) == 11


def test_a_remedy_that_did_nothing_is_not_told_as_a_success() -> None:
    text = postmortem(UNSOLVED[1], [])
    assert "remedy ignored" in text
    assert "did not help: Rollback ignored" in text
    assert "by no channel: ignored" in text
    assert ["detected", "mitigated (the remedy took effect)", "–"] in rows(text, "Times")


@pytest.mark.parametrize(
    "output", ["", "plain\n", "```\n# not a heading\n```", "``````", "a ```` b\n## x", "~~~\n## y"]
)
def test_no_output_escapes_its_fence(output: str) -> None:
    text = postmortem(GOOD, [command("aws x --y '`z`'", output)])
    fences = [token for token in MarkdownIt().parse(text) if token.type == "fence"]
    assert [fence.content.rstrip("\n") for fence in fences] == ["aws x --y '`z`'", output.rstrip()]
    assert len(sections(text)) == 11
    assert "[change] exit code 0, 1.5 s, approved by ada, bob" in text


def test_no_cell_escapes_its_row() -> None:
    events = history(PAGED, NeedsPerson("a | b\n| c |"))
    assert (
        rows(postmortem(events, []), "Timeline (UTC)")[-1][1] == "a person is needed: a | b | c |"
    )


def test_an_incident_without_events_has_none() -> None:
    with pytest.raises(ValueError, match="without events"):
        postmortem([], [])
