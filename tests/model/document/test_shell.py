"""What may not reach bash at all, and which argv belongs to which template."""

import pytest

from steadyhand.model.document.shell import (
    Assignment,
    Command,
    Part,
    PartKind,
    Redirect,
    Statement,
    Word,
    fits,
    refusals,
)


def literal(text: str) -> Word:
    return Word((Part(PartKind.LITERAL, text),))


def dynamic(source: str, quoted: bool = False) -> Word:
    return Word((Part(PartKind.DYNAMIC, source, quoted),))


def command(*words: str) -> Command:
    return Command(tuple(literal(word) for word in words))


def reasons(statement: Statement) -> str:
    return "; ".join(str(refusal) for refusal in refusals("", statement))


@pytest.mark.parametrize(
    "name", ["eval", "exec", "source", ".", "enable", "kill", "trap", "command", "alias", "hash"]
)
def test_builtins_that_hide_or_act_are_refused(name: str) -> None:
    assert name in reasons(Statement((command(name, "x"),)))


@pytest.mark.parametrize("name", ["aws", "echo", "test", "[", "cd", "export", "local", "true"])
def test_what_the_gate_sees_or_nothing_happens_is_not_refused(name: str) -> None:
    assert reasons(Statement((command(name, "x"),))) == ""


def test_a_name_that_only_bash_knows_is_refused() -> None:
    assert "$TOOL" in reasons(Statement((Command((dynamic("$TOOL"), literal("x"))),)))


@pytest.mark.parametrize("name", ["PATH", "LD_PRELOAD", "BASH_ENV", "AWS_ENDPOINT_URL"])
def test_names_that_decide_what_runs_are_refused_in_every_form(name: str) -> None:
    assert name in reasons(Statement((), (Assignment(name),)))
    assert name in reasons(Statement((Command((literal("aws"),), assigns=(name,)),)))
    assert name in reasons(Statement((command("export", f"{name}=/tmp"),)))
    assert name in reasons(Statement((command("unset", name),)))


@pytest.mark.parametrize("words", [("env", "-i", "aws"), ("env", "PATH=/usr/bin", "aws")])
def test_env_may_not_take_the_gate_off_the_path(words: tuple[str, ...]) -> None:
    assert "env" in reasons(Statement((command(*words),)))


@pytest.mark.parametrize(
    ("operator", "path", "refused"),
    [
        (">", "/etc/passwd", True),
        (">", "~/x", True),
        (">", "../x", True),
        ("<", "/dev/tcp/10.0.0.1/80", True),
        (">", "/dev/null", False),
        (">", "notes.txt", False),
        ("2>", "a/b.txt", False),
        ("<<<", "text", False),
    ],
)
def test_files_outside_the_runs_directory(operator: str, path: str, refused: bool) -> None:
    redirected = Command((literal("aws"),), redirects=(Redirect(operator, literal(path)),))
    assert bool(refusals("", Statement((redirected,)))) is refused


def test_a_file_that_only_bash_knows_is_refused() -> None:
    redirected = Command((literal("aws"),), redirects=(Redirect(">", dynamic("$F")),))
    assert refusals("", Statement((redirected,)))


TEMPLATE = Command(
    (
        literal("aws"),
        literal("update"),
        Word((Part(PartKind.LITERAL, "api:"), Part(PartKind.PARAMETER, "revision"))),
        dynamic("$X", quoted=True),
    )
)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("aws", "update", "api:10", "anything at all"), True),
        (("aws", "update", "api:10", ""), True),
        (("aws", "update", "api:11", "x"), False),
        (("aws", "update", "api:10"), False),
        (("aws", "update", "api:10", "x", "y"), False),
        (("aws", "delete", "api:10", "x"), False),
        (("aws", "update", "api:10.*", "x"), False),
    ],
)
def test_an_argv_fits_its_template(argv: tuple[str, ...], expected: bool) -> None:
    assert fits(TEMPLATE, argv, {"revision": "10"}) is expected


@pytest.mark.parametrize("argv", [("rm",), ("rm", "a"), ("rm", "a", "b c")])
def test_an_unquoted_word_may_become_any_number(argv: tuple[str, ...]) -> None:
    assert fits(Command((literal("rm"), dynamic("$FILES"))), argv, {})


def test_a_pattern_in_a_literal_is_only_text() -> None:
    assert not fits(command("grep", "a.c"), ("grep", "abc"), {})


@pytest.mark.parametrize("name", ["read", "mapfile", "readarray"])
def test_how_a_line_is_split_may_be_said_before_what_reads_it(name: str) -> None:
    before = Command((literal(name), literal("x")), assigns=("IFS",))
    assert refusals("", Statement((before,))) == ()


@pytest.mark.parametrize("words", [(), ("date",)])
def test_how_lines_are_split_is_not_changed_for_the_others(words: tuple[str, ...]) -> None:
    for_all = Command(tuple(literal(word) for word in words), assigns=("IFS",))
    assert "IFS=: changes how every later line is split" in reasons(Statement((for_all,)))


@pytest.mark.parametrize("sign", ["\x1b", "\r", "\x9b", "\u200b", "\u202e", "\u2066", "\ufeff"])
def test_what_nobody_sees_is_not_run(sign: str) -> None:
    found = refusals(f"date  # {sign}{sign}now", Statement((command("date"),)))
    assert [str(one) for one in found] == [
        f"{ascii(sign)[1:-1]}: nobody who reads the step sees this character"
    ]
    assert refusals("date\n\t# déjà vu, 日本, 👩\u200d👧", Statement((command("date"),))) == ()


def test_a_blank_that_is_a_letter_to_bash_joins_no_words() -> None:
    joined = Command((literal("aws\xa0ecs"), literal("x")))
    assert (
        reasons(Statement((joined,))) == "aws\xa0ecs: it has a blank that bash takes for a letter"
    )
    text = Word((Part(PartKind.LITERAL, "fini\xa0!", quoted=True),))
    assert refusals("", Statement((Command((literal("echo"), text)),))) == ()
