"""A machine's own tools in, effect and reason out: services, logs, counters, the network.

Which of them end only when somebody stops them is said here too.
"""

import re
from collections.abc import Callable

from steadyhand.actions.words import (
    Argv,
    change,
    destroy,
    flag,
    letter,
    option,
    positionals,
    read,
    unknown,
)  # fmt: skip
from steadyhand.model.argv.options import given
from steadyhand.model.effect import Aspect, Aspects, Classified

# https://www.freedesktop.org/software/systemd/man/latest/systemctl.html
_LOOKS = frozenset(
    "status is-active is-enabled is-failed is-system-running show cat list-units list-timers "
    "list-sockets list-unit-files list-dependencies list-jobs list-machines get-default "
    "show-environment help whoami list-paths list-automounts".split()
)
_MOVES = frozenset(
    "start enable reload daemon-reload daemon-reexec unmask reset-failed preset link "
    "set-property revert add-wants add-requires reenable preset-all thaw set-environment "
    "unset-environment import-environment log-level log-target service-log-level "
    "service-log-target set-default".split()
)
_BACK, _FELT = Aspect.REVERSIBLE, Aspect.DISRUPTIVE
_ASPECTS: dict[str, Aspects] = {
    **dict.fromkeys("start enable unmask thaw set-default".split(), (_BACK,)),
    **dict.fromkeys("stop disable mask freeze".split(), (_BACK, _FELT)),
    **dict.fromkeys(
        "restart try-restart reload-or-restart try-reload-or-restart kill isolate reload halt "
        "poweroff reboot kexec soft-reboot rescue emergency suspend hibernate hybrid-sleep exit "
        "switch-root default daemon-reexec".split(),
        (_FELT,),
    ),
    "clean": (Aspect.DESTRUCTIVE,),
}
_SYSTEMCTL = frozenset(
    "-t --type -p --property -H --host -M --machine -n --lines -o --output --state -s "
    "--signal --root --job-mode -P".split()
)


def _systemctl(argv: Argv) -> Classified:
    words = list(positionals(argv, _SYSTEMCTL))
    verb = words[0] if words else "list-units"
    if verb in _LOOKS:
        return read(f"systemctl {verb} reads")
    if verb == "edit":
        return change("systemctl edit opens an editor", interactive=True)
    does = f"systemctl {verb} acts on the machine's services"
    if verb in _MOVES and not any(word.endswith(".target") for word in words):
        return change(does, *_ASPECTS.get(verb, ()))
    return destroy(does, *_ASPECTS.get(verb, ()))


def _service(argv: Argv) -> Classified:
    if argv[1:] == ("--status-all",) or argv[2:3] == ("status",):
        return read("service status reads")
    return destroy("service acts on the machine's services")


def _journalctl(argv: Argv) -> Classified:
    if given(argv, _JOURNALCTL).has(*_LOG_DEEDS):
        return destroy("journalctl removes or moves logs")
    bundles = tuple(w for w in argv if re.fullmatch(r"-[a-z]*f[a-z]*\d*", w))
    follows = flag(argv, "--follow") or any(_follows(w) for w in bundles)
    return read("journalctl reads logs", endless=follows)


_LOG_DEEDS = (
    "--vacuum-size --vacuum-files --vacuum-time --rotate --flush --sync --relinquish-var "
    "--smart-relinquish-var --setup-keys --update-catalog --cursor-file"
).split()
# Names that are no more than the beginning of another, and what takes a value.
_JOURNALCTL = (
    "-n? --lines? -u --unit --user-unit -p --priority --facility -S --since -U --until -o --output "
    "-t --identifier -g --grep -k! -b? --boot? -D --directory -M --machine -c --cursor -F --field "
    "--file --root --namespace --output-fields --interval -T --exclude-identifier --image "
    "--after-cursor --cursor-file --sync! --reverse! --system! --user!"
)


def _follows(bundle: str) -> bool:
    """Tell whether `f` is a flag of its own in a bundle, and no value of an option before it."""
    before = bundle[1:].partition("f")[0]
    return not set(before) & set("unopStgkbMD")


def _hostname(argv: Argv) -> Classified:
    said = given(argv, "-F --file")
    if said.names or said.has("-F", "--file", "-b", "--boot"):
        return destroy("hostname renames this machine", _BACK)
    return read("hostname reads")


def _file(argv: Argv) -> Classified:
    said = given(argv, "-m --magic-file -e --exclude -F --separator -f --files-from -P --parameter")
    if said.has("-C", "--compile"):
        return change("file -C writes its table into a file")
    return read("file reads")


def _dmesg(argv: Argv) -> Classified:
    said = given(argv, "-f --facility -l --level -s --buffer-size -n --console-level -F --file")
    if said.has(*"-C -c -D -E -n".split(), *_DMESG_DEEDS):
        return destroy("dmesg clears or changes the kernel's log")
    follows = any(letter(argv, one) for one in "wW") or flag(argv, "--follow", "--follow-new")
    return read("dmesg reads the kernel's log", endless=follows)


