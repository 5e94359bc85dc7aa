"""A `redis-cli` argv in, its effect and the reason out, by the server's own command names."""

from dataclasses import replace

from steadyhand.actions.words import Argv, change, destroy, flag, known, option, read, unknown
from steadyhand.model.effect import Classified

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
# https://valkey.io/commands/
READS = frozenset(
    "info get ping dbsize ttl pttl type exists llen lrange lindex hget hgetall hkeys hvals hlen "
    "hmget hexists mget scan hscan sscan zscan scard smembers sismember zcard zcount zrange "
    "zrangebyscore zrevrange zscore zrank strlen getrange echo time role lastsave object memory "
    "slowlog keys xlen xrange xinfo xpending command randomkey bitcount getbit pfcount touch "
    "wait".split()
)
CHANGES = frozenset(
    "set setex psetex setnx mset append incr incrby incrbyfloat decr decrby expire pexpire "
    "expireat pexpireat persist lpush rpush linsert lset hset hmset hsetnx hincrby sadd zadd "
    "zincrby xadd publish rename copy bgsave bgrewriteaof setbit setrange pfadd geoadd "
    "xack".split()
)
DESTROYS = frozenset(
    "flushall flushdb del unlink shutdown failover lpop rpop lrem ltrim hdel srem spop zrem "
    "zremrangebyrank zremrangebyscore xdel xtrim getdel restore move debug replicaof slaveof eval "
    "evalsha script migrate swapdb".split()
)
_ENDLESS = frozenset({"monitor", "subscribe", "psubscribe", "ssubscribe"})
_SUB = {
    "config": {"get": "read", "set": "change", "resetstat": "change", "rewrite": "change"},
    "client": {"list": "read", "info": "read", "id": "read", "getname": "read", "kill": "destroy"},
    "cluster": {"info": "read", "nodes": "read", "slots": "read", "shards": "read"},
    "acl": {"list": "read", "whoami": "read", "users": "read", "setuser": "change"},
    "latency": {"latest": "read", "doctor": "read", "history": "read", "reset": "change"},
}


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
    if name in _SUB:
        return _by_sub(name, words[1].lower() if len(words) > 1 else "", argv)
    if name in _ENDLESS:
        return read(f"redis-cli {name.upper()} shows what happens", endless=True)
    if name in READS:
        return read(f"redis-cli {name.upper()} reads")
    if name in CHANGES:
        return change(f"redis-cli {name.upper()} changes data", repeatable=name in {"set", "hset"})
    if name in {"flushall", "flushdb"}:
        return destroy(f"redis-cli {name.upper()} deletes every key")
    if name in DESTROYS:
        return destroy(f"redis-cli {name.upper()} deletes data or stops something")
    return unknown(argv)


def _by_sub(name: str, sub: str, argv: Argv) -> Classified:
    said = f"redis-cli {name.upper()} {sub.upper()}"
    match _SUB[name].get(sub):
        case "read":
            return read(f"{said} reads")
        case "change":
            return change(f"{said} changes the server")
        case "destroy":
            return destroy(f"{said} ends something")
        case _:
            return unknown(argv)
