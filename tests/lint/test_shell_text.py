"""Reading shell text without a grammar: quotes, assignments, words for other machines, headings."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from steadyhand.lint.rules import placeholders, secrets, shell
from steadyhand.lint.shell.quotes import contexts, expansions
from steadyhand.lint.shell.remote import bare_program, for_another_machine
from steadyhand.lint.shell.sequences import sequences
from steadyhand.lint.shell.variables import settings as settings_of
from steadyhand.lint.shell.variables import variable_for, word_end
from tests.lint.subjects import subject

PIECES = (
    "\n", " ", "\\", "'", '"', "`", "$(", ")", "(", "((", "))", "$X", "${Y}", "<<EOT", "EOT", "#",
    ";", "|", "&&", "=", "<a>", "for x in", "; do", "done", "rm -rf ", "/*", "cd ", "date -d ",
    "echo", "A=", "--password ", "ssh h ", "{", "}", "openssl rand -base64 9", "é", "\t", "[ ", "]",
)  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a $X", "u"),
        ('"$X"', '"'),
        ("'$X'", "'"),
        ("a \\$X", "\\"),
        ('"\\$X"', "\\"),
        ('"a \\ $X"', '"'),
        ("# $X", "#"),
        ("a#$X", "u"),
        ("$((1 + $X))", "="),
        ('"$(a $X)"', "u"),
        ('"$(a "$X")"', '"'),
        ('"`a $X`"', "u"),
        ("cat <<EOT\n$X\nEOT", "<"),
        ("cat <<-'EOT'\n$X\nEOT", "<"),
        ("cat <<EOT\nEOT\na $X", "u"),
        ("cat <<< $X", "u"),
        ("$'it\\'s $X'", "'"),
        ("a 'b' $X", "u"),
    ],
)
def test_where_a_variable_stands(text: str, where: str) -> None:
    assert [one.context for one in expansions(text) if one.name == "X"] == [where]


@given(TEXT)
@example("cat <<A <<B\n")
@example('"$(')
def test_every_character_has_a_context(text: str) -> None:
    assert len(contexts(text)) == len(text)
    assert 0 <= word_end(text, 0) <= len(text)


@settings(deadline=None, max_examples=60)
@given(TEXT)
def test_no_rule_fails_on_strange_text(text: str) -> None:
    seen = subject(f"# P\n\n```bash\n{text}\n```\n")
    for rule in (*placeholders.RULES, *shell.RULES, *secrets.RULES):
        for finding in rule.check(seen):
            assert 0 < finding.span.line <= len(seen.runbook.lines)
            if finding.mark is not None:
                # One past the end is where something is missing.
                line = seen.line(finding.mark.line) + " "
                assert 0 < finding.mark.column < finding.mark.end_column <= len(line) + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1", [("A", "1", False, False)]),
        ('A="x y" B=2', [("A", '"x y"', False, False), ("B", "2", False, False)]),
        ("A=$(b \"c d\" | e) ; date", [("A", '$(b "c d" | e)', False, False)]),
        ("export A=1", [("A", "1", False, False)]),
        ("A=1 psql -c x", [("A", "1", False, True)]),
        ("for i in a $(b c); do date; done", [("i", "a $(b c)", True, False)]),
        ("if true; then A=1; fi", [("A", "1", False, False)]),
        ("dd if=/dev/x of=y", []),
        ("helm install --set a=b", []),
        ("[ a == b ]", []),
        ("cat <<EOT\nA=1\nEOT", []),
        ("echo 'A=1'", []),
    ],
)  # fmt: skip
def test_what_a_step_sets(text: str, expected: list[tuple[str, str, bool, bool]]) -> None:
    steps = list(subject(f"# P\n\n```bash\n{text}\n```\n").runbook.steps())
    found = [(s.name, s.value, s.loop, s.prefix) for s in settings_of(steps)]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ssh -p 22 web1 uptime now", ["uptime", "now"]),
        ("ssh web1", []),
        ("ssh -o A=b -- web1 uptime", ["uptime"]),
        ("kubectl exec -n shop web-0 -c app -- ls /srv", ["ls", "/srv"]),
        ("kubectl -n shop exec web-0 ls", ["ls"]),
        ("docker exec -u root web ls", ["ls"]),
        ("docker compose exec -T web ls", ["ls"]),
        ("docker ps", []),
        ("aws ecs execute-command --task t --command 'ls /srv' --interactive", ["ls /srv"]),
        ("gcloud compute ssh web-1 --command=uptime", ["--command=uptime"]),
        ("bash -c uptime", []),
    ],
)
def test_words_for_another_machine(text: str, words: list[str]) -> None:
    (step, *_) = subject(f"# P\n\n```bash\n{text}\n```\n").runbook.steps()
    assert [word.shown for word in for_another_machine(step.commands[0])] == words


def test_headings_that_are_steps_of_one_way() -> None:
    blocks = [f"### {title}\n\n```bash\ndate\n```\n" for title in (
        "Before", "Step 1: a", "Step 2", "After", "1. One", "2. Two",
    )]  # fmt: skip
    seen = subject("# R\n\n## W\n\n" + "\n".join(blocks))
    assert [[p.title for p in each] for each in sequences(seen)] == [
        ["Before"], ["Step 1: a", "Step 2"], ["After"], ["1. One"], ["2. Two"],
    ]  # fmt: skip
    assert [len(each) for each in sequences(seen, numbers=True)] == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ('docker exec cache redis-cli -a "$P" ping', "redis-cli"),
        ('kubectl exec -n shop db-0 -- /usr/bin/psql -c "$Q"', "psql"),
        ("docker exec cache sh -c 'echo $P'", ""),
        ('ssh web1 redis-cli -a "$P"', ""),
        ("redis-cli ping", ""),
    ],
)
def test_a_program_is_started_with_no_shell_around_it(line: str, program: str) -> None:
    document = subject(f"# P\n\n```bash\n{line}\n```\n")
    [command] = next(document.runbook.steps()).commands
    assert bare_program(command) == program


@pytest.mark.parametrize(
    ("placeholder", "name"),
    [("<task-arn>", "TASK_ARN"), ("<PWD>", "THE_PWD"), ("<new version>", "NEW_VERSION")],
)
def test_a_variable_is_named_for_a_placeholder(placeholder: str, name: str) -> None:
    assert variable_for(placeholder) == name
