"""A `redis-cli` argv in, its effect and the reason out, by the server's own command names."""

from msgspec.structs import replace

from steadyhand.actions.redis.commands import (
    CHANGES,
    DESTROYS,
    ENDLESS,
    GROUPS,
    KINDS,
    READS,
    aspects_of,
)
from steadyhand.actions.words import Argv, change, destroy, flag, known, option, read, unknown
from steadyhand.model.effect import Classified, Effect

# https://valkey.io/topics/cli/: the client's own options that take a value
_WITH_VALUE = frozenset(
    "-h -p -s -a -u -r -i -n -d -D -t -X --user --pass --cacert --cacertdir --cert --key --sni "
    "--tls-ciphers --tls-ciphersuites --pattern --quoted-pattern --count --eval --memkeys-samples "
    "--lru-test --show-pushes --pipe-timeout --intrinsic-latency --rdb --functions-rdb".split()
)
# Modes in which it runs no command, or not only the one that stands there.
MODES = frozenset(
    "--scan --bigkeys --memkeys --hotkeys --keystats --keystats-samples --stat --latency "
    "--latency-history --latency-dist --lru-test --intrinsic-latency --eval --ldb "
    "--ldb-sync-mode --pipe --cluster --cluster-only --rdb --functions-rdb --replica --slave "
    "--version --help -v".split()
)


def command_words(argv: Argv) -> Argv:
    """Give the command with its arguments behind `redis-cli`'s own options; () for none. Pure.

    The client takes no option behind the command's name.
    """
    index = 1
    while index < len(argv) and argv[index].startswith("-") and argv[index] != "-":
        index += 2 if argv[index] in _WITH_VALUE else 1
    return argv[index:]


def classify_redis(argv: Argv) -> Classified:
    """Classify a `redis-cli` argv; holes are allowed. Pure."""
    words = command_words(argv)
    own = argv[1 : len(argv) - len(words)]
    if flag(own, "--version", "-v", "--help"):
        return read("redis-cli prints its version or help")
    if flag(own, "--scan", "--bigkeys", "--memkeys", "--hotkeys", "--keystats"):
        return read("redis-cli reads key names")
    if flag(own, "--stat", "--latency", "--latency-history", "--latency-dist"):
        return read("redis-cli watches the server", endless=True)
    if flag(own, "--intrinsic-latency"):
        return read("redis-cli measures the machine's latency")
    if MODES.intersection(own):
        return destroy("unknown: nobody here knows what this mode of redis-cli does")
    if not words:
        return destroy("redis-cli opens a prompt on the cache", interactive=True)
    found = _classify(words, argv)
    if option(own, "-r") == "-1":  # repeats without end
        return replace(found, endless=True)
    return found


def _classify(words: Argv, argv: Argv) -> Classified:
    name = words[0].lower()
    if not known(name):
        return unknown(argv)
    if [word.lower() for word in words[:3]] == ["acl", "log", "reset"]:
        return change("redis-cli ACL LOG RESET forgets who was refused")
    if name in GROUPS and (len(words) > 1 or name != "command"):
        return _of_two_words(name, words[1].lower() if len(words) > 1 else "", argv)
    aspects = aspects_of(name)
    if name in ENDLESS:
        return read(f"redis-cli {name.upper()} shows what happens", *aspects, endless=True)
    if name in READS or name == "command":
        return read(f"redis-cli {name.upper()} reads", *aspects)
    if name in CHANGES:
        twice = name in {"set", "hset"}
        return change(f"redis-cli {name.upper()} changes data", *aspects, repeatable=twice)
    if name in {"flushall", "flushdb"}:
        return destroy(f"redis-cli {name.upper()} deletes every key", *aspects)
    if name in DESTROYS:
        return destroy(f"redis-cli {name.upper()} deletes data or stops something", *aspects)
    return unknown(argv)


def _of_two_words(name: str, kind: str, argv: Argv) -> Classified:
    said, aspects = f"redis-cli {name.upper()} {kind.upper()}", aspects_of(f"{name}|{kind}")
    match KINDS.get(f"{name} {kind}"):
        case Effect.READ:
            return read(f"{said} reads", *aspects)
        case Effect.CHANGE:
            return change(f"{said} changes the server", *aspects)
        case Effect.DESTROY:
            return destroy(f"{said} ends or removes something", *aspects)
        case _:
            return unknown(argv)
