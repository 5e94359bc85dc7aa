"""Which variables a statement sets: those are no parameters of it."""

import pytest

from steadyhand.compile.shell.grammar import read_commands

STATEMENTS = [
    ("X=1; echo $X $Y", {"X"}, {"Y"}),
    ("X=1 printenv $X", set(), {"X"}),  # set for that command only, and expanded before
    ("X=$(read q; echo $q) printenv $X", {"q"}, {"X"}),
    ('"read" x; echo $x', {"x"}, set()),
    ("read -r x y <<< $z; echo $x $y", {"x", "y"}, {"z"}),
    ("! read z; echo $z", {"z"}, set()),
    (">file read x; echo $x", {"x"}, set()),
    ("export A=1 B; local c=2 d; echo $A $B $c $d", {"A", "c", "d"}, {"B"}),
    ("printf -v X %s 1; printf '%s' $Y; echo $X", {"X"}, {"Y"}),
    ("for i in a b; do echo $i $j; done", {"i"}, {"j"}),
    ("while IFS= read -r line; do echo $line; done < $f", {"line"}, {"f"}),
    ("declare -a arr=(1 2); A[0]=$B; echo ${arr}", {"arr", "A"}, {"B"}),
    ("A=$(B=$(C=1; echo $C); echo $B)$D", {"A", "B", "C"}, {"D"}),
    ("f() { local a b=$1; A=$b; }; echo $A $a", {"a", "b", "A"}, set()),
    ("cat <<EOF\n$(X=1; echo $X) $Y\nEOF", {"X"}, {"Y"}),
]


@pytest.mark.parametrize(("text", "own", "outside"), STATEMENTS)
def test_what_a_statement_sets_is_no_parameter_of_it(
    text: str, own: set[str], outside: set[str]
) -> None:
    parsed = read_commands(text, ())
    assert parsed.sets == own
    assert {one.name for one in parsed.parameters} == outside


def test_only_what_the_ampersand_ends_runs_in_the_background() -> None:
    commands = read_commands("a; b & c $(d) | e $(f) & g", ()).statement.commands
    said = {c.name: (c.background, c.piped, c.nested) for c in commands}
    assert said == {
        "a": (False, False, False),
        "b": (True, False, False),
        "c": (True, False, False),
        "d": (False, False, True),
        "e": (True, True, False),
        "f": (False, False, True),
        "g": (False, False, False),
    }


def test_an_assignment_knows_the_first_command_in_it() -> None:
    statement = read_commands("A=$(x $(y)); B=1; C=$(D=$(z))", ()).statement
    said = [(a.name, a.command and a.command.name) for a in statement.assignments]
    assert said == [("A", "x"), ("B", None), ("C", "z"), ("D", "z")]
