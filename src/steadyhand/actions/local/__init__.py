"""A local program's argv in, its effect and the reason out: text tools, files, shell builtins.

"Local" is the run's own directory, the machine and the terminal; nothing here reaches another
machine but name look-ups and what a prompt is opened on.
"""

from collections.abc import Callable

from steadyhand.actions.local.files import FILES
from steadyhand.actions.local.looks import LOOKS
from steadyhand.actions.local.machine import MACHINE
from steadyhand.actions.local.prompts import PROMPTS, SCREENS
from steadyhand.actions.local.text import TEXT
from steadyhand.actions.words import Argv, read
from steadyhand.model.document.shell import HARMLESS_BUILTINS
from steadyhand.model.effect import Classified

READS = frozenset(
    "jq grep egrep fgrep zgrep cut head wc tr cat tac nl paste join comm column fold fmt rev "
    "diff cmp base64 base32 md5sum sha1sum sha256sum sha512sum cksum basename dirname realpath "
    "readlink ls stat du df expr seq sleep uuidgen mktemp whoami id uname uptime "
    "printenv which type numfmt od strings zcat bc ps free nproc getconf nslookup dig host "
    "getent env pg_isready true false test more tty locale cal "
    "man lsblk lscpu findmnt lsof who w last pgrep pstree traceroute tracepath whois".split()
)


SPECIAL: dict[str, Callable[[Argv], Classified]] = {
    **FILES,
    **LOOKS,
    **TEXT,
    **MACHINE,
    **PROMPTS,
}


def classify_local(argv: Argv) -> Classified | None:
    """Classify a local program or builtin; None for a name that is not listed here. Pure."""
    name = argv[0]
    if (special := SPECIAL.get(name)) is not None:
        return special(argv)
    if name in SCREENS:
        return SCREENS[name](f"{name} takes over the terminal", interactive=True)
    if name in READS:
        return read(f"{name} reads", endless=_endless(argv))
    if name in HARMLESS_BUILTINS:
        return read(f"{name} changes nothing outside the shell", interactive=_asks(argv))
    return None


def _endless(argv: Argv) -> bool:
    return argv[:2] in {("sleep", "infinity"), ("sleep", "inf")}


def _asks(argv: Argv) -> bool:
    return argv[0] == "read" and any(w.startswith(("-p", "-rp", "-s", "-n")) for w in argv[1:])
