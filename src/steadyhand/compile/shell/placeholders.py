"""Text of a command or a sentence in, the placeholders in it out, before any shell parsing.

Before, because `-h <endpoint> ping` parses well, as two redirections. What no mark sets apart
(stubs, words in capitals, samples) stands in `unmarked`.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from steadyhand.actions.sql import NOT_CODE
from steadyhand.compile.shell.found import Form, Found, command_before, named, option_before
from steadyhand.compile.shell.unmarked import samples, stubs, uppercase

__all__ = ["Form", "Found", "find_in_prose", "find_in_sql", "find_placeholders", "masked"]

# `(?<name>` and `\<word\>` are regular expressions, `<<` is a heredoc.
_ANGLE = re.compile(
    r"(?<![<\\?])(?<!\?P)<("
    r"(?:[^\W\d_]|\d+[\w-]*[^\W\d_])(?:[\w./@:,+#*|=-]|…| (?=[\w(\[])|\((?=\w)[^()<>\n]{1,60}\))*"
    r"|\.{3}|…)>(?![>=])"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# What programs print or keyboards have in angle brackets, and tags that nobody closes.
_NO_ANGLE = re.compile(
    r"none|nil|null|pending|unset|unknown|br|hr|wbr|(?:C|S|M|A|Ctrl|Alt|Shift)-.+|CR|LF|ESC|Esc|"
    r"EOF|Enter|Return|Tab|Space|Backspace|Up|Down|Left|Right|Leader"
)
_TYPE = re.compile(
    r"(?:[A-Z]\w*[a-z]\w*|[A-Z]|str|int|[uif](?:8|16|32|64)|bool|string|number|any|void|char|float|"
    r"double|long|byte)(?:, ?(?:[A-Z]\w*|[a-z]\w+))*"
)
_CURLY = re.compile(r"(?<![$%@#{}\\\w)\]])\{([A-Za-z][\w-]*[A-Za-z0-9])\}(?![},{])")
_TEMPLATE = re.compile(
    r"\$?\{\{-?[ ]*((?:\.(?:Values|Release|Chart|Env|Params|Inputs)\.)?[A-Za-z_][\w.-]*?)[ ]*"
    r"(?:\|[^{}\n]*)?-?\}\}"
)
_PERCENT = re.compile(r"(?<![\w%'\"])%([A-Z][A-Z0-9_]{2,})%(?![\w%'])")
_BRACKET = re.compile(
    r"\[((?:(?:insert|configure|add|enter|fill in|replace|your|name of|phone of)[\s:]+[^\[\]\n]"
    r"|(?:tbd|todo)\b)[^\[\]\n]*)\](?!\()",
    re.IGNORECASE,
)
_BRACKET_WORD = re.compile(
    r"(?<=[\s=/:@,'\"-])\["
    r"([A-Z]{2,}(?:[_ -][A-Z0-9]+)*|[a-z]{2,}(?:[_ -][a-z0-9]{2,})*)\]"
    r"(?=$|[\s/.:,;'\"@-])"
)
# The last word of what stands in square brackets, so that `[error]` and `[timestamp]` stay text.
_BRACKETED = frozenset(
    "id ids arn name hostname host namespace pod cluster service container node instance bucket "
    "region account url token password username user version tag image deployment domain endpoint "
    "database db port ip address key revision release environment env project branch sha".split()
)
# Programs that read braces as their own language.
_BRACES = frozenset(
    "awk gawk mawk jq yq gojq perl python python3 ruby node sed xargs parallel find git fd rg grep "
    "egrep php lua psql mysql mongosh mongo tmux screen stat printf gh".split()
)
_ASKS = re.compile(r"query|filter|jsonpath|pattern|expression")
_REPLACED = re.compile(r"(?:-I|--replace=?|-i)\s*(\{[\w-]+\})")
_GO_WORDS = frozenset("end else range if json println printf with define template index".split())
_FORMATS = re.compile(
    r"--?(?:format|f|template|o|output|t|tmpl|go-template|jsonpath|filter|legend\w*|w|write-out)$"
)
# https://learn.microsoft.com/windows/deployment/usmt/usmt-recognized-environment-variables
_WINDOWS = frozenset(
    "APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES USERPROFILE USERNAME USERDOMAIN COMPUTERNAME "
    "HOMEDRIVE HOMEPATH PATH TEMP TMP SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PUBLIC OS".split()
)
# What a script says when it is called wrongly: `usage: …`, `${NAME:?set NAME=<name>}`.
_USAGE = re.compile(r"\busage\s*:|\$\{\w+:?\?[^{}\n]*$", re.IGNORECASE)
_HEREDOC = re.compile(
    r"<<-?[ \t]*\\?['\"]?(\w+)['\"]?[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.S | re.M
)


def find_placeholders(text: str, assigned: Collection[str] = ()) -> tuple[Found, ...]:
    """Find what waits for a value in shell text; `assigned` are variables that it sets. Pure."""
    return _find(text, frozenset(assigned))


@lru_cache(maxsize=64)  # a block is looked at once to be cut into pieces, once for its steps
def _find(text: str, assigned: frozenset[str]) -> tuple[Found, ...]:
    found: list[Found] = []
    taken = bytearray(len(text))
    for one in (
        *_angles(text),
        *_braces(text),
        *_percents(text),
        *_brackets(text),
        *stubs(text),
        *uppercase(text, assigned),
        *samples(text),
    ):
        if not any(taken[one.start : one.end]) and not _told_as_usage(text, one):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            found.append(one)
    return tuple(sorted(found, key=lambda f: f.start))


def _told_as_usage(text: str, one: Found) -> bool:
    """Tell whether a placeholder stands in a script's words on how to call it."""
    line = text[text.rfind("\n", 0, one.start) + 1 : one.start]
    return _USAGE.search(line) is not None


