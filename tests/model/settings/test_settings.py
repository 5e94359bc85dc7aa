"""Settings: what is read, and one plain line for each mistake."""

import tomllib

import pytest

from steadyhand.model.alarm import MissingData
from steadyhand.model.settings.binding import ServiceName
from steadyhand.model.settings.whole import BadSettings, Settings, read_settings

WHOLE = """
schema = 1
target = "lab"
runbook = "RUNBOOK.md"

[alarms."5xx Rate"]
namespace = "AWS/ApplicationELB"
dimensions = { LoadBalancer = "app/shop/1" }
numerator = ["A", "B"]
denominator = "C"
missing_data = "notBreaching"

[alarms."5xx Rate".service]
cluster = "prod"
name = "shop"

[alarms.CPU]
namespace = "AWS/ECS"
metric = "CPUUtilization"
statistic = "Average"
period_seconds = 300

[contacts."On-call engineer"]
notices = ["terminal", "webhook"]
webhook = "http://127.0.0.1:9/hooks/l1"

[people.ada]
contact = "On-call engineer"

[drills.bad]
fault = "bad-deployment"
alarm = "5xx rate"
expect = "unresolved"

[values]
previous-revision = 41

[respond]
verify_seconds = 120
"""


def read(text: str) -> Settings:
    return read_settings(tomllib.loads(text), "steadyhand.toml")


def test_everything_is_read() -> None:
    settings = read(WHOLE)
    rate = settings.alarms["5xx Rate"]
    assert rate.numerator == ("A", "B")
    assert rate.is_ratio
    assert rate.missing_data is MissingData.NOT_BREACHING
    assert rate.service == ServiceName("prod", "shop")
    assert settings.alarms["CPU"].period_seconds == 300
    assert not settings.alarms["CPU"].is_ratio
    assert settings.contacts["On-call engineer"].notices == ("terminal", "webhook")
    assert settings.people["ada"].contact == "On-call engineer"
    assert settings.drills["bad"].expect == "unresolved"
    assert settings.values == {"previous-revision": "41"}
    assert settings.respond.verify_seconds == 120


def test_nothing_is_needed() -> None:
    assert read("") == Settings()


def test_names_are_found_whatever_their_case_and_blanks() -> None:
    settings = read(WHOLE)
    assert settings.binding("5XX  rate") is settings.alarms["5xx Rate"]
    assert settings.contact("on-call ENGINEER") is settings.contacts["On-call engineer"]
    assert settings.binding("RDS CPU") is None


METRIC = '[alarms."A b"]\nnamespace = "n"\nmetric = "m"\n'


DRIFT = "[[drift]]\nkind = 'database'\nresource = 'shop-db'\nattribute = 'MultiAZ'\n"


@pytest.mark.parametrize(
    ("written", "expected"), [("'7'", "7"), ("7", "7"), ("true", "true"), ("1.5", "1.5")]
)
def test_what_a_drift_check_expects_is_text(written: str, expected: str) -> None:
    (check,) = read(f"{DRIFT}expected = {written}\nspan = 'shop.md:3'").drift
    assert (check.kind, check.resource, check.attribute) == ("database", "shop-db", "MultiAZ")
    assert (check.expected, check.span) == (expected, "shop.md:3")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("schema = 2", "schema: 2 is not known; this version reads 1"),
        ("target = 5", "target: must be a valid string (it is 5)"),
        ("alarms = 3", "alarms: must be a table"),
        ('respond = "x"', "respond: must be a table"),
        ("[values]\na = [1]", "values.a: must be a valid string (it is [1])"),
        ("[respond]\nverify_seconds = 0", "respond.verify_seconds: must be more than 0"),
        (METRIC + "period_seconds = 7", 'alarms."A b": period_seconds must be 1, 5, 10'),
        (METRIC + "datapoints_to_alarm = 0", "datapoints_to_alarm must be 1 or more"),
        (METRIC + 'missing_data = "bad"', "missing_data: must be 'missing', 'notBreaching'"),
        (METRIC + 'denominator = "d"', "give either metric, or numerator and denominator"),
        ('[alarms.A]\nnamespace = "n"', "give either metric, or numerator and denominator"),
        ('[alarms.A]\nnamespace = "n"\nnumerator = ["x"]', "needs both numerator and denominator"),
        ('[alarms.A]\nmetric = "m"', "alarms.A.namespace: missing"),
        ('[contacts.A]\nnotices = ["webhook"]', "contacts.A.webhook: must be an http(s) URL"),
        ('[contacts.A]\nnotices = ["webhook"]\nwebhook = "file:///x"', "must be an http(s) URL"),
        ('[contacts.A]\nnotices = ["pager"]', "contacts.A.notices[0]: must be 'terminal'"),
        ('[drills.a]\nfault = "f"\nalarm = "z"', "drills.a.alarm: “z” has no binding in [alarms]"),
        (
            "colour = 1",
            "colour: no such key; known here: alarms, contacts, drift, drills, duties, lint",
        ),
        ("drift = 3", "drift: must be a list (it is 3)"),
        ("[[drift]]\nkind = 'x'", "drift[0].resource: missing"),
        (DRIFT + "expected = ''", "drift[0].expected: must not be empty"),
        (DRIFT + "expected = 'x'\n" + DRIFT + "expected = 'y'", "drift[1]: MultiAZ of shop-db"),
        (DRIFT + "expected = [1]", "drift[0].expected: must be a valid string"),
        (
            DRIFT + "expected = 1\ncolour = 1",
            "drift[0].colour: no such key; known here: attribute, expected, kind, resource, span",
        ),
        (METRIC + "colour = 1", 'alarms."A b".colour: no such key; known here: action, clear'),
        (
            METRIC + 'service = { cluster = "c", nam = "s" }',
            'alarms."A b".service.nam: no such key; known here: cluster, log_group, name',
        ),
        ("[respond]\ncolour = 1", "respond.colour: no such key; known here: acknowledge_seconds"),
    ],
)
def test_a_mistake_is_one_line_with_its_key(text: str, line: str) -> None:
    with pytest.raises(BadSettings) as raised:
        read(text)
    assert f"steadyhand.toml: {line}" in str(raised.value) or line in str(raised.value)
    assert all(told.startswith("steadyhand.toml: ") for told in str(raised.value).splitlines())


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(BadSettings) as raised:
        read("colour = 1\n[contacts.A]\nnotices = ['pager']")
    assert len(str(raised.value).splitlines()) == 2
