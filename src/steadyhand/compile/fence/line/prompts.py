"""A line of a recorded session in, the prompt on it and what was typed behind it out."""

import re
from enum import StrEnum

from msgspec import Struct

from steadyhand.compile.fence.line.programs import is_program, reads_as_command


class At(StrEnum):
    """Whose prompt it is."""

    SHELL = "shell"
    MORE = "more"  # a statement goes on: `> `, `postgres-# `, `    -> `
    SQL = "sql"
    OTHER = "other"  # another program's: redis, mongo, Python


class Prompt(Struct, frozen=True):
    """`typed` is what stands behind it; `program` is whose it is, where it is no shell's."""

    at: At
    typed: str
    program: str = ""
    root: bool = False  # nothing but `#`: it may be a comment


_ENVIRONMENT = r"(?:\([\w. /-]+\)\s*)?"
_WHO = r"[\w.-]+@[\w.<>{}-]+"
_PLACE = r"[~/.\w{}<>-][\w~/.@<>{}-]*"
_SHELL = re.compile(
    rf"^\s*{_ENVIRONMENT}(?:"
    r"[$❯➜]\s+(?:~\s+)?|"  # $ command
    rf"{_WHO}(?:[: ]\s?{_PLACE}|:)?\s?[$#%>❯]\s+|"  # user@host:~$ command
    rf"{_WHO}:{_PLACE}?[$#](?=[a-z./])|"  # user@host:~$command
    rf"\[{_WHO}(?:\s+{_PLACE})?\][$#%]\s+|"  # [user@host dir]$ command
    r"(?:bash|sh|zsh|ash|ksh)(?:-[\d.]+)?[$#%]\s+|"  # bash-5.1# command
    r"PS [A-Za-z]:\\[^>]*>\s*|PS>\s*|[A-Za-z]:\\[^>]*>\s*"  # PS C:\> command
    r")(?=\S)"
)
# May be something else: `/ # ls`, but also `/opt/run # every night`; `% ls`, and `% Total`.
_WEAK = re.compile(r"^\s*(?:%|(?:~|/[\w./-]*)\s?[$#])\s+(?=\S)")
_ROOT = re.compile(r"^\s*#\s+(?=\S)")
_SQL = re.compile(
    r"^(?:(?P<mysql>mysql|MySQL [^>]*|MariaDB \[[^\]]*\])|(?P<sqlite>sqlite)|SQL)>\s+(?=\S)"
)
_POSTGRES = re.compile(r"^[\w-]+=[*!?]?[#>]\s+(?=\S)")
_MORE_SQL = re.compile(r"^(?:[\w-]+[-'\"($][*!?]?[#>]|\s{4}[-'\"`]>|\s+\.{3}>)\s+(?=\S)")
_ADDRESS = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[\w.-]+):\d{4,5}"
_OTHERS = (
    ("redis-cli", re.compile(rf"^(?:(?:redis|valkey)[\w.:-]*|{_ADDRESS}(?:\[\d+\])?)>\s+(?=\S)")),
    (
        "mongosh",
        re.compile(
            r"^(?:mongo(?:sh)?|[\w-]+ \[[^\]]*\] [\w-]+|[\w-]+:(?:PRIMARY|SECONDARY))>\s+(?=\S)"
        ),
    ),
    ("python", re.compile(r"^(?:>>>|In \[\d+\]:)\s+(?=\S)")),
    ("irb", re.compile(r"^irb\([^)]*\)(?::\d+)*[>*]\s+(?=\S)")),
)
_WINDOWS = re.compile(r"^\s*(?:PS [A-Za-z]:\\[^>]*|PS|[A-Za-z]:\\[^>]*)>")
MORE = re.compile(r"^\s*>(?:\s|$)")


def prompt_of(line: str) -> Prompt | None:
    """Find the prompt that a line begins with, and what was typed. Pure."""
    for name, pattern in _OTHERS:
        if (match := pattern.match(line)) is not None:
            return Prompt(At.OTHER, line[match.end() :], name)
    if (match := _POSTGRES.match(line)) is not None:
        return Prompt(At.SQL, line[match.end() :], "psql")
    if (match := _MORE_SQL.match(line)) is not None:
        return Prompt(At.MORE, line[match.end() :])
    if (match := _SQL.match(line)) is not None:
        name = "mysql" if match["mysql"] else "sqlite3" if match["sqlite"] else "sqlplus"
        return Prompt(At.SQL, line[match.end() :], name)
    if (match := _SHELL.match(line)) is not None:
        typed = line[match.end() :]
        if _WINDOWS.match(line) and not is_program(typed.split()[0].removesuffix(".exe")):
            return Prompt(At.OTHER, typed, "powershell")
        return Prompt(At.SHELL, typed)
    match = _WEAK.match(line)
    if match is not None and is_program(line[match.end() :].split()[0]):
        return Prompt(At.SHELL, line[match.end() :])
    if (match := _ROOT.match(line)) is not None:
        return Prompt(At.SHELL, line[match.end() :], root=True)
    return None


def is_prompted(line: str) -> bool:
    """Tell whether a line shows a prompt that can be nothing else. Pure."""
    prompt = prompt_of(line)
    return prompt is not None and not prompt.root and prompt.at is not At.MORE


def is_root(line: str) -> bool:
    """Tell whether a line shows root's prompt, `# `, with a command behind it. Pure."""
    prompt = prompt_of(line)
    return prompt is not None and prompt.root and reads_as_command(prompt.typed)
