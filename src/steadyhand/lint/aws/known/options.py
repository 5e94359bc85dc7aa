"""An operation of the model in, the options that the AWS CLI makes of it out. Pure.

What the CLI adds to this or takes away, by hand, for single operations comes from `facts`.
"""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.lint.aws.known.names import cli_name
from steadyhand.lint.aws.known.shapes import Operation, Shape


class Takes(StrEnum):
    """How many words an option takes. A number is a positional argument's fixed count."""

    NOTHING = "0"
    ONE = "1"
    TWO = "2"
    MAYBE_ONE = "?"
    ANY = "*"
    SOME = "+"


class Edition(StrEnum):
    """Which of the two living versions of the AWS CLI has it."""

    BOTH = "both"
    V1 = "1"
    V2 = "2"


class Option(Struct, frozen=True):
    """`name` begins with `--`, but for a positional argument. `member` is what it sets."""

    name: str
    takes: Takes = Takes.ONE
    required: bool = False
    choices: tuple[str, ...] = ()
    number: bool = False  # the command line's own parser makes an int of it
    member: str = ""
    shape: Shape | None = None
    edition: Edition = Edition.BOTH
    partial: bool = False  # another option may fill in the rest of its value

    @property
    def positional(self) -> bool:
        return not self.name.startswith("--")


Options = dict[str, Option]

SKELETON = "--generate-cli-skeleton"
INPUT_JSON, INPUT_YAML = "--cli-input-json", "--cli-input-yaml"
_COMMON = (
    Option(INPUT_JSON),
    Option(INPUT_YAML, edition=Edition.V2),
    Option(SKELETON, Takes.MAYBE_ONE, choices=("input", "output", "yaml-input")),
)


def operation_options(service: str, operation: Operation) -> Options:
    """Give the options of an operation by name, in the model's order."""
    options: Options = {}
    for option in _members(service, operation.input):
        options[option.name] = option
    if _streams(operation.output):
        options["outfile"] = Option("outfile", required=True)
    else:
        options.update({option.name: option for option in _COMMON})
    for option in _paging(operation):
        options[option.name] = option
    return options


def _members(service: str, shape: Shape | None) -> Iterator[Option]:
    if shape is None:
        return
    required = frozenset(shape.required)
    for member, kind in shape.members():
        needed = member in required and not kind.traits.get("idempotencyToken")
        option = Option(f"--{cli_name(member)}", Takes.ONE, needed, (), False, member, kind)
        if kind.type == "boolean":
            yield replace(option, takes=Takes.NOTHING)
            yield replace(option, name=f"--no-{cli_name(member)}", takes=Takes.NOTHING)
        elif service == "ec2" and _is_wrapped_boolean(kind):
            yield replace(option, takes=Takes.MAYBE_ONE)
            yield replace(option, name=f"--no-{cli_name(member)}", takes=Takes.NOTHING)
        elif kind.type == "list":
            yield replace(option, takes=Takes.ANY)
        else:
            yield option


def _is_wrapped_boolean(shape: Shape) -> bool:
    if shape.type != "structure" or shape.member_names != ("Value",):
        return False
    value = shape.member("Value")
    return value is not None and value.type == "boolean"


def _streams(output: Shape | None) -> bool:
    payload = None if output is None else output.traits.get("payload")
    body = None if output is None or payload is None else output.member(str(payload))
    return body is not None and body.type == "blob"


def _paging(operation: Operation) -> Iterator[Option]:
    if operation.paginator is None:
        return
    size = operation.page_size()
    number = size is not None and size.type in {"integer", "long"}
    yield Option("--starting-token")
    if size is not None:
        yield Option("--page-size", number=number, shape=size if number else None)
    yield Option("--max-items", number=number or size is None)
