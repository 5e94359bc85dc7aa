"""Words in, facts out, by table; whole documents stand in `facts.md` and `tables.md`."""

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.facts.contacts import is_filled, kinds_of
from steadyhand.compile.facts.expected import shape, status_of
from steadyhand.compile.facts.limits import subject_of
from steadyhand.compile.facts.metadata import iso_date
from steadyhand.compile.facts.recovery import seconds_of
from steadyhand.compile.facts.schedules import recurring, window
from steadyhand.compile.wording import severity_name, severity_rank
from steadyhand.model.document.facts import Facts, Threshold
from steadyhand.model.document.span import Span


def facts(text: str) -> Facts:
    return compile_runbook(parse("x.md", text))[0].facts


@pytest.mark.parametrize(
    ("text", "cron", "zone"),
    [
        ("Daily 3AM UTC", "0 3 * * *", "UTC"),
        ("every day at 14:05", "5 14 * * *", ""),
        ("daily at midnight", "0 0 * * *", ""),
        ("Every 24h", "@daily", ""),
        ("nightly", "@daily", ""),
        ("Weekly", "@weekly", ""),
        ("Hourly", "@hourly", ""),
        ("every Sunday 02:00–04:00 UTC", "0 2 * * 0", "UTC"),
        ("Mon-Fri 09:00 Europe/Berlin", "0 9 * * 1-5", "Europe/Berlin"),
        ("Fri-Mon 1am", "0 1 * * 0,1,5,6", ""),
        ("Tuesday and Thursday 2:30 pm PT", "30 14 * * 2,4", "PT"),
        ("Weekdays at 9am CET", "0 9 * * 1-5", "CET"),
        ("every 15 minutes", "*/15 * * * *", ""),
        ("every 6 hours", "0 */6 * * *", ""),
        ("rate(5 minutes)", "*/5 * * * *", ""),
        ("the 1st of every month at 04:00", "0 4 1 * *", ""),
        ("0 3 * * 1-5", "0 3 * * 1-5", ""),
        ("monthly", "@monthly", ""),
        # What five fields cannot say, or the words do not.
        ("first Monday of the month at 3am", None, ""),
        ("every Sunday", None, ""),
        ("every 90 minutes", None, ""),
        ("every other day", None, ""),
        ("quarterly", None, ""),
        ("every 7 hours", None, ""),
    ],
)
def test_schedules(text: str, cron: str | None, zone: str) -> None:
    found = recurring(text)
    assert found is not None
    assert (found.cron, found.zone) == (cron, zone)


@pytest.mark.parametrize(
    ("below", "cron", "zone"),
    [
        ("Every Sunday at 02:00 UTC", "0 2 * * 0", "UTC"),
        ("Every Sunday at 02:00 UTC.\n\nIt takes an hour.", "0 2 * * 0", "UTC"),
        ("**Schedule**: Sunday 2AM UTC", "0 2 * * 0", "UTC"),
        ("- **When**: Mondays and Thursdays at 10:00 CET", "0 10 * * 1,4", "CET"),
        ("On weekdays at 8:30:\n\n- [ ] look", "30 8 * * 1-5", ""),
        ("Daily 9AM:\n\n- [ ] look", "0 9 * * *", ""),
    ],
)
def test_a_time_that_stands_alone_is_that_of_its_heading(below: str, cron: str, zone: str) -> None:
    for title in ("Weekly upkeep", "Upkeep"):
        found = facts(f"# Shop\n\n## {title}\n\n{below}\n").schedules
        assert [(one.task, one.cron, one.zone) for one in found] == [(title, cron, zone)]


@pytest.mark.parametrize(
    "text",
    ["Daily standup notes are kept.", "Sunday 2AM was the last time.", "Friday at noon we met"],
)
def test_what_tells_of_a_day_is_no_schedule(text: str) -> None:
    assert facts(f"# Shop\n\n## Upkeep\n\n{text}\n").schedules == ()