_DMESG_DEEDS = "--clear --read-clear --console-off --console-on --console-level".split()


def _ping(argv: Argv) -> Classified:
    counted = any(re.match(r"-[a-zA-Z46]*[cw]\d*$|-[cw]|--count", word) for word in argv[1:])
    return read("ping asks whether a host answers", endless=not counted)


def _counted(with_value: str, more: str = "") -> Callable[[Argv], Classified]:
    """A tool that takes `interval count`: with an interval alone it never ends.

    `more` are options that write a file or run a program.
    """
    takes = frozenset(with_value.split())

    def classify(argv: Argv) -> Classified:
        if more and given(argv, f"{with_value} {more}").has(*more.split()):
            return unknown(argv[:2])
        numbers = [w for w in positionals(argv, takes) if re.fullmatch(r"\d+(\.\d+)?", w)]
        return read(f"{argv[0]} shows counters", endless=len(numbers) == 1)

    return classify


def _free(argv: Argv) -> Classified:
    repeated = any(w.startswith(("-s", "--seconds")) for w in argv[1:])
    counted = any(w.startswith(("-c", "--count")) for w in argv[1:])
    return read("free reads", endless=repeated and not counted)


def _top(argv: Argv) -> Classified:
    batch = letter(argv, "b") or flag(argv, "--batch", "--batch-mode")
    counted = any(re.match(r"-[a-zA-Z]*n\d*$|--iterations", word) for word in argv[1:])
    return read("top shows what runs", endless=batch and not counted, interactive=not batch)


def _ss(argv: Argv) -> Classified:
    if letter(argv, "K") or given(argv).has("--kill"):
        return destroy("ss -K closes connections")
    return read("ss reads", endless=letter(argv, "E") or flag(argv, "--events"))


def _netstat(argv: Argv) -> Classified:
    return read("netstat reads", endless=letter(argv, "c") or flag(argv, "--continuous"))


def _tcpdump(argv: Argv) -> Classified:
    said = given(argv, _TCPDUMP)
    strange = said.has("-w", "-z", "-r")
    found = unknown(argv[:2]) if strange else read("tcpdump shows what passes")
    ends = any(re.match(r"-[a-zA-Z]*[crG]\d*$|-[cr]", w) for w in argv[1:]) or flag(argv, "-D")
    return Classified(found.effect, found.reason, endless=not ends)


_TCPDUMP = "-B -c -C -E -F -G -i -j -m -M -Q -r -s -T -V -w -W -y -z -Z"


def _mtr(argv: Argv) -> Classified:
    report = any(letter(argv, one) for one in "rwxjC") or any(
        w.startswith(("--report", "--json", "--csv", "--xml", "--raw")) for w in argv
    )
    return read("mtr follows the way to a host", interactive=not report)


def _nc(argv: Argv) -> Classified:
    runs = given(argv, _NC).has("-e", "-c", "--exec", "--sh-exec", "--lua-exec")
    if not runs and (letter(argv, "z") or flag(argv, "-h", "--help")):
        return read("nc looks whether a port is open")
    found = unknown(argv[:2])
    waits = option(argv, "-w") is None and option(argv, "-q") is None
    return Classified(found.effect, found.reason, endless=waits)


_NC = "-w --wait -q -p --source-port -s --source -i --idle-timeout -x -X -e --exec -c --sh-exec"


def _strace(argv: Argv) -> Classified:
    found = unknown(argv[:2])
    return Classified(found.effect, found.reason, endless=flag(argv, "-p", "--attach"))


def _stern(argv: Argv) -> Classified:
    ends = flag(argv, "--no-follow", "--no-follow=true")
    return read("stern shows the logs of pods", endless=not ends)


def _inotifywait(argv: Argv) -> Classified:
    watches = letter(argv, "m") or flag(argv, "--monitor")
    if given(argv, "-e --event -t --timeout -o --outfile --format --timefmt").has(
        "-o", "--outfile"
    ):
        return unknown(argv[:2])
    return read("inotifywait waits for changes of files", endless=watches)


MACHINE: dict[str, Callable[[Argv], Classified]] = {
    "dmesg": _dmesg,
    "file": _file,
    "free": _free,
    "hostname": _hostname,
    "inotifywait": _inotifywait,
    "iostat": _counted("-g -j -o -f -F --dec"),
    "journalctl": _journalctl,
    "mpstat": _counted("-P -I -o -N"),
    "mtr": _mtr,
    "nc": _nc,
    "ncat": _nc,
    "netcat": _nc,
    "netstat": _netstat,
    "pidstat": _counted("-p -C -G -T -U", "-e"),
    "ping": _ping,
    "ping6": _ping,
    "sar": _counted("-f -s -e -i -P -I -n -j", "-o"),
    "service": _service,
    "ss": _ss,
    "stern": _stern,
    "strace": _strace,
    "systemctl": _systemctl,
    "tcpdump": _tcpdump,
    "top": _top,
    "vmstat": _counted("-S --unit -p --partition"),
}
