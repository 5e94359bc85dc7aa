"""Options are found as getopt finds them: in bundles, with their values, cut short."""

import shlex

import pytest

from steadyhand.model.argv.options import given

LISTED = "-d --date -f --file --files-from --list! -i? --in-place?"


@pytest.mark.parametrize(
    ("command", "options", "names"),
    [
        ("x -ab c", [("-a", ""), ("-b", "")], ["c"]),
        ("x -ad v c", [("-a", ""), ("-d", "v")], ["c"]),
        ("x -adv c", [("-a", ""), ("-d", "v")], ["c"]),
        ("x -ib c", [("-i", "b")], ["c"]),
        ("x -i c", [("-i", "")], ["c"]),
        ("x --date v c", [("--date", "v")], ["c"]),
        ("x --date=v c", [("--date", "v")], ["c"]),
        ("x --da v c", [("--date", "v")], ["c"]),
        ("x --in-place c", [("--in-place", "")], ["c"]),
        ("x --file v c", [("--file", "v")], ["c"]),
        ("x --list v", [("--list", "")], ["v"]),
        ("x a -b -- -d e", [("-b", "")], ["a", "-d", "e"]),
        ("x - -d", [("-d", "")], ["-"]),
        ("x", [], []),
    ],
)
def test_options_and_the_words_beside_them(
    command: str, options: list[tuple[str, str]], names: list[str]
) -> None:
    said = given(tuple(shlex.split(command)), LISTED)
    assert list(said.options) == options
    assert list(said.names) == names


def test_a_long_name_may_be_cut_short_where_nothing_else_is_called_so() -> None:
    said = given(("x", "--comp", "--list"), LISTED)
    assert said.has("--compress-program")
    assert said.has("--list")
    assert not said.has("--listed")  # `--list` is one of its own
    assert not said.has("--in-place", "-i")


def test_an_option_that_comes_twice_has_two_values() -> None:
    assert given(("x", "-d1", "--date=2"), LISTED).values("-d", "--date") == ("1", "2")
