"""A line of a shell block in, whether it is a command or what one prints out.

Told by what the line begins with, never by "it parses": JSON and prose parse as shell too.
"""

import re

from steadyhand.compile.fence.line.programs import is_program, is_sentence
from steadyhand.compile.shell.syntax import Refused, read_statement
from steadyhand.model.visible import UNSEEN

_WORD = re.compile(r"[^\s;|&()<>]+")
_KEYWORDS = frozenset("if for while until case select function time coproc ! { ( [ [[ (( }".split())
# A Cyrillic or Greek letter before Latin ones was meant to be one of those.
_NAME = re.compile(r"(?:[a-z_]|[\u0370-\u04ff](?=\w*[a-z]))[\w.+-]*(?:/[\w./+-]+)?(?:\(\))?")
_REMARK = re.compile(r"\s#\s.*")
_FUNCTION = re.compile(r"\s*(?:function\s+)?[A-Za-z_][\w:.-]*\s*\(\s*\)\s*(?:\{|\(|$|#)")
_ASSIGNS = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")
_DONE = (
    r"created|configured|unchanged|deleted|restarted|scaled|patched|labeled|annotated|evicted|"
    r"cordoned|uncordoned|drained|exposed|condition met|edited|replaced|pruned|tainted|untainted|"
    r"autoscaled|resumed|paused|rolled back|successfully|serverside-applied|force deleted"
)
# What programs print that begins like a command: it parses as one, too.
_PRINTED = re.compile(
    rf"""\s*(?:
    [a-z][\w.-]*/[\w.-]+\s+(?:{_DONE})\b                        # kubectl
    |[a-z]+\s+"[^"]+"\s+(?:{_DONE})\b
    |total\s+[\d.]+[KMGT]?$ | [bcdlps-](?:[r-][w-][xsStT-]){{3}}[.+@]?\s   # ls -l
    |(?:time|ts|level|lvl|severity|msg|timestamp)=(?!\$)\S+.*\s\w+=   # key=value logs
    |(?:import\s+\w[\w.]*(?:\s+as\s+\w+)?|from\s+[\w.]+\s+import\s.*|def\s+\w+\(.*|class\s+\w+\W.*)$
    |(?:resource|variable|module|provider|data|output|locals|terraform)\s+(?:"[^"]*"\s*)*\{{
    |(?:tcp|udp)6?\s+\d | (?:inet6?|ether|lo|eth\d+|ens\d+)\s+[\da-f:.]+
    |(?:active|inactive|enabled|disabled|failed|ok|healthy|unhealthy|ready|running|stopped|
       pending|pong|success|succeeded|completed|available|connected|authenticated|up|down)$
    |[a-z][\w-]*\.service\s+-\s
    |at\s+[\w.$/<>\[\] ]+\(\S*?(?::\d+)*\)\s*(?:\{{)?$             # a frame of a stack
    |!\s+\[(?:remote\s+)?rejected\] | (?:>+\s*)?==\d+==\s         # git, valgrind
    )""",
    re.VERBOSE,
)
_NO_PROGRAM = re.compile(
    r"(?:~|\.{0,2})/\S*(?:/|\.(?:log|conf|cfg|ini|json|ya?ml|toml|txt|md|pem|crt|key|csv|xml|env|"
    r"service|sql|gz|zip|tar|html?|lock|sock|pid|bak))(?::\d+)*"
)
_FOLDERS = re.compile(
    r"(?!.*/(?:s?bin|init\.d|cron\.[a-z]+|scripts)/)/(?:etc|var|proc|sys|home|root|tmp|mnt|data|srv|run|dev)(?:/[\w.-]+)*"
)


def is_printed(line: str) -> bool:
    """Tell whether a line is what programs print, though it begins like a command. Pure."""
    return _PRINTED.match(line) is not None or _is_path(line.strip())


def begins_strongly(line: str) -> bool:
    """Tell whether a line begins with something that only commands begin with. Pure.

    What nobody sees of it does not count: bash will not get it, and lint says why.
    """
    line = UNSEEN.sub("", line)
    match = _WORD.match(line.lstrip())
    if match is None:
        return line.lstrip()[:1] in {"(", ">", "<"}
    word = match.group()
    if word in _KEYWORDS or is_program(word) or _FUNCTION.match(line):
        return True
    if _ASSIGNS.match(word) or word.startswith(("$", '"$')) or word in {"[", "[["}:
        return True
    if word.startswith(("./", "../", "/", "~/")):
        return True
    return re.fullmatch(r"Q{3,}", word) is not None  # a placeholder


def begins_as_known(line: str) -> bool:
    """Tell whether a line begins as a command of a known program does. Pure."""
    return begins_strongly(line) and not is_printed(line)


def looks_like_command(line: str) -> bool:
    """Tell whether a line begins as a command does; its placeholders are masked already. Pure.

    A name that nobody here knows is a command where the rest of the line is no sentence.
    """
    line = UNSEEN.sub("", line)
    if is_printed(line):
        return False
    if begins_strongly(line):
        return True
    match = _WORD.match(line.lstrip())
    if match is None or _NAME.fullmatch(match.group()) is None:
        return False
    return not is_sentence(_REMARK.sub("", line)) and not _is_refused(line)


def _is_refused(line: str) -> bool:
    end = read_statement(line.rstrip("\\"))
    return isinstance(end, Refused) and not end.open


def _is_path(text: str) -> bool:
    """Tell whether a line is nothing but the name of a file that is no program."""
    return bool(_NO_PROGRAM.fullmatch(text) or _FOLDERS.fullmatch(text))
