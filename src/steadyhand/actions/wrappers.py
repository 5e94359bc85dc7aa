"""A program that runs another in, what it runs out: `watch`, `xargs`, `sh -c`, `ssh`, `… exec`.

Gives the inner command as argv or as shell text. Does not classify it.
"""

import json
import re
import shlex
from collections.abc import Callable, Collection, Iterator

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.delivery.docker import COMPOSE, GLOBAL
from steadyhand.actions.delivery.kubernetes import GLOBAL as KUBERNETES
from steadyhand.actions.delivery.tables import after
from steadyhand.actions.words import HOLE, Argv, known, option, positionals
from steadyhand.model.argv.options import given
from steadyhand.model.effect import Effect


class Runs(Struct, frozen=True):
    """What a wrapper runs: `argv`, or shell `text`; neither, where that is not known.

    `least` is what the wrapper does by itself, whatever it runs; `bounded`: it ends what it runs.
    `where` names another host or a container, where it runs it there.
    """

    argv: Argv = ()
    text: str = ""
    endless: bool = False
    bounded: bool = False
    interactive: bool = False
    least: Effect = Effect.READ
    where: str = ""


UNKNOWN = Runs()


def _skip(argv: Argv, with_value: str) -> Argv:
    """Drop the wrapper's name and its own options; the rest is what it runs."""
    takes = with_value.split()
    index = 1
    while index < len(argv) and argv[index].startswith("-") and argv[index] != "-":
        if argv[index] == "--":
            return argv[index + 1 :]
        index += 2 if argv[index] in takes else 1
    return argv[index:]


def _watch(argv: Argv) -> Runs:
    return Runs(text=" ".join(_skip(argv, "-n --interval -q --equexit")), endless=True)


def _xargs(argv: Argv) -> Runs:
    with_value = "-I -n -P -L -s -d -a -E --max-args --max-procs --replace --delimiter --max-lines"
    inner = _skip(argv, with_value) or ("echo",)
    own = " ".join(argv[1 : len(argv) - len(inner)])
    if (mark := re.search(r"(?:^| )(?:-I|--replace=)\s*(\S+)", own)) is not None:
        return Runs(argv=tuple(word.replace(mark.group(1), HOLE) for word in inner))
    # What xargs adds comes from stdin: the command is known, its last words are not.
    return Runs(argv=(*inner, HOLE))


def _shell(argv: Argv) -> Runs:
    for index, word in enumerate(argv[1:], 1):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            return Runs(text=argv[index + 1]) if index + 1 < len(argv) else UNKNOWN
        if not word.startswith("-"):
            return UNKNOWN  # a script's file
    return Runs(interactive=True)


def _env(argv: Argv) -> Runs | None:
    rest = _skip(argv, "-u --unset -C --chdir -S --split-string")
    while rest and "=" in rest[0] and not rest[0].startswith("="):
        rest = rest[1:]
    if any(w.startswith(("-S", "--split-string")) for w in argv):
        return UNKNOWN
    return Runs(argv=rest) if rest else None


def _timeout(argv: Argv) -> Runs:
    rest = _skip(argv, "-s --signal -k --kill-after")
    return Runs(argv=rest[1:], bounded=rest[:1] not in {("0",), ("infinity",)})


def _plain(with_value: str) -> Callable[[Argv], Runs]:
    return lambda argv: Runs(argv=_skip(argv, with_value))


def _ssh(argv: Argv) -> Runs:
    with_value = "-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -P -p -Q -R -S -W -w"
    rest = _skip(argv, with_value)
    own = given(argv[: len(argv) - len(rest)], with_value)
    if own.has("-V", "-Q", "-G"):
        return Runs(argv=("true",))  # prints its version or settings
    if own.has("-N"):  # a tunnel, no shell
        return Runs(argv=("true",), endless=not own.has("-f"), least=Effect.CHANGE)
    where = " ".join(["ssh", *rest[:1]])
    if len(rest) == 1:
        return Runs(interactive=True, where=where)
    return Runs(text=" ".join(rest[1:]), where=where)


def _parallel(argv: Argv) -> Runs:
    rest = _skip(argv, "-j -a -S -N -n -L --jobs --arg-file --sshlogin --colsep --delay --joblog")
    end = next((i for i, word in enumerate(rest) if word.startswith(":::")), len(rest))
    if not rest[:end]:
        return UNKNOWN
    words = [re.sub(r"\{[#%./]*\}", HOLE, word) for word in rest[:end]]
    return Runs(text=" ".join([*words, *([] if HOLE in "".join(words) else [HOLE])]))


def _flock(argv: Argv) -> Runs | None:
    rest = _skip(argv, "-w --timeout -E --conflict-exit-code")
    if rest[1:2] in {("-c",), ("--command",)}:
        return Runs(text=" ".join(rest[2:3]))
    return Runs(argv=rest[1:]) if len(rest) > 1 else None