@pytest.mark.parametrize("text", ["in the morning", "after 5 minutes", "3 times", "next week"])
def test_no_schedule(text: str) -> None:
    assert recurring(text) is None


@pytest.mark.parametrize(
    ("text", "cron", "zone", "seconds"),
    [
        ("Sundays 2:00 AM - 4:00 AM UTC", "0 2 * * 0", "UTC", 7200.0),
        ("03:00-04:00 UTC", "0 3 * * *", "UTC", 3600.0),
        ("23:00 to 01:00", "0 23 * * *", "", 7200.0),
        ("2:00 - 4:30 PM EST", "0 14 * * *", "EST", 9000.0),
        ("sat:23:30-sun:00:30", "30 23 * * 6", "UTC", 3600.0),
        ("weekdays 9am until 5pm", "0 9 * * 1-5", "", 28800.0),
        ("first Sunday of the month 01:00-02:00", None, "", 3600.0),
    ],
)
def test_windows(text: str, cron: str | None, zone: str, seconds: float) -> None:
    found = window("w", text, Span("x", 1, 1))
    assert found is not None
    assert (found.cron, found.zone, found.seconds) == (cron, zone, seconds)


def test_a_window_has_hours() -> None:
    assert window("w", "Sundays, early", Span("x", 1, 1)) is None


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-01-27", "2026-01-27"),
        ("January 27, 2026", "2026-01-27"),
        ("27th of Jan 2026", "2026-01-27"),
        ("01/27/2026", "2026-01-27"),
        ("13.4.2026", "2026-04-13"),
        ("4/4/2026", "2026-04-04"),
        ("March 2026", "2026-03"),
        ("2026-05", "2026-05"),
        ("03/04/2026", ""),
        ("2026-13-40", ""),
        ("2026-12-31", "2026-12-31"),
        ("2026-12", "2026-12"),
        ("2026-13", ""),
        ("May be later", ""),
    ],
)
def test_dates(text: str, date: str) -> None:
    assert iso_date(text) == date


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ops@shop.example.org", ("email",)),
        ("+49 30 123456", ("phone",)),
        ("(555) 010-9999", ("phone",)),
        ("#shop-ops or @lead", ("handle",)),
        ("https://x.example.org/12345678", ("url",)),
        ("Jane <jane@shop.example.org>, 030 1234567", ("email", "phone")),
        ("Check the rota", ()),
        ("Section 2.1.3", ()),
    ],
)
def test_kinds_of_address(text: str, kinds: tuple[str, ...]) -> None:
    assert kinds_of(text) == kinds
    assert is_filled(text)


@pytest.mark.parametrize(
    "text",
    ["", "TBD", "tbd.", "N/A", "—", "[Insert name]", "xxx-xxxx", "555-XXX-XXXX", "<phone number>",
     "TODO", "_______", "{{ pager }}", "[Add name], [Add phone]"],
)  # fmt: skip
def test_what_nobody_filled_in(text: str) -> None:
    assert not is_filled(text)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("The average CPU utilization of ECS", "cpu ecs"),
        ("ECS CPU", "cpu ecs"),
        ("RDS CPU", "cpu database"),
        ("Database CPU usage", "cpu database"),
        ("95th percentile response time", "latency p95"),
        ("API Latency P95", "latency p95"),
        ("Error rate", "error rate"),
        ("errors", "error rate"),
        ("5xx errors", "5xx"),
        ("HTTP 5xx error rate", "5xx http"),
        ("Active connections", "connections"),
        ("ElastiCache memory usage", "memory redis"),
        ("Queue depth", "queue"),
        ("Free disk space", "disk free"),
    ],
)
def test_what_is_measured(text: str, subject: str) -> None:
    assert subject_of(text) == subject


