"""The words of `--dimensions` in, names and values out, and whether a value can be one of AWS's.

A value is judged as far as it is known: a literal, a name that says what it is (`$ALB_ARN`), or an
ARN that goes through `cut`.
"""

import json
import re
from collections.abc import Sequence

from msgspec import Struct

from steadyhand.lint.subject import Subject
from steadyhand.model.document.shell import Part, PartKind, Word


class Dimension(Struct, frozen=True):
    """`value` is the literal text, with a private character for each of `unknown`."""

    name: str
    value: str
    unknown: tuple[Part, ...]

    @property
    def known(self) -> bool:
        return not self.unknown


class WrongValue(Struct, frozen=True):
    message: str
    help: str


_FIRST = 0xE000  # private characters: in no document
_PAIR = re.compile(r"Name=([^,]*),\s*Value=(.*)", re.DOTALL)
_TURNED = re.compile(r"Value=([^,]*),\s*Name=(.*)", re.DOTALL)


def dimensions(words: Sequence[Word]) -> tuple[Dimension, ...] | None:
    """Read shorthand or JSON; None where a name is not known or nothing can be read."""
    unknown: list[Part] = []
    found: list[Dimension] = []
    texts = [_with_holes(word, unknown) for word in words]
    if len(texts) == 1 and texts[0].lstrip().startswith("["):
        pairs = _json_pairs(texts[0])
    else:
        pairs = [_pair(text) for text in texts]
    for pair in pairs:
        if pair is None or _holes(pair[0]):
            return None
        name, value = pair
        found.append(Dimension(name, value, tuple(unknown[hole] for hole in _holes(value))))
    return tuple(found) or None


def _with_holes(word: Word, unknown: list[Part]) -> str:
    text = ""
    for part in word.parts:
        if part.kind is PartKind.LITERAL:
            text += part.text
        else:
            text += chr(_FIRST + len(unknown))
            unknown.append(part)
    return text


def _holes(text: str) -> list[int]:
    return [ord(char) - _FIRST for char in text if _FIRST <= ord(char) <= 0xF8FF]


def _pair(text: str) -> tuple[str, str] | None:
    if (found := _PAIR.fullmatch(text)) is not None:
        return found[1], found[2]
    if (found := _TURNED.fullmatch(text)) is not None:
        return found[2], found[1]
    return None


def _json_pairs(text: str) -> list[tuple[str, str] | None]:
    try:
        rows = json.loads(text)
        return [(str(row["Name"]), str(row["Value"])) for row in rows]
    except (ValueError, TypeError, KeyError):
        return [None]


# --- values ------------------------------------------------------------------------------------

# What CloudWatch has as value, the end of whose ARN it is, and where that begins in the ARN.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
_ENDS_OF_ARNS = {
    "LoadBalancer": (re.compile(r"(?:app|net|gwy)/[^/]+/[^/]+"), "app/<name>/<id>"),
    "TargetGroup": (re.compile(r"targetgroup/[^/]+/[^/]+"), "targetgroup/<name>/<id>"),
}
_ELB = ("AWS/ApplicationELB", "AWS/NetworkELB", "AWS/GatewayELB")
_SAMPLES = {
    "LoadBalancer": "arn:aws:elasticloadbalancing:r:1:loadbalancer/app/<name>/<id>",
    "TargetGroup": "arn:aws:elasticloadbalancing:r:1:targetgroup/<name>/<id>",
}
# Where the value is a plain name, an ARN or a URL finds nothing.
_NAMES = {
    ("AWS/SQS", "QueueName"),
    ("AWS/SNS", "TopicName"),
    ("AWS/Lambda", "FunctionName"),
    ("AWS/ECS", "ClusterName"),
    ("AWS/ECS", "ServiceName"),
    ("AWS/RDS", "DBInstanceIdentifier"),
    ("AWS/RDS", "DBClusterIdentifier"),
}
_ARN_NAME = re.compile(r"(?i:(?:^|[-_ ])arn$)|[a-z]Arn$")
_URL_NAME = re.compile(r"(?i:(?:^|[-_ ])url$)|[a-z]Url$")
_STANDS_IN = re.compile(r"x{3,}|\.\.\.|…|\*|(?i:your|name|example|placeholder)|^[A-Z0-9_-]+$")
_CUT = re.compile(r"\|\s*cut\s+(?P<options>[^|]*?)\s*\)$")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_ARN_QUERY = re.compile(r"--query[ =](?:'[^']*Arn'|\"[^\"]*Arn\"|\S*Arn)[\s)]")


