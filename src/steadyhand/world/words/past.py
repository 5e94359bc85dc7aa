"""A command's words in, why it would start a program or write a file past the gate out. Pure but
for looking whether a word names a program. What is not said here is judged by its words alone.
"""

import glob
import os
import re
from collections.abc import Iterator

from steadyhand.world.door import Refused

# Options with which a program that reads, or that was approved for something else, starts others.
# https://man.openbsd.org/ssh_config · https://git-scm.com/docs/git · curl.se/docs/manpage.html
_STARTS: dict[str, str] = {
    "psql": r"(^|\s)-[aAbeEnqstxX01l]*[oL]|"
    r"(?i:\b(to|from)\s+program\b)|\\\S*[^\n]*`",
    "curl": r"(^|\s)(-[a-zA-Z#]*K|--conf?i?g?(=|\s|$))|"
    r"(^|\s)(--url=)?file:(/(?!/)|///|//localhost)",
    "git": r"(^|\s)-c\s*(?!(user|color|column|log|advice)\.)\S|(^|\s)--exec-path=|\bext::|"
    r"(^|\s)-O",
    "man": r"(^|\s)-[a-zA-Z]*[PHC]",
    "scp": r"(^|\s)-[a-zA-Z0-9]*[SFoD]",
    "sftp": r"(^|\s)-[a-zA-Z0-9]*[SFoDb]",
    "rsync": r"(^|\s)-[a-zA-Z]*e",
    "ssh": r"(?i:-o\s*\S*command)|(^|\s)-[a-zA-Z0-9]*[FE]",
    "tar": r"(^|\s)-?[a-zA-Z]*[IF](\s|=|$)",
}
# Those of several letters, which may be cut short.
_LONG_STARTS = {
    "psql": "--output --log-file",
    "git": "--config-env --ext-diff --textconv --upload-pack --receive-pack --exec "
    "--open-files-in-pager --output",
    "man": "--pager --html --config-file",
    "rsync": "--rsh --rsync-path",
    "tar": "--checkpoint-action --to-command --use-compress-program --info-script "
    "--new-volume-script --rsh-command --rmt-command --set-mtime-command",
}
_PLAIN = frozenset({"--text", "--checkpoint"})  # as a whole they mean something else
_PAST_THE_SHIMS = (
    r"\b(PATH|BASH_ENV|ENV|IFS|LD_\w+|BASH_CMDS|BASH_ALIASES)(\[[^]]*\])?\+?=|/dev/(tcp|udp)/|"
    r"\benable\s+-|\bcommand\s+-p|\bhash\s+-p|\bbuiltin\s|\bprintf\s+-v|"
    r"\benv\s+(\S+\s+)*(-i|-|--ignore-environment|-S\S*|--split-string\S*|-u\s*PATH|--unset=PATH)"
    r"(\s|$)"
)


def check_starts(name: str, argv: tuple[str, ...]) -> None:
    """Raise Refused for options with which a program starts others, or reads what to do."""
    text = " ".join(argv[1:])
    if (pattern := _STARTS.get(name)) and (found := re.search(pattern, text)) is not None:
        raise Refused(_MORE.format(" ".join(argv), found[0].strip()))
    longs = _LONG_STARTS.get(name, "").split()
    for word in argv[1:]:
        option = word.partition("=")[0]
        if len(option) > 2 and option not in _PLAIN and any(s.startswith(option) for s in longs):
            raise Refused(_MORE.format(" ".join(argv), option))


_MORE = "`{}`: with `{}` it may do what the gate does not see"


def check_wrapper(argv: tuple[str, ...]) -> None:
    """Raise Refused for a wrapped command that would be found past the shims."""
    shown = " ".join(argv)
    for text in {shown, re.sub(r"[\"'\\]", "", shown)}:
        if (found := re.search(_PAST_THE_SHIMS, text)) is not None:
            raise Refused(f"`{shown}`: `{found[0].strip()}` goes past the gate")
        for word in re.split(r"[\s;&|()<>`\"'$={}]+", text):
            if "/" in word and any(map(_starts, [word, *glob.glob(word)[:100]])):
                raise Refused(f"`{shown}`: {word} would be started past the gate")


def _starts(word: str) -> bool:
    return os.path.isfile(word) and os.access(word, os.X_OK)


def curl_writes(argv: tuple[str, ...]) -> Iterator[str]:
    """Name the files that a curl writes. https://curl.se/docs/manpage.html"""
    for word, following in zip(argv[1:], (*argv[2:], ""), strict=True):
        yield from re.findall(r"%output\{(?:>>)?([^}]*)\}", word)  # of --write-out
        if word.startswith("--"):
            name, _, value = word.partition("=")
            if len(name) > 4 and any(long.startswith(name) for long in _CURL_WRITES):
                yield value or following
        elif word.startswith("-") and (found := re.search("[oDc]", _flags(word))) is not None:
            yield word[found.end() + 1 :] or following


def _flags(bundle: str) -> str:
    """Cut a bundle of letters off behind the first that takes a value."""
    letters = bundle[1:]
    takes = re.search("[ACDEFHKPQTUXYbcdehmortuwxyz]", letters)
    return letters[: takes.end()] if takes else letters


_CURL_WRITES = (
    "--output", "--output-dir", "--dump-header", "--cookie-jar", "--trace", "--trace-ascii",
    "--stderr", "--etag-save", "--hsts", "--alt-svc", "--libcurl",
)  # fmt: skip
