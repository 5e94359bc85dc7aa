"""A `redis-cli` argv in, its effect and the reason out, by the server's own command names."""

from steadyhand.actions.words import Argv, change, destroy, flag, known, positionals, read, unknown
from steadyhand.model.effect import Classified

_WITH_VALUE = frozenset(
    "-h -p -s -a -u -r -i -n -d -D --user --pass --cacert --cert --key --sni -t -X --pattern "
    "--quoted-pattern --count --eval --memkeys-samples --lru-test --tls-ciphers".split()
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
_ENDLESS = frozenset({"monitor", "subscribe", "psubscribe"})
_SUB = {
    "config": {"get": "read", "set": "change", "resetstat": "change", "rewrite": "change"},
    "client": {"list": "read", "info": "read", "id": "read", "getname": "read", "kill": "destroy"},
    "cluster": {"info": "read", "nodes": "read", "slots": "read", "shards": "read"},
    "acl": {"list": "read", "whoami": "read", "users": "read", "setuser": "change"},
    "latency": {"latest": "read", "doctor": "read", "history": "read", "reset": "change"},
}


def classify_redis(argv: Argv) -> Classified:
    """Classify a `redis-cli` argv; holes are allowed. Pure."""
    if flag(argv, "--version", "--help"):
        return read("redis-cli prints its version or help")
    if flag(argv, "--scan", "--bigkeys", "--memkeys", "--hotkeys"):
        return read("redis-cli reads key names")
    if flag(argv, "--stat", "--latency", "--latency-history", "--latency-dist"):
        return read("redis-cli watches the server", endless=True)
    if flag(argv, "--eval", "--pipe", "--cluster", "--rdb", "--functions-rdb", "--replica"):
        return destroy("unknown: nobody here knows what this mode of redis-cli does")
    words = list(positionals(argv, _WITH_VALUE))
    if not words:
        return destroy("redis-cli opens a prompt on the cache", interactive=True)
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
