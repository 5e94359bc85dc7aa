"""Shell text in, where its first statement ends or why bash does not accept it out.

Bash's own grammar, so that nothing is called wrong that bash takes; makes nothing of what it reads.
https://www.gnu.org/software/bash/manual/bash.html#Basic-Shell-Features
"""

import re
from functools import lru_cache

from msgspec import Struct

from steadyhand.compile.shell.scan import Scanner, Unfinished, Wrong

_WORD_ENDS = re.compile(r"[^ \t\n;&|<>()'\"\\$`]+(?=[ \t\n;&|<>()]|\Z)")
_CLOSERS = frozenset("then do done fi elif else esac }".split())
_NO_COMMANDS = _CLOSERS | {"in", "]]"}
_OPENERS = frozenset("if for select while until case { [[ function coproc".split())
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")
_NAME = re.compile(r"[A-Za-z_]\w*")
_SEPARATORS = (";;&", ";;", ";&")  # of the parts of a `case`


class Refused(Struct, frozen=True):
    """Why bash does not accept a text; `at` is the offset of what is wrong with it.

    `open` says that the text ends too early: what is wrong may stand further down.
    """

    reason: str
    at: int
    open: bool


@lru_cache(maxsize=512)  # a line is read to find its end, and again with its statement
def read_statement(text: str, start: int = 0) -> int | Refused:
    """Give the offset of the line end (or end) that closes the statement that begins here. Pure."""
    scanner = Scanner(text, _list, start)
    try:
        return _complete(scanner)
    except Unfinished as error:
        return Refused(str(error), error.at, True)
    except Wrong as error:
        return Refused(str(error), error.at, False)


def refused(text: str) -> Refused | None:
    """Say why bash does not accept a text of one or more statements; None when it does. Pure."""
    at = 0
    while at < len(text):
        end = read_statement(text, at)
        if isinstance(end, Refused):
            return end
        at = end + 1
    return None


def command_ends(text: str) -> frozenset[int]:
    """Give the offsets of the line ends that end a command, as far as bash can read. Pure."""
    scanner = Scanner(text, _list)
    try:
        while scanner.at < len(text):
            scanner.at = _complete(scanner)
            scanner.lines.append(scanner.at)
            scanner.at += 1
    except Wrong:
        pass
    return frozenset(scanner.lines)


def _complete(scanner: Scanner) -> int:
    """Read what stands on one line, with all that its commands need of the lines below."""
    while True:
        scanner.blanks()
        if scanner.at >= len(scanner.text):
            if scanner.heredocs:
                scanner.newline()
            return len(scanner.text)
        if scanner.next("\n"):
            if not scanner.heredocs:
                return scanner.at
            scanner.newline()
            ended = scanner.text[scanner.at - 1] == "\n"
            return scanner.at - 1 if ended else scanner.at
        _and_or(scanner)
        scanner.blanks()
        if not _separator(scanner) and scanner.at < len(scanner.text) and not scanner.next("\n"):
            scanner.unexpected()


def _separator(scanner: Scanner) -> bool:
    if scanner.next(";", "&") and not scanner.next("&&", *_SEPARATORS):
        scanner.at += 1
        return True
    return False


def _list(scanner: Scanner, least: bool = False) -> None:
    """Read commands up to what can only close them: `)`, `;;`, a word like `done`, the end."""
    read = False
    while True:
        _lines(scanner)
        if scanner.at >= len(scanner.text) or scanner.next(")", *_SEPARATORS):
            break
        if _reserved(scanner) in _CLOSERS:
            break
        _and_or(scanner)
        read = True
        scanner.blanks()
        if not _separator(scanner) and not scanner.next("\n"):
            break
    if least and not read:
        scanner.unexpected()


def _lines(scanner: Scanner) -> None:
    """Pass over blanks, comments and line ends."""
    scanner.blanks()
    while scanner.next("\n"):
        scanner.newline()
        scanner.blanks()


