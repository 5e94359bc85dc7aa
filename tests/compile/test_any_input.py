"""Whatever the input is: no crash, every line accounted, spans inside, the same twice."""

import json
import re
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.outline import as_json, outline
from steadyhand.lint.lint import lint
from steadyhand.lint.subject import Subject
from steadyhand.model import canonical
from steadyhand.model.document.runbook import Runbook

PIECES = [
    "# Title\n", "## P1: Bad (response < 5 min)\n", "Setext\n===\n", "**Symptoms:**\n",
    "**If needed:**\n", "- item\n", "- [ ] tick\n", "1. Restart it\n",
    "   2. **Fix**: Run it\n",
    "> quote\n", "> > - deep\n", "\n", "\n\n", "---\n", "<!-- c -->\n", "<b>x</b>\n", "[r]: /u\n",
    "| A | Fix |\n|---|---|\n| x | y |\n",
    "| Alarm | Threshold |\n|--|--|\n| CPU | > 5% for 1 min |\n",
    "```bash\n", "```\n", "~~~\n", "```console\n", "```sql\n", "    indented\n", "\tx\n",
    "   ```sh\n",
    "# 1. Comment\n", "# Expected:\n", "# ... rest\n", "aws ecs list-tasks --cluster x \\\n",
    "  --task <task-id>\n", "redis-cli -h <endpoint> ping\n", "for i in a b; do\n", "done\n",
    "if x; then\n",
    "cat <<EOF\n", "EOF\n", "echo 'open\n", 'echo "${X:-y} $(date\n', "{\n", '"a": 1,\n', "}\n",
    "`",
    "SELECT 1;\n", "SELECT *\n", "$ ls\n", "> more\n", "X=$(a b)\n", "f() {\n", "a | b > c\n",
    "\\\n",
    "‚ö†Ô∏è\n", "…é\n", "\x00", "\x0c", "\u2028", "\r", "\ud800",
    "<", "<<", "&", "((", "[[", "$", "${",
    "[Insert name]\n", "**Owner**: [Insert name]\n",
    "- **RTO**: 4h\n", "Never reboot. CPU above 80 % for 5 min.\n", "Backups run daily at 3am.\n",
    "## Escalation\n", "1. **0-5 min**: call\n", "- Retention period: 7 days\n", "- Lead: TBD\n",
    "| Task | Schedule |\n|-|-|\n| x | every Sunday 02:00 |\n", "| Owner | x |\n", "## Database\n",
    "- **P1**: 5 min\n", "kubectl logs {pod} -n [namespace] {{ x }} %ENV% my-app v1.2.3\n",
    "Last updated: 2026-01-01\n", "## Response times\n", "- alarm `cpu-high`\n", "- Logs: /ecs/x\n",
]  # fmt: skip
documents = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
texts = st.text(
    st.characters(exclude_categories=()) | st.sampled_from("`#*-|<>$\"'\\(){}[]&; \n\t"),
    max_size=200,
)


def check(text: str) -> Runbook:
    runbook, findings = compile_runbook(parse("x.md", text))
    again, same = compile_runbook(parse("x.md", text))
    assert (runbook, findings) == (again, same)
    lines = re.split(r"\r\n?|\n", text.removeprefix("\ufeff"))
    covered: set[int] = set()
    for entry in runbook.account:
        assert 1 <= entry.span.line <= entry.span.end_line <= len(lines)
        assert bool(entry.made) != (entry.reason is not None)
        covered.update(range(entry.span.line, entry.span.end_line + 1))
    missing = [n for n, line in enumerate(lines, 1) if line.strip() and n not in covered]
    assert not missing
    subject = Subject(runbook, date(2026, 11, 1), (runbook,), tuple(findings))
    for finding in [*findings, *lint(subject)]:
        assert 1 <= finding.span.line <= len(lines)
    check_steps(runbook, len(lines))
    check_places(runbook, len(lines))
    outline(runbook)
    json.dumps(as_json(runbook, findings)).encode()
    assert canonical.loads(Runbook, canonical.dumps(runbook)) == runbook
    return runbook


def check_places(runbook: Runbook, lines: int) -> None:
    facts = runbook.facts
    spans = [fact.span for name in facts.__struct_fields__ for fact in getattr(facts, name)]
    for resource in runbook.inventory:
        assert resource.span == resource.spans[0]
        assert len(resource.spans) == len(resource.commands)
        spans += resource.spans
    spans += [span for alias in runbook.aliases for span in alias.spans]
    spans += [p.spans[0] for procedure in runbook.procedures for p in procedure.parameters]
    for span in spans:
        assert 1 <= span.line <= span.end_line <= lines
    procedures = {procedure.id for procedure in runbook.procedures}
    named = [fact.procedure for fact in facts.limits]
    named += [fact.procedure for fact in facts.symptoms]
    named += [fact.procedure for fact in facts.causes]
    named += [fact.procedure for fact in facts.checklists]
    assert set(named) <= procedures | {""}
    steps = {step.id for step in runbook.steps()}
    assert {answer.step for answer in facts.expected} <= steps | {""}


def check_steps(runbook: Runbook, lines: int) -> None:
    ids = [step.id for step in runbook.steps()]
    assert len(ids) == len(set(ids))
    made = {name for entry in runbook.account for name in entry.made}
    assert {f"step:{name}" for name in ids} <= made
    things = {f"step:{name}" for name in ids} | {f"procedure:{p.id}" for p in runbook.procedures}
    things |= {f"parameter:{p.name}" for p in runbook.parameters}
    assert {name for name in made if not name.startswith("fact:")} <= things
    for procedure in runbook.procedures:
        assert f"procedure:{procedure.id}" in made or procedure.level == 0
        names = {parameter.name for parameter in procedure.parameters}
        for step in procedure.steps:
            assert 1 <= step.span.line <= step.span.end_line <= lines
            ends = [0]
            for occurrence in step.parameters:
                assert occurrence.parameter in names
                assert ends[-1] <= occurrence.start < occurrence.end <= len(step.text)
                ends.append(occurrence.end)


@settings(max_examples=300, deadline=None)
@given(documents)
@example("")
@example("\n")
@example("```bash\n")
@example("```bash\nls <<<")
@example("- - - - 1. x\n" * 30)
@example(">" * 200)
@example("* " * 100)
@example("| a |\n> ")
@example("```bash\naws s3 cp --exclude=a/b\n```")
@example("```bash\n" + "echo '\n" * 300)
def test_any_markdown(text: str) -> None:
    check(text)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_text(text: str) -> None:
    check(text)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_text_in_a_shell_block(text: str) -> None:
    check(f"# T\n\n```bash\n{text}\n```\n")
