"""Words, redirections and extents, where an outline does not show enough."""

import subprocess
import sys

import pytest

from steadyhand.compile.shell import end_of_statement, find_placeholders, parse_statement
from steadyhand.compile.shell.grammar import read_commands
from steadyhand.model.document.shell import PartKind, Statement, fits, refusals


def parsed(text: str) -> Statement:
    return parse_statement(text, find_placeholders(text)).statement


def words(text: str) -> list[list[str]]:
    return [[w.shown for w in c.words] for c in parsed(text).commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redis-cli -h <endpoint> ping", [["redis-cli", "-h", "<endpoint>", "ping"]]),
        ('a \'b c\' "d \\"e\\"" f\\ g', [["a", "b c", 'd "e"', "f g"]]),
        ("a \"  $HOME  x\" ''", [["a", "  $HOME  x", ""]]),
        ("a $'x\\ty'", [["a", "x\ty"]]),
        ("a \\\n  b", [["a", "b"]]),
        ("a https://x/y?z=1", [["a", "https://x/y?z=1"]]),
        ("a | b 2>&1", [["a"], ["b"]]),
        ("x=$(a $(b))", [["a", "$(b)"], ["b"]]),
        ("if ! a; then b; fi", [["a"], ["b"]]),
        ('export A="$HOME/b"', [["export", "A=$HOME/b"]]),
        ("[ -f x ] && a", [["[", "-f x", "]"], ["a"]]),
        ("é 'ü' <ä-ö> z", [["é", "ü", "<ä-ö>", "z"]]),
    ],
)
def test_words(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("psql < dump.sql > out.txt", [("<", "dump.sql"), (">", "out.txt")]),
        ("a 2>&1", [("2>&1", None)]),
        ("a &> log", [("&>", "log")]),
        ("cat <<EOF > x\nhi\nEOF", [("<<", None), (">", "x")]),
        ("for i in a; do b; done >> log", [(">>", "log")]),
        ("a | b > log", [(">", "log")]),
        ('a <<< "b"', [("<<<", "b")]),
        ("psql -h <host> -f <file>", []),
    ],
)
def test_redirections(text: str, expected: list[tuple[str, str | None]]) -> None:
    found = [r for c in parsed(text).commands for r in c.redirects]
    assert [(r.operator, r.target.shown if r.target else None) for r in found] == expected


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("a <<EOF\nx $HOME <y> \\$z\nEOF", ["x ", "$HOME", " ", "y", " $z\n"]),
        ("a <<'EOF'\nx $HOME <y>\nEOF", ["x $HOME ", "y", "\n"]),
        ('a <<-"EOF" > out\n\t$x\n\tEOF', ["$x\n\t"]),
        ("a <<EOF | b\nx\nEOF", ["x\n"]),
        ("a < x", []),
    ],
)
def test_the_text_of_a_heredoc(text: str, body: list[str]) -> None:
    bodies = [r.body for c in parsed(text).commands for r in c.redirects if r.body]
    assert [part.text for one in bodies for part in one.parts] == body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a | b && c", [False, True, False]),
        ("a | while read x; do b; done", [False, True, True]),
        ("a $(b | c) | d", [False, False, True, True]),
        ("cat <<EOF | a\nx\nEOF", [False, True]),
    ],
)
def test_what_reads_another_command(text: str, expected: list[bool]) -> None:
    assert [c.piped for c in parsed(text).commands] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a & b", [True, False]),
        ("a && b &", [True, True]),
        ("(a; b $(c)) &", [True, True, False]),
        ("x=$(a & b)", [True, False]),
        ("a && b", [False, False]),
    ],
)
def test_what_runs_in_the_background(text: str, expected: list[bool]) -> None:
    assert [c.background for c in parsed(text).commands] == expected


def test_what_bash_expands_is_dynamic() -> None:
    for text in ("a *.log", "a ~/x", "a {b,c}", "a $1", "a `b`", "a $((1+1))", "a <(b)"):
        (first, *_) = parsed(text).commands
        assert first.words[1].literal is None, text


def test_a_variable_of_the_block_is_no_parameter() -> None:
    inside = parse_statement("x=1; a $x $y", ())
    assert [o.parameter for o in inside.occurrences] == ["y"]
    known = parse_statement("a $x", (), {"x"})
    assert known.occurrences == ()
    assert known.statement.commands[0].words[1].parts[0].kind is PartKind.DYNAMIC


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("a <x> '<y>' \"<z>\"", ["", "'", '"']),
        ('a "$(b <x>)"', [""]),
        ("watch 'a $HOST'", ["'"]),
        ('a "${PORT:-80}"', ['"']),
    ],
)
def test_quotes_around_a_parameter(text: str, quotes: list[str]) -> None:
    found = parse_statement(text, find_placeholders(text)).occurrences
    assert [o.quote for o in found] == quotes


def test_transformed_variables_are_named() -> None:
    text = "a ${#A} ${B%x} ${C:1:2} ${D/x/y} ${E:-z} ${F^^}"
    assert parsed(text).transforms == ("A", "B", "C", "D", "F")