def _reserved(scanner: Scanner) -> str:
    """Give the bare word that stands here, without passing over it; "" for any other word."""
    match = _WORD_ENDS.match(scanner.text, scanner.at)
    return match.group() if match else ""


def _and_or(scanner: Scanner) -> None:
    while True:
        _pipeline(scanner)
        scanner.blanks()
        if not scanner.next("&&", "||"):
            return
        _operator(scanner, 2)


def _operator(scanner: Scanner, length: int) -> None:
    """Pass over an operator that waits for a command."""
    where = scanner.at
    scanner.at += length
    _lines(scanner)
    if scanner.at >= len(scanner.text):
        operator = scanner.text[where : where + length]
        raise Unfinished(f"`{operator}` waits for another command", where)


def _pipeline(scanner: Scanner) -> None:
    while True:
        scanner.blanks()
        while (word := _reserved(scanner)) in {"!", "time"}:
            scanner.at += len(word)
            scanner.blanks()
            if word == "time" and _reserved(scanner) in {"-p", "--"}:
                scanner.at += 2
                scanner.blanks()
            if scanner.at >= len(scanner.text) or scanner.next("\n", ";"):
                return
        _command(scanner)
        scanner.blanks()
        if not scanner.next("|") or scanner.next("||"):
            return
        _operator(scanner, 2 if scanner.next("|&") else 1)


def _command(scanner: Scanner) -> None:
    word = _reserved(scanner)
    if word in _NO_COMMANDS:
        scanner.unexpected()
    if word in _OPENERS or scanner.next("("):
        _compound(scanner, word)
        while scanner.redirect():
            scanner.blanks()
    else:
        _simple(scanner)


def _simple(scanner: Scanner) -> None:
    words, first = 0, ""
    began = scanner.at
    while True:
        scanner.blanks()
        if scanner.redirect():
            continue
        word = scanner.word()
        if not word:
            break
        if words or not _ASSIGNMENT.match(word):
            words += 1
            first = first or word
    if words == 1 and scanner.next("(") and scanner.text.startswith(first, began):
        scanner.at += 1
        scanner.blanks()
        if not scanner.next(")"):
            scanner.unexpected()
        scanner.at += 1
        _body(scanner, began)
    elif scanner.at == began:
        scanner.unexpected()


def _body(scanner: Scanner, began: int) -> None:
    """Read the body of a function, which is any compound command."""
    _lines(scanner)
    if scanner.at >= len(scanner.text):
        raise Unfinished("the function has no body", began)
    word = _reserved(scanner)
    if word not in _OPENERS and not scanner.next("("):
        scanner.unexpected()
    _compound(scanner, word)
    while scanner.redirect():
        scanner.blanks()


def _compound(scanner: Scanner, word: str) -> None:
    start = scanner.at
    scanner.deeper()
    scanner.at += len(word)
    match word:
        case "if":
            _if(scanner, start)
        case "while" | "until":
            _list(scanner, least=True)
            _do(scanner, start, word)
        case "for" | "select":
            _for(scanner, start, word)
        case "case":
            _case(scanner, start)
        case "{":
            _list(scanner, least=True)
            _close(scanner, "}", start, "{")
        case "[[":
            _test(scanner, start)
        case "function":
            _function(scanner, start)
        case "coproc":
            _coproc(scanner)
        case _:
            _brackets(scanner, start)
    scanner.depth -= 1
    scanner.blanks()


def _close(scanner: Scanner, closer: str, start: int, opener: str) -> None:
    _lines(scanner)
    if scanner.at >= len(scanner.text):
        raise Unfinished(f"`{opener}` waits for `{closer}`", start)
    if _reserved(scanner) != closer:
        scanner.unexpected()
    scanner.at += len(closer)


