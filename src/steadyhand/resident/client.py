"""A command in; carried out by the resident, its exit code out, or None where it is done here.

It hands over its words, environment, directory and open files, passes signals on, and ends as the
command ended. Imported before every command, so it imports next to nothing.
"""

import os
from _socket import CMSG_SPACE, SCM_RIGHTS, SOL_SOCKET, socket

from steadyhand.resident.door import (
    FILES,
    GO,
    LENGTH,
    OUT_OF_THE_WAY,
    READY,
    YES,
    folder,
    interpreter,
    number,
    numbered,
    pack,
    reach,
)

# They last: the time to start is nothing to them, and they are to outlive a resident.
ALONE = frozenset("resident lab serve watch respond drill".split())
_LONGEST = 1024  # bytes of an answer
_WITH_VALUE = ("--state", "--database")  # options of the program itself


def through(argv: list[str]) -> int | None:
    """Have this command carried out by the resident, if there is one that can. Linux only."""
    door = None if verb(argv) in ALONE else reach(folder())
    if door is None:
        return None
    try:
        answer, child = ask(door, argv)
    except OSError:
        answer, child = b"", -1
    if answer != YES:
        door.close()
        return None
    return _accompany(door, child)


def verb(argv: list[str]) -> str:
    """Find which command this is; "" where it is none."""
    words = iter(argv[1:])
    for word in words:
        if not word.startswith("-"):
            return word
        if word in _WITH_VALUE:
            next(words, "")
    return ""


def ask(door: socket, argv: list[str]) -> tuple[bytes, int]:
    """Hand a command over: the answer, and a descriptor of the child that waits for GO, or -1.

    Nothing was done until GO is sent. Raises OSError.
    """
    if not _reads_alone():
        return b"", -1
    here = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        files = [one for one in map(int, os.listdir("/proc/self/fd")) if _is_inherited(one)]
        if not {0, 1, 2} <= {*files} or len(files) >= FILES:
            return b"", -1
        if max(files) >= OUT_OF_THE_WAY:  # the child has others there, until each has its number
            return b"", -1
        variables = [name + b"=" + value for name, value in os.environb.items()]
        words = [os.fsencode(word) for word in argv]
        order = pack(words, variables, interpreter(), [b"%d" % one for one in files])
        # What nobody takes out of a socket stays open in it: somebody has to be there first.
        if (answer := door.recv(_LONGEST)) != READY:
            return answer, -1
        rights = b"".join(map(numbered, (here, *files)))
        door.sendmsg([numbered(len(order))], [(SOL_SOCKET, SCM_RIGHTS, rights)])
        door.sendall(order)
    finally:
        os.close(here)
    answer, told, _, _ = door.recvmsg(_LONGEST, CMSG_SPACE(LENGTH))
    return answer, number(told[0][2]) if told else -1


def _is_inherited(descriptor: int) -> bool:
    try:
        return os.get_inheritable(descriptor)
    except OSError:
        return False


def _reads_alone() -> bool:
    """Tell whether a terminal that is read from may be: a shell's job in the background may not.

    What asks for a password writes to the terminal that its input is; the child has only the files.
    """
    return not os.isatty(0) or (os.isatty(2) and not _is_behind())


def _is_behind() -> bool:
    """Tell whether this is a job in the background of the terminal that is its input."""
    try:
        return os.tcgetpgrp(0) != os.getpgrp()
    except OSError:  # no terminal, or not this session's: nothing holds it back
        return False


# --- while it runs --------------------------------------------------------------------------------

_PASSED_ON = ("HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "ALRM", "WINCH")
_ENDED = "the resident was ended, and this command with it; a run goes on with `resume RUN`"


def _accompany(door: socket, child: int) -> int:
    """Let the child begin, be there for it, and end as it ended."""
    _pass_signals(child)
    door.settimeout(None)
    try:
        door.sendall(GO)
        told = door.recv(LENGTH)
    except OSError:
        told = b""
    if len(told) < LENGTH:
        os.write(2, f"steadyhand: {_ENDED}\n".encode())
        return 1
    code = os.waitstatus_to_exitcode(number(told))
    return code if code >= 0 else _end_by(-code)


def _pass_signals(child: int) -> None:
    """Pass on what this process is sent, and stop when and for as long as it is to stop."""
    import signal
    import time

    def tell(what: int) -> None:
        try:
            signal.pidfd_send_signal(child, what)
        except ProcessLookupError:
            return  # it has ended: that is told in a moment

    def stop(_number: int, _frame: object) -> None:
        tell(signal.SIGSTOP)
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        while _is_behind() and os.isatty(0):  # it would take what is typed for the shell
            os.kill(os.getpid(), signal.SIGTTIN)
            time.sleep(0.1)
        signal.signal(signal.SIGTSTP, stop)
        tell(signal.SIGCONT)

    for name in _PASSED_ON:
        one = signal.Signals[f"SIG{name}"]
        if signal.getsignal(one) is not signal.SIG_IGN:
            signal.signal(one, lambda number, _: tell(number))
    if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
        signal.signal(signal.SIGTSTP, stop)


def _end_by(number: int) -> int:
    """End by the signal that ended the child, without a second core; the shell's code for it."""
    import resource
    import signal

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number