def find_in_prose(text: str) -> tuple[Found, ...]:
    """Find what a person was to fill in, in a sentence: `[Insert …]`. Pure."""
    return tuple(
        Found(named(m.group(1)), m.group(), m.start(), m.end(), Form.BRACKET)
        for m in _BRACKET.finditer(text)
    )


def find_in_sql(text: str) -> tuple[tuple[Found, str], ...]:
    """Find what waits for a value in SQL, each with the quote it stands in, `'`, `"` or "". Pure.

    `a <b and c> d` compares; what a comment says waits for nothing.
    """
    found = [one for one in find_placeholders(text) if one.form in _IN_SQL and _is_whole(text, one)]
    if not found:
        return ()
    quoted = list(NOT_CODE.finditer(text))
    around = ((one, _around(quoted, one)) for one in found)
    return tuple((one, quote) for one, quote in around if quote is not None)


# `{cluster}` is ClickHouse's own.
_IN_SQL = frozenset({Form.ANGLE, Form.TEMPLATE, Form.STUB})


def _is_whole(text: str, one: Found) -> bool:
    compares = " " in text[one.start : one.end] or re.search(r"[\w)\]]$", text[: one.start])
    return one.form is not Form.ANGLE or not compares


def _around(quoted: Collection[re.Match[str]], one: Found) -> str | None:
    """Name the quote around a place in SQL; None in a comment."""
    match = next((m for m in quoted if m.start() <= one.start < m.end()), None)
    if match is None:
        return ""
    if match["string"] is not None:
        return "'" if match["string"][0] == "'" else ""
    return None if match["name"] is None else '"'


def masked(text: str, found: Collection[Found]) -> str:
    """Put a plain word of the same length over each placeholder, so that all columns stay.

    A sample is shell as it stands, and is left.
    """
    pieces: list[str] = []
    at = 0
    for one in sorted(found, key=lambda f: f.start):
        if one.form is not Form.SAMPLE:
            pieces += [text[at : one.start], "Q" * (one.end - one.start)]
            at = one.end
    return "".join([*pieces, text[at:]])