def test_assignments_name_the_command_in_them() -> None:
    (assignment,) = parsed("SECRET=$(openssl rand -hex 8)").assignments
    assert assignment.name == "SECRET"
    assert assignment.command is not None
    assert assignment.command.name == "openssl"
    assert [a.name for a in parsed("export A=1 B=2").assignments] == ["A", "B"]
    prefixed = parsed("A=1 b").commands[0]
    assert prefixed.assigns == ("A",)


def test_a_template_fits_the_argv_it_becomes() -> None:
    command = parsed('aws x --y web:<n> --z $(q) "$(p) s" k').commands[0]
    argv = ("aws", "x", "--y", "web:7", "--z", "1", "2", "o s", "k")
    assert fits(command, argv, {"n": "7"})
    assert not fits(command, argv, {"n": "8"})


@pytest.mark.parametrize("text", ["if x", "echo 'a", "a && ", "cat <<EOF\nx", "$(", "a \\\n # b"])
def test_what_is_not_whole_is_refused(text: str) -> None:
    assert parsed(text).problem
    assert refusals(text, parsed(text))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb", 1),
        ("a \\\n b\nc", 2),
        ("a |\nb\nc", 2),
        ("a &&\n\nb\nc", 3),
        ("a '\n'\nb", 2),
        ('a "\n$(b "\n")\n"\nc', 4),
        ("if a; then\n b\nfi\nc", 3),
        ("while read x; do\n if y; then z; fi\ndone < f\nc", 3),
        ("case x in\n a) b ;;\n (c) d ;;\nesac\ne", 4),
        ("f() {\n a\n}\nb", 3),
        ("(\n a\n)\nb", 3),
        ("a=(\n1\n2\n)\nb", 4),
        ("cat <<-'X' && b\n done\n\tX\nc", 3),
        ("cat <<A <<B\na\nA\nb\nB\nc", 5),
        ("a # it's\nb", 1),
        ("a 2>&1\nb", 1),
        ("a $(( 1 << 2 ))\nb", 1),
        ("echo if\nb", 1),
        ("echo done {\nb", 1),
        ("a ${x:-'}'}\nb", 1),
    ],
)
def test_where_a_statement_ends(text: str, lines: int) -> None:
    assert end_of_statement(text.split("\n"), 0) == lines


@pytest.mark.parametrize("text", ["echo 'a\nb", "if a\nb", "cat <<X\na", "a |", "$(a\nb"])
def test_a_statement_that_never_ends(text: str) -> None:
    assert end_of_statement(text.split("\n"), 0) is None


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("tar czf $D/$N.tar.gz x", ["tar", "czf", "<D>/<N>.tar.gz", "x"]),
        ("docker push $R/$A-$E:$T-x", ["docker", "push", "<R>/<A>-<E>:<T>-x"]),
        ("$A/$B-c d", ["<A>/<B>-c", "d"]),
        ('echo é/$A.$B-"$C".x', ["echo", "é/<A>.<B>-<C>.x"]),
        ("echo $(date)/$A-b <x>/$A.<y>", ["echo", "$(date)/<A>-b", "<x>/<A>.<y>"]),
        ("export X=$A/$B-c", ["export", "X=<A>/<B>-c"]),
    ],
)
def test_a_word_with_variables_in_it_stays_one(text: str, argv: list[str]) -> None:
    parsed = parse_statement(text, find_placeholders(text))
    command = next(c for c in parsed.statement.commands if not c.nested)
    assert [word.shown for word in command.words] == argv
    spelled = {text[one.start : one.end] for one in parsed.occurrences}
    assert spelled <= {"$A", "$B", "$C", "$D", "$E", "$N", "$R", "$T", "<x>", "<y>"}


def test_an_assignment_of_such_a_word_runs_nothing() -> None:
    parsed = parse_statement("IMAGE=$REGISTRY/$APP-$STAGE.x", ())
    assert parsed.statement.commands == ()
    assert parsed.sets == {"IMAGE"}
    parsed = parse_statement("echo x > $A/$B.txt", ())
    (command,) = parsed.statement.commands
    assert [redirect.target.shown for redirect in command.redirects if redirect.target] == [
        "<A>/<B>.txt"
    ]
    assert len(command.words) == 2


FAR = """
from steadyhand.compile.shell.grammar import read_commands
for code in [*range(0x100, 0xD800, 997), *range(0x10000, 0x110000, 997)]:
    c = chr(code)
    for text in (f"x --a '{c}[{c}{{{c}' --b <{c}{{{c}>", f"x '={c}'{{{{{c}' <={c}'{{{{{c}>"):
        read_commands(text, ())
print("read")
"""


def test_no_character_ends_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", FAR], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "read\n"), done.stderr[-2000:]


@pytest.mark.parametrize("far", ["名前", "😀", "\u2028"])
def test_what_lies_beyond_latin_is_part_of_a_word(far: str) -> None:
    parsed = read_commands(f"echo a{far}b 'c {far}' | grep {far}", ())
    assert [[word.shown for word in one.words] for one in parsed.statement.commands] == [
        ["echo", f"a{far}b", f"c {far}"], ["grep", far],
    ]  # fmt: skip
