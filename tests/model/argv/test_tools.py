"""What common tools' words say, for those who judge an effect and those who hold the door."""

import shlex

import pytest

from steadyhand.model.argv import sed
from steadyhand.model.argv.tools import only_prints, sed_scripts, sets_clock


@pytest.mark.parametrize("text", ["date -us 12:00", "date --se=now", "date 11220900"])
def test_a_date_that_sets_the_clock(text: str) -> None:
    assert sets_clock(tuple(shlex.split(text)))


@pytest.mark.parametrize("text", ["date +%s", "date -ud @0 +%F", "date -j 11220900", "date -Is"])
def test_a_date_that_tells_the_time(text: str) -> None:
    assert not sets_clock(tuple(shlex.split(text)))


@pytest.mark.parametrize(("text", "prints"), [("gzip -dc a", True), ("gunzip a", False)])
def test_what_is_only_printed_stays_as_it_is(text: str, prints: bool) -> None:
    assert only_prints(tuple(text.split())) is prints


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        ("sed s/a/b/ f", ("s/a/b/",)),
        ("sed -nE -e p --expression=d f", ("p", "d")),
        ("sed -f script f", ()),
    ],
)
def test_the_scripts_of_a_sed(text: str, scripts: tuple[str, ...]) -> None:
    assert sed_scripts(tuple(text.split())) == scripts


@pytest.mark.parametrize("script", ["s/a/id/e", "s@a@id@e", "1e date", "$e", "s!a!b!ge"])
def test_a_script_that_starts_programs(script: str) -> None:
    assert sed.starts_programs(script)
    assert sed.does_more(script)


@pytest.mark.parametrize("script", ["w out", "s/a/b/w out", "s@a@b@w out", "1w/tmp/x"])
def test_a_script_that_writes_files(script: str) -> None:
    assert sed.does_more(script)
    assert not sed.starts_programs(script)


@pytest.mark.parametrize("script", ["s/we/be/", "p", "/err/d", "s|/e/|/f/|g", "y/ew/we/"])
def test_a_script_that_only_edits(script: str) -> None:
    assert not sed.does_more(script)
