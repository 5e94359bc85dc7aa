import pytest

from steadyhand.compile.facts.quantities import begins_after, duration, threshold


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("< 15 min", 900.0),
        ("1 hour", 3600.0),
        ("within 90 seconds", 90.0),
        ("2.5h", 9000.0),
        ("Immediate response", 0.0),
        ("next business day", None),
        ("5 monkeys", None),
    ],
)
def test_duration(text: str, seconds: float | None) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0-15 min", 0.0),
        ("15–30 min", 900.0),
        ("5 to 10 minutes", 300.0),
        ("30+ min", 1800.0),
        ("not solved in 30 min", 1800.0),
        ("after 2 hours", 7200.0),
        ("data is lost", None),
    ],
)
def test_begins_after(text: str, seconds: float | None) -> None:
    assert begins_after(text) == seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> 5% for 5 min", (">", 5.0, "%", 300.0)),
        ("≥ 1,500 ms", (">=", 1500.0, "ms", None)),
        ("above 2 seconds over 10 minutes", (">", 2.0, "s", 600.0)),
        ("> 80% max for 5 min", (">", 80.0, "% max", 300.0)),
        (">70% of max", (">", 70.0, "% max", None)),
        ("> 100/min", (">", 100.0, "/min", None)),
        ("more than 20 per hour", (">", 20.0, "/h", None)),
        ("fewer than 2", ("<", 2.0, "", None)),
        ("at least 3 for 1 min", (">=", 3.0, "", 60.0)),
        ("no more than 4GB", ("<=", 4.0, "GB", None)),
        ("exceeds 12", (">", 12.0, "", None)),
        ("somebody complains", ("", None, "", None)),
    ],
)
def test_threshold(text: str, expected: tuple[str, float | None, str, float | None]) -> None:
    found = threshold(text)
    assert (found.operator, found.value, found.unit, found.for_seconds) == expected
    assert found.text == text


@pytest.mark.parametrize(
    ("name", "statistic"),
    [("Latency P95", "p95"), ("p99.9 of pay", "p99.9"), ("Average CPU", "average"), ("CPU", "")],
)
def test_the_name_may_say_the_statistic(name: str, statistic: str) -> None:
    assert threshold("> 1", name).statistic == statistic