def _sudo(argv: Argv) -> Runs:
    rest = _skip(argv, "-u -g -h -p -C -T -U --user --group")
    own = argv[1 : len(argv) - len(rest)] if rest else argv[1:]
    shell = any(re.fullmatch(r"-[a-zA-Z]*[is]", word) or word in _LOGIN for word in own)
    return Runs(interactive=True) if shell and not rest else Runs(argv=rest)


_LOGIN = frozenset({"--login", "--shell"})


def _su(argv: Argv) -> Runs:
    for index, word in enumerate(argv[1:], 1):
        if word in {"-c", "--command"} and index + 1 < len(argv):
            return Runs(text=argv[index + 1], least=Effect.CHANGE)
        if word.startswith(("-c", "--command=")):
            return UNKNOWN
    return Runs(interactive=True)


def _runuser(argv: Argv) -> Runs:
    rest = _skip(argv, "-u --user -g --group -G --supp-group")
    return Runs(argv=rest) if {"-u", "--user"} & set(argv) and rest else _su(argv)


def _by_word(word: str) -> Callable[[Argv], Runs | None]:
    """A tool that runs the rest behind one word of its own: `poetry run …`."""

    def find(argv: Argv) -> Runs | None:
        runs = argv[1:2] == (word,) and len(argv) > 2 and not argv[2].startswith("-")
        return Runs(argv=argv[2:]) if runs else None

    return find


def _exec_in(own: Collection[str], with_value: str) -> Callable[[Argv], Runs | None]:
    """`… exec [options] where command …`; `own` are the tool's options that take a value."""
    takes = with_value.split()

    def find(argv: Argv) -> Runs | None:
        verb, rest = after(argv, own)
        tool = f"{argv[0]} compose" if verb == "compose" else argv[0]
        if verb in {"compose", "container"}:
            verb, rest = after((verb, *rest), COMPOSE if verb == "compose" else ())
        if verb == "rsh" and argv[0] == "oc":
            pod = list(positionals(("", *rest), takes))
            inner = rest[rest.index(pod[0]) + 1 :] if len(pod) > 1 else ()
            return replace(_inside(inner), where=f"oc rsh {pod[0]}") if inner else None
        if verb != "exec":
            return None
        words: list[str] = []
        index = 0
        if "--" in rest:
            end = rest.index("--")
            words = list(positionals(("", *rest[:end]), takes))[:1]
            return replace(_inside(rest[end + 1 :]), where=" ".join([tool, "exec", *words]))
        while index < len(rest) and (not words or rest[index].startswith("-")):
            if not rest[index].startswith("-"):
                words.append(rest[index])
            index += 2 if rest[index] in takes else 1
        return replace(_inside(rest[index:]), where=" ".join([tool, "exec", *words]))

    return find


def _inside(argv: Argv) -> Runs:
    name = argv[0].rpartition("/")[2] if argv else ""
    login = all(word in {"-l", "-i", "--login"} for word in argv[1:])
    shell = name in {"sh", "bash", "ash", "zsh", "dash", "fish"} and login
    return Runs(interactive=True) if shell else Runs(argv=argv)


def _aws(argv: Argv) -> Runs | None:
    command = parse_aws(argv)
    match command.service, command.operation:
        case "ecs", "execute-command":
            text = option(command.rest, "--command") or ""
            shell = _inside(tuple(text.split())).interactive
            where = "ecs execute-command"
            return Runs(interactive=True, where=where) if shell else Runs(text=text, where=where)
        case "ssm", "send-command":
            return _sent(command.values("--parameters"))
        case "ecs", "run-task":
            return _overridden(command.get("--overrides"))
        case _:
            return None


def _sent(parameters: Argv) -> Runs | None:
    """Find the commands of `--parameters commands=…`, in the CLI's short form or as JSON."""
    text = " ".join(parameters)
    short = re.search(r"(?:^|\s)commands=(.*)", text, re.DOTALL)
    if short is not None and not short.group(1).startswith("["):
        return Runs(text=short.group(1), least=Effect.DESTROY, where="ssm send-command")
    try:
        said = json.loads(short.group(1) if short is not None else text)
        commands = said["commands"] if isinstance(said, dict) else said
        lines = "\n".join([commands] if isinstance(commands, str) else commands)
        return Runs(text=lines, least=Effect.DESTROY, where="ssm send-command")
    except (ValueError, TypeError, LookupError):
        return None


