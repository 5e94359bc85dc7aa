"""Which procedure an alarm calls for."""

from pathlib import Path

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.document.runbook import AlarmRule, Threshold
from steadyhand.respond.match import match, words
from tests.respond.documents import procedure, span

PROCEDURES = (
    procedure("Shop down (HTTP 500)", symptoms=["Users get 502 or 503", "Answers take > 20 s"]),
    procedure("Postgres trouble", line=2, symptoms=["Too many connections", "Slow queries"],
              causes=[("CPU at its limit", "x")]),
    procedure("Slow shop", line=3, symptoms=["p95 above 1 s"]),
    procedure("Cache broken", line=4, symptoms=["Connection refused", "Memory full"]),
    procedure("Rotate the RDS key", line=5),
)  # fmt: skip


def alarm(name: str, statistic: str = "") -> AlarmRule:
    return AlarmRule(name, Threshold("> 5", statistic=statistic), "Page", span(1))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("API 5xx Rate", "Shop down (HTTP 500)"),
        ("RDS connections", "Postgres trouble"),
        ("database CPU", "Postgres trouble"),
        ("Latency", "Slow shop"),
        ("Response time", "Slow shop"),
        ("ElastiCache memory", "Cache broken"),
    ],
)
def test_the_one_that_stands_out(name: str, title: str) -> None:
    ranking = match(alarm(name), PROCEDURES)
    assert ranking.best is not None, ranking.why
    assert ranking.best.procedure.title == title
    assert ranking.best == ranking.matches[0]
    assert not ranking.ambiguous


def test_the_reason_names_the_words_the_score_and_the_next_one() -> None:
    why = match(alarm("RDS connections"), PROCEDURES).why
    assert why.startswith("score ")
    assert "title: database" in why
    assert "symptoms: connection" in why
    assert "next is “Cache broken”" in why


def test_what_speaks_of_nothing_here_matches_nothing() -> None:
    ranking = match(alarm("Billing total"), PROCEDURES)
    assert (ranking.best, ranking.matches, ranking.ambiguous) == (None, (), False)
    assert "“Billing total”" in ranking.why


def test_two_that_fit_alike_are_put_to_a_person() -> None:
    twins = [
        procedure(f"Disk of host {name}", line=n, symptoms=["-"]) for n, name in enumerate("ab")
    ]
    ranking = match(alarm("Disk"), twins)
    assert ranking.best is None
    assert ranking.ambiguous
    assert "“Disk of host a”" in ranking.why
    assert "“Disk of host b”" in ranking.why


def test_procedures_without_symptoms_are_not_for_incidents() -> None:
    assert match(alarm("RDS key"), PROCEDURES[-1:]).matches == ()


def test_the_reason_names_the_title_that_speaks_of_it_and_has_no_symptoms() -> None:
    others = [*PROCEDURES[2:4], procedure("Rotate a certificate", line=6)]
    why = match(alarm("RDS key"), [*others, PROCEDURES[-1]]).why
    assert why == (
        "no procedure with symptoms speaks of “RDS key”; “Rotate the RDS key” (RUNBOOK.md:5) does "
        "in its title, and is no candidate until it states its symptoms"
    )
    assert match(alarm("RDS key"), others).why == "no procedure with symptoms speaks of “RDS key”"


def test_words_have_one_form() -> None:
    assert words("500/502/503 errors") == {"5xx", "error"}
    assert words("P95 of the API is slow for 10 min") == words("API latency")
    assert words("5xx") == words("HTTP-504") - {"http"}
    assert words("> 80 %") == frozenset()


@pytest.mark.parametrize(
    ("name", "title", "symptom"),
    [
        ("Ошибки очереди", "Ошибки очереди", "Ошибки очереди растут"),
        ("ОЧЕРЕДЬ", "Сбой", "Растёт очередь заказов"),
        ("Bäckerei langsam", "Bäckerei steht", "-"),
        ("Cafe\u0301 geschlossen", "Ärger im Caf\u00e9", "-"),
        ("STRASSE gesperrt", "Straße", "-"),
        ("قائمة الانتظار", "تأخر قائمة الطلبات", "-"),
        ("कतार त्रुटि", "धीमी कतार", "-"),
        ("队列积压", "队列积压", "-"),
        ("队列积压", "处理订单队列积压过多", "-"),
        ("支付队列积压过多", "队列积压", "-"),
        ("注文キュー遅延", "障害", "注文キュー遅延が続く"),
        ("คิวค้าง", "ปัญหาคิวค้าง", "-"),
        ("ｷｭｰ遅延", "キュー遅延", "-"),
        ("Lambda错误", "Lambda 失败", "-"),
    ],
)
def test_words_of_any_script_are_read(name: str, title: str, symptom: str) -> None:
    others = [
        procedure("Slow shop", line=2, symptoms=["p95"]),
        procedure("数据库", line=3, symptoms=["连接"]),
        procedure("कम स्थान", line=4, symptoms=["Ärger in der Küche"]),
    ]
    best = match(alarm(name), [procedure(title, symptoms=[symptom]), *others]).best
    assert best is not None
    assert best.procedure.title == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Bäckerei", "Bückerei"),  # no half of a word
        ("कतार", "कितना"),  # nor a letter without its mark
        ("错误", "错"),  # one character of a phrase says nothing
        ("错误率", "错误的队列"),
        ("⚠️ Очередь", "⚠️ Склад"),
    ],
)
def test_a_part_of_a_word_is_none(name: str, title: str) -> None:
    assert match(alarm(name), [procedure(title, symptoms=["-"])]).matches == ()


def test_a_script_without_blanks_gives_phrases() -> None:
    assert words("API错误率 5xx，支付・注文") == {"api", "错误率", "5xx", "支付", "注文"}
    assert words("1️⃣ ٣ _x_") == {"x"}


@pytest.mark.seeds
def test_the_five_original_runbooks(seed_folder: Path) -> None:
    found = {}
    for path in sorted(seed_folder.glob("*.md")):
        runbook, _ = compile_runbook(parse(path.name, path.read_text()))
        for rule in runbook.facts.alarms:
            best = match(rule, runbook.procedures).best
            found[rule.name] = best.procedure.title if best else None
    assert found["API 5xx Rate"] == "1. API Unresponsive (5xx Errors)"
    assert found["API Latency P95"] == "6. High Latency"
    assert found["RDS Connections"] == "2. Database Connection Issues"
    assert found["Redis Memory"] == "3. Redis Cache Failures"
    assert found["Failed Login Rate"] is None
