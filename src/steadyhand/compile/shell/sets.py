"""A tree of shell commands in, the names of the variables that it sets out.

Reads no command whole that sets none. Knows nothing of what a variable is worth.
"""

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from steadyhand.compile.shell.words import Source, word
from steadyhand.model.document.shell import Part, PartKind, Word

_SETTERS = frozenset("read mapfile readarray getopts local declare printf".split())
_NO_WORDS = frozenset({"comment", "variable_assignment", "command_name"})


def names_set(node: Node, source: Source) -> Iterator[str]:
    """Give the names that the commands below a node set, without reading the commands whole."""
    match node.type:
        case "variable_assignment":
            yield name_of(node, source)
        case "for_statement" | "select_statement":
            if (variable := node.child_by_field_name("variable")) is not None:
                yield source.raw(variable)
        case "command" | "declaration_command":
            yield from set_by(_setting(node, source))
    for child in node.children:
        if not child.child_count:
            continue
        if child.type == "variable_assignment" and node.type == "command":
            for inside in child.children:  # `NAME=value command` sets it for that command only
                yield from names_set(inside, source)
        else:
            yield from names_set(child, source)


def _setting(node: Node, source: Source) -> list[Word]:
    """Give the words of a command that sets the variables it is given; [] for any other."""
    if node.type == "declaration_command":
        head = Word((Part(PartKind.LITERAL, source.raw(node.children[0])),))
    elif (name := node.child_by_field_name("name")) is not None:
        head = word(name, source)
    else:
        return []
    if head.literal not in _SETTERS:
        return []
    rest = [c for c in node.named_children if c.type not in _NO_WORDS]
    rest = [c for c in rest if not c.type.endswith("_redirect")]
    return [head, *(word(child, source) for child in rest)]


def set_by(words: Sequence[Word]) -> list[str]:
    """Give the names that a command sets, by its words."""
    name = words[0].literal if words else None
    if name not in _SETTERS:
        return []
    names = [w.literal or "" for w in words[1:]]
    if name != "printf":
        return [n for n in names if n.isidentifier()]
    return names[1:2] if names[:1] == ["-v"] else []


def name_of(node: Node, source: Source) -> str:
    """Give the name that an assignment speaks of, without the index of an array."""
    name = node.child_by_field_name("name") or node.named_children[0]
    return source.raw(name).partition("[")[0]
