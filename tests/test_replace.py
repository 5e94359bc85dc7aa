"""mypy does not look at the names that msgspec's `replace` is given; a Struct has all of them."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import msgspec

import steadyhand

PACKAGE = Path(steadyhand.__file__).parent
FILES = [file for file in sorted(PACKAGE.rglob("*.py")) if "lab" not in file.parts]


def _fields(file: Path) -> Iterator[frozenset[str]]:
    """Give the names of every Struct that a module defines."""
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    module = import_module(".".join(parts).removesuffix(".__init__"))
    for one in vars(module).values():
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            yield frozenset(one.__struct_fields__)


def _replaced(tree: ast.Module) -> Iterator[tuple[int, frozenset[str]]]:
    """Give the line and the names of every call of msgspec's `replace`."""
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    names = {
        alias.asname or alias.name
        for one in imports
        if one.module == "msgspec.structs"
        for alias in one.names
        if alias.name == "replace"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node.lineno, frozenset(word.arg for word in node.keywords if word.arg)


def test_whatever_is_replaced_is_a_field_of_one_struct() -> None:
    called = [
        (f"{file.relative_to(PACKAGE)}:{line}", given)
        for file in FILES
        for line, given in _replaced(ast.parse(file.read_text()))
    ]
    assert len(called) > 100
    having = [file for file in FILES if re.search(r"\b(Struct|Table)\b", file.read_text())]
    structs = {fields for file in having for fields in _fields(file)}
    assert [
        (at, sorted(given)) for at, given in called if not any(given <= s for s in structs)
    ] == []
