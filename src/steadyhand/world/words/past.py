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
    "psql": r"(^|\s)-[aAbeEnqstxX01l]*[oL]|--(output|log-file)|"
    r"(?i:\b(to|from)\s+program\b)|\\\S*[^\n]*`",
    "curl": r"(^|\s)(-[a-zA-Z#]*K|--conf?i?g?(=|\s|$))|"
    r"(^|\s)(--url=)?file:(/(?!/)|///|//localhost)",
    "git": r"(^|\s)-c\s*(?!(user|color|column|log|advice)\.)\S|(^|\s)--(config-env|exec-path=|"
    r"ext-diff|textconv|upload-pack|receive-pack|open-files-in-pager|output)|\bext::|(^|\s)-O",
    "man": r"(^|\s)-[a-zA-Z]*[PHC]|--(pager|html|config)",
    "scp": r"(^|\s)-[a-zA-Z0-9]*[SFoD]",
    "sftp": r"(^|\s)-[a-zA-Z0-9]*[SFoDb]",
    "rsync": r"(^|\s)-[a-zA-Z]*e|--(rsh|rsync-path)",
    "ssh": r"(?i:-o\s*\S*command)|(^|\s)-[a-zA-Z0-9]*[FE]",
    "tar": r"--(checkpoint-action|to-command|use-compress-program|info-script|new-volume-script|"
    r"rsh-command|rmt-command)|(^|\s)-?[a-zA-Z]*[IF](\s|=|$)",
}
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
        shown = found[0].strip()
        raise Refused(f"`{' '.join(argv)}`: with `{shown}` it may do what the gate does not see")


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