@pytest.mark.parametrize(
    "text",
    [
        "Wait at least 5 minutes",
        "Escalate after more than 30 minutes",
        "Take a backup not older than 24 hours",
        "Use an instance with more than 8 GB",
        "Expected: fewer than 10 rows",
        "Increase the limit by more than 20%",
        "x -> y > 3",
    ],
)
def test_no_limit(text: str) -> None:
    assert facts(f"# T\n\n- {text}\n\n{text}.\n").limits == ()


def test_limits_are_comparable_across_units() -> None:
    assert Threshold("", ">", 2000.0, "ms").comparable == Threshold("", ">", 2.0, "s").comparable
    assert Threshold("", ">", 2.0, "%").comparable == (2.0, "%")
    assert Threshold("").comparable is None


def test_an_alarm_states_a_limit_of_its_own() -> None:
    (limit,) = facts("| Alarm | Threshold |\n|-|-|\n| Web CPU | > 80% for 5 min |\n").limits
    assert (limit.subject, limit.origin, limit.threshold.for_seconds) == ("cpu web", "alarm", 300.0)


@pytest.mark.parametrize(
    ("text", "name", "rank"),
    [
        ("P1 - Critical", "P1", 0),
        ("P2 (High)", "P2", 1),
        ("SEV-3: Minor", "SEV-3", 3),
        ("Critical", "CRITICAL", 0),
        ("🔴 Critical", "CRITICAL", 0),
        ("P2: High memory", "P2", None),
        ("S1", "S1", None),
        ("Owner", "", None),
    ],
)
def test_levels(text: str, name: str, rank: int | None) -> None:
    assert severity_name(text) == name
    assert severity_rank(text) == rank


@pytest.mark.parametrize(("first", "ranks"), [(0, [0, 1, 2]), (1, [0, 1, 2])])
def test_ranks_count_from_the_highest(first: int, ranks: list[int]) -> None:
    items = "".join(f"- P{n}: {n + 1} hours\n" for n in range(first, first + 3))
    found = facts(f"# Response times\n\n{items}").severities
    assert [level.rank for level in found] == ranks


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Expected: 200", 200),
        ("HTTP/1.1 503 Service Unavailable", 503),
        ("should return 204", 204),
        ("status code is 404", 404),
        ("Expected: 200 ms", None),
        ("took 200 requests", None),
    ],
)
def test_status(text: str, status: int | None) -> None:
    assert status_of(text) == status


