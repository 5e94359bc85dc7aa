"""Break each rule on purpose and see its cases fail: `python -m tests.lint.mutants [RULE …]`.

A mutant is the rule's module with one decision changed: a comparison or condition turned round, a
`not` dropped, `and` for `or`, a filter or a finding left out. It is killed when one of the rule's
cases, or an example of its page, no longer comes out as it should. Survivors are printed; exit code
1 when a rule loses fewer than nine of ten mutants.
"""

import ast
import copy
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from steadyhand.lint.allow import REASONLESS, UNKNOWN, UNNEEDED
from steadyhand.lint.lint import RULES
from steadyhand.lint.rule import Check, Rule
from steadyhand.lint.subject import Subject
from tests.lint.expecting import Expected, differences, without_marks
from tests.lint.subjects import case_subjects
from tests.lint.test_rules import HERE, cases, example

ENOUGH = 0.9
OF_ALLOW = {UNKNOWN, REASONLESS, UNNEEDED}  # `lint.allow` makes their findings
SECONDS = 20  # a mutant that takes longer is one that hangs
_SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Mutant:
    line: int
    what: str
    tree: ast.Module


@dataclass(frozen=True)
class Case:
    """The documents of one case; the findings that are expected, or only whether there are any."""

    subjects: Sequence[Subject]
    expected: list[Expected] | bool

    def fails(self, check: Check) -> bool:
        found = [f for s in self.subjects for f in check(s)]
        if isinstance(self.expected, bool):
            return bool(found) is not self.expected
        return differences(self.subjects, found, self.expected) != []


def mutants(source: str) -> Iterator[Mutant]:
    """Give every mutant of a module's functions."""
    tree = ast.parse(source)
    nodes = [n for f in tree.body if isinstance(f, ast.FunctionDef) for n in ast.walk(f)]
    for node in nodes:
        for what, change in _changes(node):
            before = dict(node.__dict__)
            node.__dict__.update(change)
            yield Mutant(before.get("lineno", 0), what, copy.deepcopy(tree))
            node.__dict__.update(before)


def _changes(node: ast.AST) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Give what may be changed about a node: in words, and the fields that make it so."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _SWAPS:
            other = _SWAPS[type(op)]
            yield f"{type(op).__name__} → {other.__name__}", {"ops": [other()]}
        case ast.BoolOp(op=op, values=values):
            yield "and ↔ or", {"op": ast.Or() if isinstance(op, ast.And) else ast.And()}
            if len(values) > 2:
                for at in range(len(values)):
                    yield f"part {at + 1} left out", {"values": values[:at] + values[at + 1 :]}
        case ast.If(test=test) | ast.IfExp(test=test):
            yield "condition turned", {"test": ast.UnaryOp(ast.Not(), test)}
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not dropped", {"operand": ast.UnaryOp(ast.Not(), operand)}
        case ast.comprehension(ifs=[_, *_] as ifs):
            for at in range(len(ifs)):
                yield f"filter {at + 1} left out", {"ifs": ifs[:at] + ifs[at + 1 :]}
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            yield "finding left out", {"value": ast.YieldFrom(ast.Tuple([], ast.Load()))}
        case ast.Return(value=ast.Constant(value=bool(value))):
            yield "answer turned", {"value": ast.Constant(not value)}


def cases_of(rule: Rule) -> list[Case]:
    """Compile a rule's cases and its page's examples, once for all mutants."""
    folder = rule.check.__module__.split(".")[-2]
    found = []
    for case in cases(HERE / folder / f"{rule.name}.md"):
        text, marks = without_marks(case)
        found.append(Case(case_subjects(text), [m for m in marks if m.rule == rule.name]))
    for name, expected in (("Bad", True), ("Good", False)):
        found.append(Case(case_subjects(example(rule.page, name)), expected))
    return found


def killed(mutant: Mutant, name: str, file: str, every: Sequence[Case]) -> bool:
    """Tell whether a mutant's rule gives another answer for one of the cases, fails, or hangs."""

    def hang(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, hang)
    signal.alarm(SECONDS)
    space: dict[str, object] = {"__name__": name, "__file__": file}
    try:
        exec(compile(ast.fix_missing_locations(mutant.tree), file, "exec"), space)
        rule = space["RULE"]
        assert isinstance(rule, Rule)
        return any(case.fails(rule.check) for case in every)
    except Exception:
        return True
    finally:
        signal.alarm(0)


def score(rule: Rule) -> tuple[int, int, list[Mutant]]:
    """Count a rule's mutants and those that were killed; list the survivors."""
    module = sys.modules[rule.check.__module__]
    file = str(module.__file__)
    every = cases_of(rule)
    assert not any(case.fails(rule.check) for case in every), f"{rule.name} fails unchanged"
    tried = list(mutants(Path(file).read_text()))
    left = [m for m in tried if not killed(m, module.__name__, file, every)]
    return len(tried), len(tried) - len(left), left


def main(names: Sequence[str]) -> int:
    """Print each rule's score and survivors."""
    weak, total, dead = 0, 0, 0
    for name in names or sorted(set(RULES) - OF_ALLOW):
        tried, gone, left = score(RULES[name])
        total, dead = total + tried, dead + gone
        print(f"{name}: {gone}/{tried}")
        for mutant in left:
            print(f"  survives: line {mutant.line}, {mutant.what}")
        weak += gone < ENOUGH * tried
    print(f"{dead}/{total} mutants killed; {weak} rules below {ENOUGH:.0%}")
    return int(weak > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
