"""A metric math expression and the series it names in, a series or several out. Pure.

Python's own parser reads it: the two grammars agree but for `^`, `&&` and `||`. The language:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from steadyhand.lab.cloudwatch.series import FUNCTIONS, BadMath, Known, Series, Value, spread

LONGEST = 2048


@dataclass(frozen=True)
class Expression:
    """A parsed expression. `names` are the ids it uses."""

    text: str
    tree: ast.expr
    names: frozenset[str]


_TOKEN = re.compile(r'"[^"]*"|&&|\|\||\^|\bAND\b|\bOR\b|[\r\n]+')
_PYTHON = {"&&": " and ", "||": " or ", "^": "**", "AND": " and ", "OR": " or "}
# CloudWatch has these, and the lab does not work them out.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
NOT_HERE = frozenset(
    "ANOMALY_DETECTION_BAND DATAPOINT_COUNT DAY DB_PERF_INSIGHTS DIFF_TIME EPOCH FIRST HOUR "
    "INSIGHT_RULE_METRIC LAMBDA LAST MINUTE MONTH REMOVE_EMPTY SEARCH SELECT SERVICE_QUOTA SLICE "
    "SORT TIME_SERIES YEAR DATE".split()
)
_WORDS = frozenset({"REPEAT", "LINEAR"})
_ARITHMETIC: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARISONS: Mapping[type, Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def parse(text: str) -> Expression:
    """Parse an expression. Raises BadMath for what CloudWatch or the lab does not take."""
    if re.match(r"\s*SELECT\b", text, re.IGNORECASE):
        raise BadMath("The lab does not evaluate Metrics Insights queries.")

    def python(found: re.Match[str]) -> str:
        return _PYTHON.get(found.group(), " " if found.group().isspace() else found.group())

    try:
        tree = ast.parse(_TOKEN.sub(python, text.strip()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadMath("Syntax error.") from None
    names: set[str] = set()
    for node in ast.walk(tree):
        _check(node, names)
    return Expression(text, tree, frozenset(names - FUNCTIONS.keys() - _WORDS))


_ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Name, ast.Constant, ast.List,
    ast.Load, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


def _check(node: ast.AST, names: set[str]) -> None:
    if not isinstance(node, _ALLOWED) or isinstance(node, ast.Not | ast.Invert):
        raise BadMath("Syntax error.")
    match node:
        case ast.BinOp(op=op) if type(op) not in _ARITHMETIC:
            raise BadMath("Syntax error.")
        case ast.Compare(ops=ops) if len(ops) != 1 or type(ops[0]) not in _COMPARISONS:
            raise BadMath("Syntax error.")
        case ast.Constant(value=value) if type(value) not in (int, float, str):
            raise BadMath("Syntax error.")
        case ast.Call(keywords=keywords) if keywords:
            raise BadMath("Syntax error.")
        case ast.Call(func=ast.Name(id=name)):
            if name in NOT_HERE:
                raise BadMath(f"The lab does not evaluate the function {name}.")
            if name not in FUNCTIONS:
                raise BadMath(f"Function '{name}' not found")
        case ast.Call():
            raise BadMath("Syntax error.")
        case ast.Name(id=name):
            names.add(name)


def evaluate(
    expression: Expression,
    series: Mapping[str, Value],
    metrics: Sequence[str],
    grid: Sequence[datetime],
) -> list[Series]:
    """Work an expression out over the series it names. Raises BadMath.

    `metrics` are the ids that METRICS() means; `grid` are the starts of all periods.
    """
    value = _Sum(series, tuple(metrics), tuple(grid)).value(expression.tree)
    if isinstance(value, float):
        raise BadMath("The expression must return a time series or an array of time series.")
    return [value] if isinstance(value, Series) else value


@dataclass(frozen=True)
class _Sum:
    """One working out of an expression."""

    series: Mapping[str, Value]
    metrics: tuple[str, ...]
    grid: tuple[datetime, ...]

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id=name):
                return self._named(name)
            case ast.List(elts=parts):
                return self._list([self.value(part) for part in parts])
            case ast.UnaryOp(op=op, operand=operand):
                sign = -1.0 if isinstance(op, ast.USub) else 1.0
                return spread(operator.mul, sign, self.value(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return spread(_safe(_ARITHMETIC[type(op)]), self.value(left), self.value(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                holds = _COMPARISONS[type(op)]
                return spread(lambda a, b: float(holds(a, b)), self.value(left), self.value(right))
            case ast.BoolOp(op=op, values=parts):
                joined = all if isinstance(op, ast.And) else any
                first, *others = [self.value(part) for part in parts]
                for other in others:
                    first = spread(lambda a, b: float(joined((a != 0, b != 0))), first, other)
                return first
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments)
        raise BadMath("Syntax error.")

    def _named(self, name: str) -> Value:
        if name not in self.series:
            raise BadMath(f"Undeclared variable '{name}'")
        return self.series[name]

    @staticmethod
    def _list(parts: list[Value]) -> list[Series]:
        found: list[Series] = []
        for part in parts:
            if isinstance(part, float):
                raise BadMath("Unsupported operand type in an array.")
            found += [part] if isinstance(part, Series) else part
        return found

    def _call(self, name: str, arguments: list[ast.expr]) -> Value:
        if name == "METRICS":
            return self._all_metrics(arguments)
        words = {
            number: node.id
            for number, node in enumerate(arguments)
            if isinstance(node, ast.Name) and node.id in _WORDS
        }
        given: list[Value | str] = [
            words[number] if number in words else self.value(node)
            for number, node in enumerate(arguments)
        ]
        function, least, most = FUNCTIONS[name]
        if not least <= len(given) <= most:
            raise BadMath(f"Invalid number of arguments for function '{name}'")
        return function(given, Known(self.grid))

    def _all_metrics(self, arguments: list[ast.expr]) -> list[Series]:
        match arguments:
            case []:
                wanted = ""
            case [ast.Constant(value=str() as wanted)]:
                pass
            case _:
                raise BadMath("Invalid arguments for function 'METRICS'")
        return self._list([self.series[one] for one in self.metrics if wanted in one])


def _safe(arithmetic: Callable[[float, float], float]) -> Callable[[float, float], float | None]:
    """What cannot be worked out, such as a division by zero, is no datapoint."""

    def worked_out(left: float, right: float) -> float | None:
        try:
            found = arithmetic(left, right)
        except (ZeroDivisionError, OverflowError):
            return None
        # A root of a negative number is complex, whatever the types say.
        number: object = found
        return number if isinstance(number, float) and math.isfinite(number) else None

    return worked_out