def _if(scanner: Scanner, start: int) -> None:
    while True:
        _list(scanner, least=True)
        _close(scanner, "then", start, "if")
        _list(scanner, least=True)
        word = _reserved(scanner)
        if word not in {"elif", "else"}:
            break
        scanner.at += 4
        if word == "else":
            _list(scanner, least=True)
            break
    _close(scanner, "fi", start, "if")


def _do(scanner: Scanner, start: int, opener: str) -> None:
    _close(scanner, "do", start, opener)
    _list(scanner, least=True)
    _close(scanner, "done", start, opener)


def _for(scanner: Scanner, start: int, opener: str) -> None:
    scanner.blanks()
    if scanner.next("((") and opener == "for":
        end = scanner.arithmetic(scanner.at)
        if end is None:
            raise Unfinished("`((` is never closed", scanner.at)
        scanner.at = end
    elif not scanner.word():
        scanner.unexpected()
    else:
        _lines(scanner)
        if _reserved(scanner) == "in":
            scanner.at += 2
            scanner.blanks()
            while scanner.word():
                scanner.blanks()
            if not scanner.next(";", "\n") and scanner.at < len(scanner.text):
                scanner.unexpected()
    scanner.blanks()
    if scanner.next(";"):
        scanner.at += 1
    _lines(scanner)
    if _reserved(scanner) == "{":
        scanner.at += 1
        _list(scanner, least=True)
        _close(scanner, "}", start, opener)
    else:
        _do(scanner, start, opener)


def _case(scanner: Scanner, start: int) -> None:
    scanner.blanks()
    if not scanner.word():
        scanner.unexpected()
    _close(scanner, "in", start, "case")
    while True:
        _lines(scanner)
        if scanner.at >= len(scanner.text) or _reserved(scanner) == "esac":
            break
        _patterns(scanner)
        _list(scanner)
        ends = next((s for s in _SEPARATORS if scanner.next(s)), "")
        scanner.at += len(ends)
        if not ends:
            break
    _close(scanner, "esac", start, "case")


def _patterns(scanner: Scanner) -> None:
    if scanner.next("("):
        scanner.at += 1
    while True:
        scanner.blanks()
        if not scanner.word():
            scanner.unexpected()
        scanner.blanks()
        if scanner.next(")"):
            scanner.at += 1
            return
        if not scanner.next("|"):
            scanner.unexpected()
        scanner.at += 1


def _test(scanner: Scanner, start: int) -> None:
    """Read a `[[ … ]]`; its inside is only cut into words."""
    while scanner.at < len(scanner.text):
        if scanner.next("<(", ">(") or not scanner.next("(", ")", "<", ">", "&", "|", ";"):
            _lines(scanner)
            word = scanner.word()
            if word == "]]":
                return
            if not word and not scanner.next("(", ")", "<", ">", "&", "|"):
                break
        else:
            scanner.at += 1
    raise Unfinished("`[[` waits for `]]`", start)


def _function(scanner: Scanner, start: int) -> None:
    scanner.blanks()
    if not scanner.word():
        scanner.unexpected()
    scanner.blanks()
    brackets = re.compile(r"\([ \t]*\)").match(scanner.text, scanner.at)
    if brackets is not None:
        scanner.at = brackets.end()
    _body(scanner, start)


def _coproc(scanner: Scanner) -> None:
    scanner.blanks()
    name = _NAME.match(scanner.text, scanner.at)
    if name is not None and re.match(r"[ \t]+[{(]", scanner.text[name.end() : name.end() + 9]):
        scanner.at = name.end()
        scanner.blanks()
    _command(scanner)


def _brackets(scanner: Scanner, start: int) -> None:
    """Read `(( … ))` or `( … )`."""
    if scanner.next("((") and (end := scanner.arithmetic(scanner.at)) is not None:
        scanner.at = end
        return
    scanner.at += 1
    _list(scanner, least=True)
    if scanner.at >= len(scanner.text):
        raise Unfinished("`(` is never closed", start)
    if not scanner.next(")"):
        scanner.unexpected()
    scanner.at += 1
