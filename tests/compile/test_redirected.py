"""A redirection writes a file: inside of the run's folder a change, elsewhere somebody's file."""

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.effect import Effect


@pytest.mark.parametrize(
    ("target", "effect"),
    [
        ("report.txt", Effect.CHANGE),
        ("out/report.txt", Effect.CHANGE),
        ("/tmp/report.txt", Effect.CHANGE),
        ("/dev/null", Effect.READ),
        ('"$FILE"', Effect.CHANGE),
        ("/etc/hosts", Effect.DESTROY),
        ("../report.txt", Effect.DESTROY),
        ("~/.ssh/config", Effect.DESTROY),
    ],
)
def test_a_redirection_is_as_bad_as_where_it_writes(target: str, effect: Effect) -> None:
    text = f"# R\n\n## Write\n\n```bash\ndate > {target}\n```\n"
    runbook, _ = compile_runbook(parse("r.md", text))
    (step,) = (step for procedure in runbook.procedures for step in procedure.steps)
    assert step.classified.effect is effect, step.classified.reason