def _overridden(overrides: str | None) -> Runs | None:
    """Find the command that a task is started with; without one it is the image's own."""
    if overrides is None or "command" not in overrides:
        return None
    try:
        commands = [
            container["command"]
            for container in json.loads(overrides).get("containerOverrides", [])
            if container.get("command")
        ]
    except (ValueError, AttributeError, TypeError, LookupError):
        return UNKNOWN
    if len(commands) != 1 or not all(isinstance(word, str) for word in commands[0]):
        return UNKNOWN if commands else None
    return Runs(argv=tuple(commands[0]), least=Effect.CHANGE, where="ecs run-task")


def _find(argv: Argv) -> Runs | None:
    starts = [i for i, word in enumerate(argv) if word in {"-exec", "-execdir", "-ok", "-okdir"}]
    if not starts:
        return None
    if len(starts) > 1 or any(w == "-delete" or w.startswith(_FIND_WRITES) for w in argv):
        return UNKNOWN
    inner = argv[starts[0] + 1 :]
    end = next((i for i, word in enumerate(inner) if word in {";", "+"}), len(inner))
    return Runs(argv=tuple(HOLE if word == "{}" else word for word in inner[:end]))


_FIND_WRITES = ("-fprint", "-fls")


def _time(argv: Argv) -> Runs:
    rest = _skip(argv, "-f --format -o --output")
    writes = given(argv[: len(argv) - len(rest)], "-f --format -o --output").has("-o", "--output")
    return Runs(argv=rest, least=Effect.CHANGE if writes else Effect.READ)


_DOCKER_EXEC = "-e --env -u --user -w --workdir --env-file --detach-keys --index"
_KUBECTL_EXEC = "-n --namespace -c --container --context --pod-running-timeout -f --filename"
# None from one of these: it runs nothing here, so it is classified by its own name.
RUNNERS: dict[str, Callable[[Argv], Runs | None]] = {
    "ash": _shell,
    "aws": _aws,
    "bash": _shell,
    "bundle": _by_word("exec"),
    "chroot": lambda argv: Runs(argv=_skip(argv, "")[1:]),
    "dash": _shell,
    "doas": _sudo,
    "docker": _exec_in(GLOBAL, _DOCKER_EXEC),
    "docker-compose": _exec_in(COMPOSE, _DOCKER_EXEC),
    "env": _env,
    "find": _find,
    "flock": _flock,
    "ionice": _plain("-c -n -p -P -u --class --classdata"),
    "ksh": _shell,
    "kubectl": _exec_in(KUBERNETES, _KUBECTL_EXEC),
    "nice": _plain("-n --adjustment"),
    "nohup": _plain(""),
    "oc": _exec_in(KUBERNETES, _KUBECTL_EXEC),
    "parallel": _parallel,
    "pipenv": _by_word("run"),
    "podman": _exec_in(GLOBAL, _DOCKER_EXEC),
    "poetry": _by_word("run"),
    "runuser": _runuser,
    "setsid": _plain(""),
    "sh": _shell,
    "ssh": _ssh,
    "stdbuf": _plain("-i -o -e"),
    "su": _su,
    "sudo": _sudo,
    "time": _time,
    "timeout": _timeout,
    "watch": _watch,
    "xargs": _xargs,
    "zsh": _shell,
}


def simple_commands(text: str) -> Iterator[Argv] | None:
    """Split shell text into the commands in it; None where it holds more than this can see."""
    found = _split(text.replace("\\\n", " "))
    return None if found is None else iter(found)


def _split(text: str) -> list[Argv] | None:

    inner: list[Argv] = []
    # Innermost substitutions first, until none is left; each becomes a hole.
    while (match := re.search(r"\$\(([^()`]*)\)|`([^`]*)`", text)) is not None:
        nested = _split(match.group(1) or match.group(2) or "")
        if nested is None:
            return None
        inner += nested
        text = text[: match.start()] + HOLE + text[match.end() :]
    text = re.sub(r"\$\{?\w+\}?|\$[@*#?$!0-9]", HOLE, text)
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n")
    lexer.whitespace_split = True
    lexer.whitespace = " \t\r"
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError:
        return None
    return _commands(tokens, inner)


def _commands(tokens: list[str], inner: list[Argv]) -> list[Argv] | None:
    current: list[str] = []
    ends = {"|", "||", "&&", ";", "&", "|&", "\n"}
    words = iter(tokens)
    for token in words:
        if set(token) <= {"\n", ";", "|", "&"} and (token in ends or "\n" in token):
            if current:
                inner.append(tuple(current))
            current = []
        elif set(token) <= set("<>&|") and set(token) & set("<>"):
            if current and current[-1] in {"1", "2"}:
                current.pop()
            target = next(words, "")
            if ">" in token and target not in {"/dev/null", "1", "2"}:
                inner.append(("tee", target))
        elif set(token) & set("()") and set(token) <= set("();<>|&\n"):
            return None
        else:
            current.append(token)
    if current:
        inner.append(tuple(current))
    return inner if all(known(argv[0]) for argv in inner) else None
