"""What stands in brackets in, the fields of a line with their conditions out."""

import re

from steadyhand.model.filter_pattern.conditions import OPERATOR, count, no_junction, some, value
from steadyhand.model.filter_pattern.pattern import (
    ELLIPSIS,
    BadPattern,
    Compare,
    Condition,
    Field,
    FieldsPattern,
)
from steadyhand.model.filter_pattern.scanner import Scanner

FIELD_NAME = re.compile(r"[\w.-]+")
# AWS's page does not say which signs need quotes here, so the usual ones of paths are let be.
VALUE = re.compile(r"[\w.*+:/@#~-]+")


def fields_pattern(scanner: Scanner) -> FieldsPattern:
    """Parse what stands between the brackets. Raises BadPattern."""
    scanner.skip()
    if scanner.done():
        raise scanner.bad("there is no field in the brackets", 'for the text itself write "[]"')
    fields: list[Field] = []
    while True:
        field = _field(scanner)
        if field.name and any(field.name == other.name for other in fields):
            help = "one `...` is enough" if field.name == ELLIPSIS else "give it another name"
            raise BadPattern(f"the field `{field.name}` stands there twice", field.column, help)
        fields.append(field)
        scanner.skip()
        if scanner.done():
            break
        if scanner.eat(",") is None:
            raise _no_comma(scanner)
    count(*(field.condition for field in fields if field.condition is not None))
    return FieldsPattern(tuple(fields))


def _field(scanner: Scanner) -> Field:
    scanner.skip()
    start = scanner.at
    if scanner.eat(ELLIPSIS, "…"):
        if scanner.text[start] == "…":
            raise scanner.bad("`…` is one character", "write three dots: ...", start)
        if scanner.char() and scanner.char() not in ", \t\n":
            raise scanner.bad("`...` stands alone, without a name", "write ...,", start)
        return Field(ELLIPSIS, None, start + 1)
    if scanner.done() or scanner.char() == ",":
        return Field("", None, start + 1)
    names: list[str] = []
    if scanner.char() != "(":
        name = _field_name(scanner)
        scanner.skip()
        if scanner.done() or scanner.char() == ",":
            return Field(name, None, start + 1)
        scanner.at = start
    condition = some(scanner, lambda: _field_test(scanner, names))
    return Field(names[0], condition, start + 1)


def _field_name(scanner: Scanner) -> str:
    if (name := scanner.take(FIELD_NAME)) is not None:
        return name
    found = re.match(r'"([^"]*)"', scanner.text[scanner.at : scanner.end])
    if found is not None:
        help = f"write level = {found.group()}"
        raise scanner.bad("a field begins with its name, not with a text", help)
    help = "a field is a name, and a condition if need be: status = 4*; or put it all in quotes"
    raise scanner.bad(f"`{scanner.char()}` cannot begin a field", help)


def _field_test(scanner: Scanner, names: list[str]) -> Condition:
    column = scanner.at + 1
    if scanner.done() or scanner.char() in ",)":
        raise scanner.bad("a condition is missing here", "write one, or leave the && or || out")
    name = _field_name(scanner)
    scanner.skip()
    operator = scanner.take(OPERATOR)
    if operator is None:
        if not names and not _is_junction(scanner):
            raise _no_comma(scanner)
        known = names[0] if names else "level"
        help = f"repeat the field: {known} = {name}"
        raise BadPattern(f"nothing is asked of `{name}`", column, help)
    if names and name != names[0]:
        help = f"write {names[0]} here, or put a comma before {name}"
        message = f"the condition of `{names[0]}` cannot ask for `{name}`"
        raise BadPattern(message, column, help)
    names.append(name)
    return Compare(None, operator, value(scanner, operator, VALUE), column)


def _is_junction(scanner: Scanner) -> bool:
    return scanner.text.startswith(("&&", "||"), scanner.at, scanner.end)


def _no_comma(scanner: Scanner) -> BadPattern:
    if scanner.char() in ("|", "&"):
        return no_junction(scanner, "a condition")
    help = "put a comma between fields, and double quotes around a text with blanks or signs"
    return scanner.bad(f"`{scanner.ahead()}` cannot follow here", help)