def wrong_value(namespace: str, dimension: Dimension, subject: Subject) -> WrongValue | None:
    """Say what is wrong with a value that no metric of AWS has."""
    name = dimension.name
    if namespace in _ELB and name in _ENDS_OF_ARNS:
        return _wrong_end(dimension, subject)
    if (namespace, name) not in _NAMES:
        return None
    kind = _kind(dimension, subject)
    if kind is None:
        return None
    help = "give the plain name: what follows the last `/` or `:` of it"
    return WrongValue(f"`{name}` takes a name, not {kind}", help)


def _wrong_end(dimension: Dimension, subject: Subject) -> WrongValue | None:
    shape, shown = _ENDS_OF_ARNS[dimension.name]
    message = f"`{dimension.name}` takes `{shown}`"
    help = f"take the end of the ARN: `{shown}`"
    if _kind(dimension, subject) == "an ARN":
        return WrongValue(f"{message}, not the ARN", help)
    if dimension.known:
        if shape.fullmatch(dimension.value) or _STANDS_IN.search(dimension.value):
            return None
        return WrongValue(f"{message}, not `{dimension.value}`", help)
    made = _cut_value(dimension)
    if made is None or shape.fullmatch(made):
        return None
    return WrongValue(f"{message}, and this makes `{made}`", help)


def _kind(dimension: Dimension, subject: Subject) -> str | None:
    """Tell an ARN or a URL from the text, or from the name of what stands for all of it."""
    if dimension.value.startswith("arn:"):
        return "an ARN"
    if dimension.value.startswith(("https://", "http://")):
        return "a URL"
    if len(dimension.value) != 1 or len(dimension.unknown) != 1:
        return None
    part = dimension.unknown[0]
    if part.text.startswith("$("):
        return "an ARN" if _prints_arn(part.text) else None
    variable = re.fullmatch(r"\$?\{?([\w. -]+)\}?", part.text)
    if variable is None:
        return None
    name = variable[1]
    if _ARN_NAME.search(name) and _made_of_arn(name, subject) is not False:
        return "an ARN"
    if _URL_NAME.search(name) and _made_of_arn(name, subject) is None:
        return "a URL"
    return None


def _made_of_arn(variable: str, subject: Subject) -> bool | None:
    """Look where the document sets a variable: to an ARN, to something else, or nowhere (None)."""
    texts = [
        step.text
        for step in subject.runbook.steps()
        if step.statement is not None
        for assignment in step.statement.assignments
        if assignment.name == variable
    ]
    if not texts:
        return None
    return all(_prints_arn(text) for text in texts)


def _prints_arn(source: str) -> bool:
    """Tell whether a substitution asks AWS for an ARN, and nothing takes it apart."""
    return _ARN_QUERY.search(source) is not None and "|" not in _QUOTED.sub("", source)


def _cut_value(dimension: Dimension) -> str | None:
    """Do what `cut` would do with such an ARN, between the literals around it."""
    if len(dimension.unknown) != 1:
        return None
    source = dimension.unknown[0].text
    found = _CUT.search(source)
    if found is None or f"{dimension.name}Arn" not in source:
        return None
    options = found["options"].replace("'", "").replace('"', "")
    delimiter = re.search(r"-d\s*(\S)", options)
    wanted = re.search(r"-f\s*([\d,-]+)", options)
    if delimiter is None or wanted is None:
        return None
    pieces = _SAMPLES[dimension.name].split(delimiter[1])
    cut = delimiter[1].join(pieces[n - 1] for n in _fields(wanted[1], len(pieces)))
    return re.sub(r"[\ue000-\uf8ff]", lambda _: cut, dimension.value)


def _fields(text: str, count: int) -> list[int]:
    """Read `2-`, `2,3`, `-4`: the numbers up to `count`."""
    chosen: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start = int(first) if first else 1
        end = (int(last) if last else count) if dash else start
        chosen |= set(range(start, min(end, count) + 1))
    return sorted(chosen)
