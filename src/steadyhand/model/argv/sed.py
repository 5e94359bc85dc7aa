"""A sed script in, what it could do beside editing out. Knows sed's words, not its grammar."""

import re

# GNU sed's `w file` and `e command`, as commands and as flags of `s`, whatever parts its halves.
_HALVES = (
    r"s(?P<mark>[^\w\s\\;])(?:\\.|(?!(?P=mark))[^\\])*(?P=mark)(?:\\.|(?!(?P=mark))[^\\])*(?P=mark)"
)
_MORE_THAN_EDITS = re.compile(
    r"(^|[;{}!\d/$\s])[weW](\s|$)|(^|[;{}!\d$])\s*[wW][/.~]"
    rf"|[/|#,][gpiImM0-9]*[we][gpiImM0-9]*(\s|;|$)|{_HALVES}[gpiImM0-9]*[we]",
    re.DOTALL,
)
_STARTS = re.compile(
    rf"(^|[;{{}}!\d/$\s])e(\s|$)|[/|#,][gpiImM0-9]*e[gpiImM0-9]*(\s|;|$)|{_HALVES}[gpiImM0-9]*e",
    re.DOTALL,
)


def does_more(script: str) -> bool:
    """Tell whether a script may write a file or start a program. Pure."""
    return _MORE_THAN_EDITS.search(script) is not None


def starts_programs(script: str) -> bool:
    """Tell whether a script may start a program. Pure."""
    return _STARTS.search(script) is not None
