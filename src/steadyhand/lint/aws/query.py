"""A `--query` in, what is wrong with it out: its syntax, and fields that the answer does not have.

Walks the JMESPath expression along the shape of the operation's output. Where anything is unclear
(functions' results, mixed lists, documents) it says nothing. https://jmespath.org/specification.html
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from steadyhand.lint.aws.argument import HOLE, Argument
from steadyhand.lint.aws.known.names import nearest
from steadyhand.lint.aws.known.shapes import Operation, Service, Shape
from steadyhand.lint.aws.problems import Kind, Problem

Node = Mapping[str, Any]


class Many(Struct, frozen=True):
    """A list that the expression itself made."""

    element: "Seen"


class Made(Struct, frozen=True):
    """An object that the expression itself made."""

    fields: Mapping[str, "Seen"]


Seen = Shape | Many | Made | None
"""What is known of a value at one point of the expression; None: anything."""

# The CLI adds the one to what it prints of several pages; the other some services send.
_ALWAYS = frozenset({"NextToken", "ResponseMetadata"})
# Strings of JSON that the CLI prints as objects.
# https://github.com/boto/botocore/blob/develop/botocore/handlers.py
_DECODED = frozenset({("iam", "policyDocumentType"), ("cloudformation", "TemplateBody")})
# How many arguments JMESPath's functions take, least and most.
# https://jmespath.org/specification.html#built-in-functions
_ANY_NUMBER = 99
_FUNCTIONS = {
    "abs": (1, 1), "avg": (1, 1), "ceil": (1, 1), "contains": (2, 2), "ends_with": (2, 2),
    "floor": (1, 1), "join": (2, 2), "keys": (1, 1), "length": (1, 1), "map": (2, 2),
    "max": (1, 1), "max_by": (2, 2), "merge": (1, _ANY_NUMBER), "min": (1, 1), "min_by": (2, 2),
    "not_null": (1, _ANY_NUMBER), "reverse": (1, 1), "sort": (1, 1), "sort_by": (2, 2),
    "starts_with": (2, 2), "sum": (1, 1), "to_array": (1, 1), "to_number": (1, 1),
    "to_string": (1, 1), "type": (1, 1), "values": (1, 1),
}  # fmt: skip


class _Wrong(Exception):
    """The expression asks for what is not there."""

    def __init__(
        self,
        message: str,
        text: str,
        right: str = "",
        help: str = "",
        kind: Kind = Kind.QUERY_FIELD,
    ) -> None:
        super().__init__(message)
        self.message, self.text, self.right, self.help, self.kind = message, text, right, help, kind


def check_query(
    argument: Argument, service: Service | None, operation: Operation | None
) -> Iterator[Problem]:
    """Check the value of `--query`; without an operation, its syntax alone."""
    text = argument.text
    if "..." in text or "…" in text or text.strip(HOLE) == "":
        return
    tree, error = _parsed(text)
    if tree is None:
        if argument.known:
            yield Problem(
                Kind.QUERY_SYNTAX, argument.index, f"`--query` is no JMESPath: {error}", text,
                help="https://jmespath.org has the syntax, and a place to try it",
            )  # fmt: skip
        return
    output = operation.output if operation is not None else None
    try:
        _Walk(service.name if service is not None else "", output).of(tree, output)
    except _Wrong as wrong:
        yield Problem(
            wrong.kind, argument.index, wrong.message, wrong.text, wrong.right, wrong.help
        )


def _parsed(text: str) -> tuple[Node | None, str]:
    from jmespath import exceptions, parser

    try:
        with warnings.catch_warnings():  # `running` between backticks is old, and right
            warnings.simplefilter("ignore")
            return parser.Parser().parse(text).parsed, ""
    except exceptions.LexerError as error:
        return None, f"`{error.token_value}` at column {error.lexer_position + 1}"
    except exceptions.IncompleteExpressionError:
        return None, "it is not complete"
    except exceptions.ParseError as error:
        if error.lex_position < 0:
            return None, str(error.msg)
        return None, f"`{error.token_value}` at column {error.lex_position + 1} cannot stand there"
    except exceptions.EmptyExpressionError:
        return None, "it is empty"
    except exceptions.JMESPathError as error:
        return None, str(error).splitlines()[0]


class _Walk:
    """One expression along one output. `of` gives what is known of a node's result."""

    def __init__(self, service: str, root: Shape | None) -> None:
        self._service = service
        self._root = root

    def of(self, node: Node, seen: Seen) -> Seen:
        children: Sequence[Node] = node["children"]
        match node["type"]:
            case "field":
                return self._field(str(node["value"]), seen)
            case "subexpression" | "index_expression" | "pipe":
                for child in children:
                    seen = self.of(child, seen)
                return seen
            case "current" | "identity":
                return seen
            case "index":
                return self._element(seen, "an element")
            case "slice":
                self._element(seen, "a part")
                return seen
            case "flatten":
                return self._flat(self.of(children[0], seen))
            case "projection":
                element = self._element(self.of(children[0], seen), "each element")
                return Many(self.of(children[1], element))
            case "filter_projection":
                element = self._element(self.of(children[0], seen), "some elements")
                self.of(children[2], element)
                return Many(self.of(children[1], element))
            case "value_projection":
                return Many(self.of(children[1], self._values(self.of(children[0], seen))))
            case "multi_select_dict":
                return Made({str(c["value"]): self.of(c["children"][0], seen) for c in children})
            case "function_expression":
                return self._function(str(node["value"]), children, seen)
            case "expref" | "literal":
                return None
            case "comparator":
                self._comparison(children, seen)
                return None
            case _:  # lists of several, and, or, not
                for child in children:
                    self.of(child, seen)
                return Many(None) if node["type"] == "multi_select_list" else None

    def _field(self, name: str, seen: Seen) -> Seen:
        match seen:
            case None:
                return None
            case Many():
                raise _not_an_object(name, "a list")
            case Made(fields):
                if name in fields:
                    return fields[name]
                raise _no_field(name, "the object that the query makes", list(fields))
        if seen.is_document or seen.is_json_header or seen.traits.get("jsonvalue"):
            return None
        match seen.type:
            case "structure":
                return self._member(name, seen)
            case "map":
                return seen.value
            case "list":
                raise _not_an_object(name, "a list")
            case "string" if (self._service, seen.name) in _DECODED:
                return None
            case kind:
                raise _not_an_object(name, f"a {kind}")

    def _member(self, name: str, seen: Shape) -> Seen:
        if (member := seen.member(name)) is not None:
            return member
        if not seen.member_names or seen.traits.get("eventstream"):
            return None
        if seen is self._root:
            if name in _ALWAYS:
                return None
            raise _no_field(name, "the answer", seen.member_names)
        raise _no_field(name, f"`{seen.name}`", seen.member_names)

    def _element(self, seen: Seen, what: str) -> Seen:
        match seen:
            case None:
                return None
            case Many(element):
                return element
            case Made():
                raise _Wrong(f"`--query` takes {what} of an object, which has none", "", "",
                             "name one of its fields first")  # fmt: skip
        if seen.type == "list":
            return seen.element
        if seen.is_document or seen.is_json_header or seen.traits.get("jsonvalue"):
            return None
        if (self._service, seen.name) in _DECODED:
            return None
        name = "the answer" if seen is self._root else f"`{seen.name}`"
        kind = "an object" if seen.type in {"structure", "map"} else f"a {seen.type}"
        raise _Wrong(f"`--query` takes {what} of {name}, which is {kind} and no list", "", "",
                     _fields(seen))  # fmt: skip

    def _flat(self, seen: Seen) -> Seen:
        element = self._element(seen, "each element")
        match element:
            case Many():
                return element
            case Shape() if element.type == "list":
                return Many(element.element)
            case _:
                return Many(element)

    def _values(self, seen: Seen) -> Seen:
        return seen.value if isinstance(seen, Shape) and seen.type == "map" else None

    def _comparison(self, children: Sequence[Node], seen: Seen) -> None:
        for child in children:
            try:
                self.of(child, seen)
            except _Wrong as wrong:
                if child["type"] == "field":
                    name = child["value"]
                    wrong.help = f"a text to compare with stands in single quotes: `'{name}'`"
                    wrong.right = wrong.right and ""
                raise

    def _function(self, name: str, children: Sequence[Node], seen: Seen) -> Seen:
        if name not in _FUNCTIONS:
            right = nearest(name, _FUNCTIONS) or ""
            raise _Wrong(f"JMESPath has no function `{name}`", name, right,
                         f"did you mean `{right}`?" if right else "see jmespath.org",
                         Kind.QUERY_SYNTAX)  # fmt: skip
        least, most = _FUNCTIONS[name]
        if not least <= len(children) <= most:
            count = f"{least} arguments" if least > 1 else "one argument"
            raise _Wrong(f"`{name}` takes {count}, not {len(children)}", name, "",
                         f"give it {count}", Kind.QUERY_SYNTAX)  # fmt: skip
        plain = [None if c["type"] == "expref" else self.of(c, seen) for c in children]
        references = [c["children"][0] for c in children if c["type"] == "expref"]
        match name, references:
            case "sort_by" | "max_by" | "min_by", [by]:
                element = self._element_or_any(plain[0])
                self.of(by, element)
                return Many(element) if name == "sort_by" else element
            case "map", [by]:
                return Many(self.of(by, self._element_or_any(plain[1])))
            case (("sort" | "reverse"), _):
                return plain[0]
            case (("keys" | "values"), _):
                return Many(self._values(plain[0]) if name == "values" else None)
            case _:
                return None

    def _element_or_any(self, seen: Seen) -> Seen:
        if isinstance(seen, Many):
            return seen.element
        return seen.element if isinstance(seen, Shape) and seen.type == "list" else None


def _no_field(name: str, of: str, known: Sequence[str]) -> _Wrong:
    right = nearest(name, known) or ""
    shown = ", ".join(f"`{one}`" for one in known[:8])
    hint = f"did you mean `{right}`?" if right else f"it has {shown}"
    return _Wrong(f"`--query` asks for `{name}`, which {of} does not have", name, right, hint)


def _not_an_object(name: str, kind: str) -> _Wrong:
    hint = f"put `[]` before `.{name}`, or an index" if kind == "a list" else "stop before it"
    return _Wrong(f"`--query` asks for `{name}` of {kind}, which has no fields", name, "", hint)


def _fields(seen: Shape) -> str:
    names = ", ".join(f"`{name}`" for name in seen.member_names[:8])
    return f"name one of its fields first: {names}" if names else "take the index out"
