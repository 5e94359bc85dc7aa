"""One statement's text in, a `Statement` and its parameters' places out, by tree-sitter-bash.

Placeholders are masked before; the grammar never sees them. Nothing of tree-sitter leaves here and
`words`. What its commands run in turn is read by `inner`.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cache

import tree_sitter_bash
from msgspec import Struct
from msgspec.structs import replace
from tree_sitter import Language, Node, Parser

from steadyhand.compile.shell.placeholders import Found, masked
from steadyhand.compile.shell.sets import name_of, names_set, set_by
from steadyhand.compile.shell.trouble import (
    BROKEN,
    ELIDED,
    UNREAD,
    Trouble,
    elided,
    joined,
    trouble_with,
)
from steadyhand.compile.shell.words import Source, heredoc, with_braces, word
from steadyhand.model.document.runbook import Occurrence
from steadyhand.model.document.shell import (
    Assignment,
    Command,
    Part,
    PartKind,
    Redirect,
    Statement,
    Word,
)  # fmt: skip

# Programs that hand their words to a shell of their own, which expands `$NAME` in single quotes.
_NESTED_SHELLS = frozenset("watch sh bash ssh su timeout xargs".split())
_TRANSFORM = re.compile(r"\$\{(?:[#!](\w+)|(\w+)(?:\[[^\]]*\])?(?:[%#/^,@]|:(?![-=+?])))")
_SET_INSIDE = re.compile(r"\b(\w+)=|\bfor\s+(\w+)\s+in\b|\bread\s+(?:-\w+\s+)*(\w+)")
_MAY_SET = re.compile(
    r"(?:^|[\s;&|({`])[A-Za-z_]\w*(?:\[[^\]]*\])?\+?="
    r"|\b(?:for|select|read|mapfile|readarray|getopts|printf|local|declare)\b"
)
# A variable inside a word: of `$A/$B-c` the grammar makes two words, and of `X=$A/$B.c` a command
# besides. It reads `${B}` well.
_INSIDE_A_WORD = re.compile(r"(?<=[^\s\\$(`;|&=<>{])\$([A-Za-z_][A-Za-z0-9_]*|[0-9?])")
_DEEPEST = 150  # levels of a tree
_NESTING = frozenset({"command_substitution", "process_substitution"})


class Parsed(Struct, frozen=True):
    """A statement, where its parameters stand, and which variables and functions it sets."""

    statement: Statement
    parameters: tuple[Found, ...]
    occurrences: tuple[Occurrence, ...]
    sets: frozenset[str]
    remark: str = ""  # a comment at the end of a line
    at: int = -1  # the offset of what the statement's problem speaks of


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


def _safe(text: str) -> bytes:
    """Put as many dots for each character beyond Latin-1 as it has bytes.

    The grammar's scanner asks C's `isalnum` about characters, whose table ends there: what lies far
    behind it ends the process. To bash they are what a dot is: part of a word, and of no name.
    """
    if text.isascii():
        return text.encode()
    return _WIDE.sub(lambda found: "." * len(found[0].encode()), text).encode()


_WIDE = re.compile(r"[^\x00-\xff]+")


def read_commands(
    text: str, placeholders: tuple[Found, ...], known: Collection[str] = (), *, closed: bool = False
) -> Parsed:
    """Read one statement; `known` are variables that the procedure has set before. Pure.

    In a `closed` text no variable is a parameter. What the commands run in turn is not read.
    """
    clean = masked(text, placeholders)
    trouble = trouble_with(clean)
    if trouble.problem.startswith(BROKEN):
        clean = joined(clean)
    names = tuple(match.span(1) for match in _INSIDE_A_WORD.finditer(clean))
    root = _parser().parse(_safe(with_braces(clean, names))).root_node
    reading = _Reading(Source(text, placeholders, known, closed, names=names))
    if _is_deep(root, len(clean)):
        trouble = Trouble(f"{UNREAD}: it is nested too deep")
    else:
        if "$" in text and not closed and _MAY_SET.search(clean):
            first = Source(text, placeholders, (), closed=True, names=names)
            reading.source.own = frozenset(names_set(root, first))
        reading.walk(root, False)
    source = reading.source
    found = tuple(sorted((*placeholders, *source.variables), key=lambda f: f.start))
    left_out = elided(reading.commands)
    if left_out.problem and not trouble.problem.startswith(ELIDED):
        trouble = left_out
    elif root.has_error and not trouble.problem:
        trouble = Trouble(UNREAD)
    statement = Statement(
        tuple(reading.commands),
        tuple(reading.assignments),
        tuple(reading.defines),
        tuple(dict.fromkeys(reading.transforms)),
        trouble.problem,
    )
    occurrences = tuple(
        Occurrence(one.name, one.start, one.end, _quote_at(root, source, one)) for one in found
    )
    sets = frozenset(reading.sets)
    return Parsed(statement, found, occurrences, sets, reading.remark, trouble.at)


@dataclass
class _Reading:
    """What a walk over the tree has gathered."""

    source: Source
    commands: list[Command] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    defines: list[str] = field(default_factory=list)
    transforms: list[str] = field(default_factory=list)
    sets: set[str] = field(default_factory=set)
    remark: str = ""

    def walk(self, node: Node, nested: bool) -> None:
        match node.type:
            case "command" | "declaration_command" | "unset_command" | "test_command":
                self._command(node, (), nested)
            case "redirected_statement":
                self._redirected(node, nested)
            case "variable_assignment":
                self._assignment(node, nested)
            case "function_definition":
                name = node.child_by_field_name("name")
                if name is not None:
                    self.defines.append(self.source.raw(name))
                self._children(node, nested)
            case "comment":
                self.remark = self.remark or self.source.raw(node).lstrip("# \t")
            case "simple_expansion" | "expansion":
                self._expansion(node, nested)
            case "for_statement" | "select_statement":
                variable = node.child_by_field_name("variable")
                if variable is not None:
                    self.sets.add(self.source.raw(variable))
                self._children(node, nested)
            case "pipeline":
                self._pipeline(node, nested)
            case _:
                self._children(node, nested or node.type in _NESTING)

    def _children(self, node: Node, nested: bool) -> None:
        before = len(self.commands)
        for child in node.children:
            if child.is_named:
                before = len(self.commands)
                self.walk(child, nested)
                continue
            if before < len(self.commands) and child.type == "&":
                self._mark(before, nested, lambda c: replace(c, background=True))
            before = len(self.commands)

    def _pipeline(self, node: Node, nested: bool) -> None:
        piped = False
        for child in node.children:
            if child.is_named:
                before = len(self.commands)
                self.walk(child, nested)
                if piped:
                    self._mark(before, nested, lambda c: replace(c, piped=True))
            piped = child.type in {"|", "|&"}

    def _mark(self, first: int, nested: bool, mark: Callable[[Command], Command]) -> None:
        """Say something of the commands since the `first`; not of those in their `$( )`."""
        for index in range(first, len(self.commands)):
            if self.commands[index].nested == nested:
                self.commands[index] = mark(self.commands[index])

    def _command(self, node: Node, redirects: tuple[Redirect, ...], nested: bool) -> None:
        words: list[Word] = []
        assigns: list[str] = []
        head = self.source.raw(node.children[0]) if node.children else ""
        if node.type != "command":
            words.append(Word((Part(PartKind.LITERAL, head),)))
        else:
            self._nested_variables(node)
        for child in node.named_children:
            if child.type.endswith("_redirect"):
                redirects = (*redirects, *self._redirects(child))
            elif child.type == "variable_assignment" and node.type == "command":
                assigns.append(name_of(child, self.source))
            elif child.type == "variable_assignment":
                words.append(self._assigned_word(child))
            elif child.type != "comment":
                words.append(word(child, self.source))
        if node.type == "test_command":
            words.append(Word((Part(PartKind.LITERAL, "]]" if head == "[[" else "]"),)))
        command = Command(tuple(words), redirects, tuple(assigns), nested)
        self.commands.append(command)
        self.sets.update(set_by(command.words))
        for child in node.named_children:
            if child.type == "variable_assignment" and node.type == "command":
                self._children(child, nested)
            else:
                self.walk(child, nested)

    def _redirected(self, node: Node, nested: bool) -> None:
        body = node.child_by_field_name("body")
        redirects = tuple(
            redirect
            for child in node.children
            if child.type.endswith("_redirect")
            for redirect in self._redirects(child)
        )
        before = len(self.commands)
        if body is not None and body.type == "command":
            self._command(body, redirects, nested)
        else:
            if body is not None:
                self.walk(body, nested)
            mine = [i for i in range(before, len(self.commands)) if not self.commands[i].nested]
            if mine:
                last = self.commands[mine[-1]]
                self.commands[mine[-1]] = replace(last, redirects=(*last.redirects, *redirects))
            else:
                self.commands.append(Command((), redirects, (), nested))
        for child in node.named_children:
            if child.type.endswith("_redirect"):
                self._children(child, nested)

    def _redirects(self, node: Node) -> Iterator[Redirect]:
        yield self._redirect(node)
        if node.type == "heredoc_redirect":  # the grammar puts `> file` after `<<EOF` into it
            for child in node.named_children:
                if child.type.endswith("_redirect"):
                    yield from self._redirects(child)

    def _redirect(self, node: Node) -> Redirect:
        operator = "".join(
            self.source.raw(c)
            for c in node.children
            if not c.is_named or c.type == "file_descriptor"
        )
        if node.type == "heredoc_redirect":
            return Redirect("<<", None, heredoc(node, self.source))
        target = node.named_children[-1] if node.named_children else None
        if target is None or target.type == "file_descriptor":
            return Redirect(operator, None)
        if operator.endswith("&"):
            return Redirect(operator + self.source.raw(target), None)
        return Redirect(operator, word(target, self.source))

    def _assignment(self, node: Node, nested: bool) -> None:
        name = name_of(node, self.source)
        self.sets.add(name)
        at, before = len(self.assignments), len(self.commands)
        self._children(node, nested)
        inside = self.commands[before] if len(self.commands) > before else None
        self.assignments.insert(at, Assignment(name, inside))

    def _assigned_word(self, node: Node) -> Word:
        value = node.child_by_field_name("value")
        head = self.source.raw(node).partition("=")[0] + "="
        parts = word(value, self.source).parts if value is not None else ()
        return Word((Part(PartKind.LITERAL, head), *parts))

    def _expansion(self, node: Node, nested: bool) -> None:
        raw = self.source.raw(node)
        if (match := _TRANSFORM.match(raw)) is not None:
            self.transforms.append(match.group(1) or match.group(2))
        word(node, self.source)  # records a variable from outside, wherever it stands
        self._children(node, nested)

    def _nested_variables(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is None or self.source.raw(name) not in _NESTED_SHELLS:
            return
        for child in node.named_children:
            if child.type != "raw_string":
                continue
            start, end = self.source.range(child)
            raw = self.source.text[start:end]
            own = {name for names in _SET_INSIDE.findall(raw) for name in names if name}
            for match in re.finditer(r"\$(\w+)|\$\{(\w+)\}", raw):
                at = start + match.start()
                inner = match.group(1) or match.group(2)
                one = None
                if inner not in own:
                    one = self.source.outside(inner, at, at + len(match.group()))
                if one is not None and one not in self.source.placeholders:
                    self.source.placeholders = tuple(
                        sorted((*self.source.placeholders, one), key=lambda f: f.start)
                    )


def _is_deep(root: Node, length: int) -> bool:
    """Tell whether a tree is deeper than the walk over it may go."""
    if length < 2 * _DEEPEST:
        return False
    cursor = root.walk()
    depth = 0
    while depth <= _DEEPEST:
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            depth -= 1
    return True


def _heredoc_at(body: Node, source: Source) -> str:
    """Say at which word a heredoc ends, and whether anything is expanded in it."""
    beside = body.parent.named_children if body.parent else []
    word = next((source.raw(one) for one in beside if one.type == "heredoc_start"), "")
    plain = re.sub(r"[\\'\"]", "", word)
    return f"<<{plain}" if plain == word else f"<<'{plain}"


def _quote_at(root: Node, source: Source, one: Found) -> str:
    """Say in which quotes an offset stands; inside `$( )` the quotes outside do not count."""
    start = source.offset(one.start)
    node = root.descendant_for_byte_range(start, start + 1)
    braces = ""
    while node is not None:
        match node.type:
            case "expansion" if node.start_byte < start:
                braces = "{"
            case "string":
                return f'"{braces}'
            case "raw_string" | "ansi_c_string":
                return "'"
            case "command_substitution" | "process_substitution":
                return ""
            case "heredoc_body":
                return _heredoc_at(node, source)
        node = node.parent
    return ""
