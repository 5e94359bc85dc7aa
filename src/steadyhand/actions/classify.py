"""A command in, what it may do to the world out. Knows tools by name; touches nothing.

`TOOLS` says who knows a tool; `RUNNERS` which programs run another one: those are as bad as what
they run. Whatever nobody knows counts as DESTROY.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from msgspec.structs import replace

from steadyhand.actions.aws.effects import classify_aws
from steadyhand.actions.curl import classify_curl
from steadyhand.actions.delivery import DELIVERY
from steadyhand.actions.local import classify_local
from steadyhand.actions.local.prompts import SCREENS
from steadyhand.actions.psql import classify_psql
from steadyhand.actions.redis import classify_redis
from steadyhand.actions.words import HOLE, Argv, as_argv, destroy, known, read, shown, unknown
from steadyhand.actions.wrappers import RUNNERS, Runs, simple_commands
from steadyhand.model.document.shell import Command
from steadyhand.model.effect import Aspect, Classified, Effect, in_order, worst

TOOLS: dict[str, Callable[[Argv], Classified]] = {
    "aws": classify_aws,
    "curl": classify_curl,
    "psql": classify_psql,
    "redis-cli": classify_redis,
    "valkey-cli": classify_redis,
    **DELIVERY,
}
# A path in one of these means the program that its last part names.
_SYSTEM_FOLDERS = ("/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin", "/opt/kafka/bin")
# What these do without end, they do until their input ends.
_UNTIL_INPUT_ENDS = frozenset("openssl nc ncat netcat".split())
_DEPTH = 8  # wrappers in wrappers


def classify(command: Command) -> Classified:
    """Classify a command of a document, as far as it is known before bash expands it. Pure.

    What is fed to a prompt or a connection ends it: then nobody has to sit at a terminal.
    """
    argv = as_argv(command)
    found = _template(argv)
    if not _is_fed(command) or not argv or _tool(argv[0]) in SCREENS:
        return found
    endless = found.endless and _tool(argv[0]) not in _UNTIL_INPUT_ENDS
    return replace(found, interactive=False, endless=endless)


@lru_cache(maxsize=2048)  # one who compiles a document asks, and then every rule that checks it
def _template(argv: Argv) -> Classified:
    return classify_argv(argv)


def _is_fed(command: Command) -> bool:
    return command.piped or any(r.operator in {"<", "0<", "<<", "<<<"} for r in command.redirects)


def classify_argv(argv: Argv) -> Classified:
    """Classify an expanded argv. Pure; it must not hold a secret, a token is as good.

    Never raises: what a tool's own file stumbles over is unknown, and so counts as DESTROY.
    """
    try:
        return _sealed(_classify(argv, 0))
    except Exception as error:
        return destroy(f"unknown: it cannot be classified ({type(error).__name__}: {error})")


def classify_text(text: str) -> Classified:
    """Classify shell text, such as what `sh -c` is given: the worst of its commands. Pure."""
    return _sealed(_text(text, 0))


def _sealed(found: Classified) -> Classified:
    """Say of what prints a secret that it exposes one, whichever tool it is."""
    if not found.secret_output:
        return found
    return replace(found, aspects=in_order((*found.aspects, Aspect.EXPOSES_SECRET)))


def _classify(argv: Argv, depth: int) -> Classified:
    if not argv or not argv[0]:
        return read("an empty command does nothing")
    name = _tool(argv[0])
    if not known(argv[0]) or not name or depth > _DEPTH:
        return destroy(f"unknown: which program `{shown(argv[:1])}` is, nobody can say here")
    argv = (name, *argv[1:])
    if (runner := RUNNERS.get(name)) is not None and (runs := runner(argv)) is not None:
        return _wrapped(argv, runs, depth)
    if (tool := TOOLS.get(name)) is not None:
        return tool(argv)
    return classify_local(argv) or unknown(argv[:3])


def _tool(word: str) -> str:
    """Give the tool's name; "" for a program in a folder that could hold anything."""
    folder, slash, name = word.rpartition("/")
    if slash and folder not in _SYSTEM_FOLDERS:
        return ""
    return name.removesuffix(".sh") if name.startswith("kafka-") else name


def _wrapped(argv: Argv, runs: Runs, depth: int) -> Classified:
    by = " ".join(argv[:3]) if argv[0] == "aws" else argv[0]
    if runs.interactive:
        return destroy(f"{by} opens a shell", interactive=True)
    if runs.text:
        inner = _text(runs.text, depth + 1)
    elif runs.argv:
        inner = _classify(runs.argv, depth + 1)
    else:
        return destroy(f"unknown: what {by} runs, nobody can say here")
    what = shown(runs.argv) if runs.argv else runs.text.replace(HOLE, "…")
    effect = max(inner.effect, runs.least)
    return replace(
        inner,
        effect=effect,
        reason=f"{by} runs `{what}`: {inner.reason}",
        endless=(inner.endless and not runs.bounded) or runs.endless,
        repeatable=effect is Effect.READ,
    )


_FED = re.compile(r"(?<!\|)\|(?![|&])|(?<![<\d])<(?![(<&])|<<")


def _text(text: str, depth: int) -> Classified:
    commands = simple_commands(text)
    if commands is None:
        return destroy(f"unknown: `{text.replace(HOLE, '…')}` holds more than can be seen here")
    fed = _FED.search(text) is not None  # then nobody has to type what a prompt waits for
    each = []
    for argv in map(_without_assignments, commands):
        one = _classify(argv, depth)
        screen = bool(argv) and _tool(argv[0]) in SCREENS
        each.append(replace(one, interactive=one.interactive and (screen or not fed)))
    if not each:
        return read("an empty command does nothing")
    return replace(worst(each), repeatable=max(each, key=lambda c: c.effect).repeatable)


def _without_assignments(argv: Argv) -> Argv:
    while argv and argv[0].partition("=")[0].isidentifier() and "=" in argv[0]:
        argv = argv[1:]
    return argv