def _angles(text: str) -> Iterator[Found]:
    if "<" not in text:
        return
    closed = set(re.findall(r"<\\?/([^\s>]+)", text))
    for match in _ANGLE.finditer(text):
        inner = match.group(1)
        if inner in {"...", "…"}:
            yield Found("value", match.group(), match.start(), match.end(), Form.ANGLE)
            continue
        if inner.split()[0] in closed or inner.endswith((" ", "/")) or "//" in inner:
            continue  # markup
        if _NO_ANGLE.fullmatch(inner) or _EMAIL.fullmatch(inner) or "=" in inner.split()[-1]:
            continue
        if re.search(r"//\s*\"$", text[: match.start()]):
            continue  # what `jq` says where there is nothing
        if not (_is_code(text, match) or _is_redirection(text, match)):
            name = re.sub(r"[\s:,|]+", "-", re.sub(r"\(.*?\)", "", inner)).strip("-…")
            yield Found(name, match.group(), match.start(), match.end(), Form.ANGLE)


def _is_code(text: str, match: re.Match[str]) -> bool:
    """Tell whether angle brackets are a type's or two comparisons: `List<T>`, `a <b AND c> d`."""
    inner, before, after = match.group(1), text[: match.start()], text[match.end() :]
    if before[-1:].isalnum() and _TYPE.fullmatch(inner):
        return True
    if re.search(r"\b(?:AND|OR|BETWEEN|FROM|WHERE|THEN)\b", inner):
        return True
    return bool(re.search(r"\s(?:and|or)\s", inner)) and bool(re.match(r"\s*\d", after))


def _is_redirection(text: str, match: re.Match[str]) -> bool:
    """Tell whether two redirections stand there: `sort <names.txt>sorted.txt`."""
    file = r"[\w./-]*[\w-]\.[a-z]{1,4}"
    after = re.match(rf"[ ]?{file}(?![\w.])", text[match.end() :])
    return bool(re.fullmatch(file, match.group(1))) and after is not None


def _braces(text: str) -> Iterator[Found]:
    if "{" not in text:
        return
    heredocs = [match.span(2) for match in _HEREDOC.finditer(text)] if "<<" in text else []
    own = set(_REPLACED.findall(text))
    for match in _TEMPLATE.finditer(text):
        name, spelling = match.group(1).lstrip("."), match.group()
        if name in _GO_WORDS or _inside(match, heredocs) or _formats(text, match.start()):
            continue
        yield Found(name, spelling, match.start(), match.end(), Form.TEMPLATE)
    for match in _CURLY.finditer(text):
        name = match.group(1)
        if name in _GO_WORDS or match.group() in own or _inside(match, heredocs):
            continue
        if command_before(text, match.start()) in _BRACES or "jsonpath" in _word(text, match):
            continue
        yield Found(name, match.group(), match.start(), match.end(), Form.CURLY)


def _inside(match: re.Match[str], spans: Collection[tuple[int, int]]) -> bool:
    return any(start <= match.start() < end for start, end in spans)


def _formats(text: str, at: int) -> bool:
    """Tell whether an offset stands in the value of an option that takes a Go template."""
    option = option_before(text, at).rstrip("=")
    return _FORMATS.search(option) is not None and not text.startswith("$", at)


def _word(text: str, match: re.Match[str]) -> str:
    return re.split(r"\s", text[max(0, match.start() - 200) : match.start()])[-1]


def _percents(text: str) -> Iterator[Found]:
    if "%" not in text:
        return
    for match in _PERCENT.finditer(text):
        name = match.group(1)
        hexadecimal = re.fullmatch(r"[0-9A-F]{2,}", name)
        if (
            name not in _WINDOWS
            and not hexadecimal
            and not re.search(r"LIKE\s*\S{0,2}$", text[: match.start()], re.IGNORECASE)
        ):
            yield Found(name, match.group(), match.start(), match.end(), Form.PERCENT)


def _brackets(text: str) -> Iterator[Found]:
    if "[" not in text:
        return
    yield from find_in_prose(text)
    for match in _BRACKET_WORD.finditer(text):
        last = re.split(r"[_ -]", match.group(1).lower())[-1]
        if _ASKS.search(option_before(text, match.start())):
            continue
        if last in _BRACKETED and command_before(text, match.start()) not in _BRACES:
            name = named(match.group(1)) if match.group(1).islower() else match.group(1)
            yield Found(
                name.replace(" ", "-"), match.group(), match.start(), match.end(), Form.BRACKET
            )