def test_shape() -> None:
    fields = [(f.path, f.type) for f in shape('x {"a": [{"b": null}], "c": true, "d": {"e": 1}} y')]
    assert fields == [
        ("a", "array"), ("a[].b", "null"), ("c", "boolean"), ("d", "object"), ("d.e", "number"),
    ]  # fmt: skip
    assert [f.path for f in shape('{\n "open": "never",\n ...')] == ["open"]
    assert shape("plain") == ()
    open_ended = '{\n "a": {\n "b": [\n "c": true,\n "d": null,\n "e": -1.5,\n "f": x'
    assert [f.type for f in shape(open_ended)] == [
        "object", "array", "boolean", "null", "number", "string",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7 days", 604800.0), ("one year", 31536000.0), ("6 months", 15552000.0), ("ever", None)],
)
def test_lengths(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


def test_a_ladder_without_numbers() -> None:
    found = facts(
        "# Escalation\n\n1. Duty engineer (rota)\n2. After 15 minutes: the lead\n"
        "3. When data is lost: the board\n4. The bank: +49 30 123456\n"
    ).escalation
    assert [(r.name, r.contact, r.after_seconds) for r in found] == [
        ("L1", "Duty engineer (rota)", 0.0),
        ("L2", "the lead", 900.0),
        ("L3", "the board", None),
        ("L4", "The bank", None),
    ]
    assert facts("# Escalation\n\n- Duty engineer\n").escalation == ()
    assert facts("# Escalation\n\n1. Call the duty engineer\n").escalation == ()
    assert facts("# Teams\n\n1. Duty engineer\n").escalation == ()


@pytest.mark.parametrize(
    ("when", "seconds"),
    [
        ("0-15 min", 0.0),
        ("15-30 min", 900.0),
        ("10+ min", 600.0),
        ("after 10 minutes", 600.0),
        ("if nobody answers for 1 hour", 3600.0),
        ("> 30 min", 1800.0),
        ("T+5 min", 300.0),
        ("unresolved for 20 min", 1200.0),
        ("15 min", 0.0),
        ("within 15 minutes", 0.0),
        ("< 5 min", 0.0),
        ("immediately", 0.0),
        ("when money is lost", 0.0),
        ("", 0.0),
    ],
)
def test_the_first_rung_is_called_at_once_unless_it_begins_later(when: str, seconds: float) -> None:
    rest = "| L2 | 2 h | The lead |\n"
    table = f"| Level | When | Contact |\n|-|-|-|\n| L1 | {when} | Duty engineer |\n{rest}"
    documents = [f"# Escalation\n\n{table}"]
    if when:
        bullets = f"- **L1** ({when}): Duty engineer\n- **L2** (2 h): The lead\n"
        documents.append(f"# Escalation\n\n{bullets}")
    for document in documents:
        rungs = facts(document).escalation
        assert [rung.after_seconds for rung in rungs] == [seconds, 7200.0]


def test_a_ladder_without_numbers_may_begin_later() -> None:
    text = "# Escalation\n\n1. After 10 minutes: the duty engineer\n2. After 1 hour: the lead\n"
    assert [rung.after_seconds for rung in facts(text).escalation] == [600.0, 3600.0]


def test_recovery_targets_are_those_with_a_name() -> None:
    text = "| Metric | Target | Actual |\n|-|-|-|\n| RPO | 1 h | 5 min |\n| Mood | fine | so-so |\n"
    assert [(o.name, o.value, o.actual) for o in facts(text).objectives] == [("RPO", 3600.0, 300.0)]
    assert len(facts(text).tables) == 1


def test_a_severity_in_a_sentence() -> None:
    (level,) = facts("# Down\n\nSeverity: critical. Response time: 5 minutes.\n").severities
    assert (level.name, level.response_seconds, level.rank) == ("CRITICAL", 300.0, 0)
    assert facts("# Down\n\nThe severity grows within 5 minutes.\n").severities == ()


@pytest.mark.parametrize(
    ("text", "what", "place", "kind"),
    [
        ("**nginx**: /var/log/nginx/error.log", "nginx", "/var/log/nginx/error.log", "file"),
        ("API: /ecs/api", "API", "/ecs/api", "log group"),
        ("Archive: s3://logs/2026", "Archive", "s3://logs/2026", "bucket"),
        ("System: journalctl -u shop", "System", "journalctl -u shop", "journal"),
    ],
)
def test_log_locations(text: str, what: str, place: str, kind: str) -> None:
    (one,) = facts(f"# Logs\n\n- {text}\n").logs
    assert (one.what, one.place, one.kind) == (what, place, kind)
    assert facts(f"# Teams\n\n- {text}\n").logs == ()


def test_a_state_to_be_kept_is_no_alarm() -> None:
    found = facts("# T\n\nLatency must stay below 200 ms. Page when latency exceeds 1 s.\n").limits
    assert [(one.origin, one.threshold.operator) for one in found] == [
        ("target", "<"),
        ("statement", ">"),
    ]


def test_facts_stand_where_they_say() -> None:
    text = "# T\n\n**Owner**: Ops\n**RTO**: 4h\n\n- Never reboot\n- Logs are kept for 3 days\n"
    found = facts(text)
    assert [m.span.line for m in found.metadata] == [3]
    assert [(o.name, o.value, o.span.line) for o in found.objectives] == [("RTO", 14400.0, 4)]
    assert [r.span.line for r in found.safety] == [6]
    assert [(r.what, r.seconds, r.span.line) for r in found.retention] == [("Logs", 259200.0, 7)]
