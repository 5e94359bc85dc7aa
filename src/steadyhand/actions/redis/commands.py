"""The server's commands with what each may do: every one of Redis 8 and Valkey 9. No logic.

https://valkey.io/commands/ and https://redis.io/docs/latest/commands/. Commands of modules
(`JSON.GET`) are not there, nor what only other servers have.
"""

from steadyhand.actions.delivery.tables import CHANGE, DESTROY, READ, listed
from steadyhand.model.effect import Aspect

READS = frozenset(
    "info get ping dbsize ttl pttl type exists llen lrange lindex hget hgetall hkeys hvals hlen "
    "hmget hexists mget scan hscan sscan zscan scard smembers sismember zcard zcount zrange "
    "zrangebyscore zrevrange zscore zrank strlen getrange echo time role lastsave "
    "keys xpending xlen xrange randomkey bitcount getbit pfcount touch wait waitaof "
    "bitfield_ro bitpos digest dump expiretime geodist geohash geopos georadius_ro "
    "georadiusbymember_ro geosearch hexpiretime hpexpiretime hpttl hrandfield hstrlen httl lcs "
    "lolwut lpos pexpiretime sdiff sdiffcard sinter sintercard smismember sort_ro srandmember "
    "substr sunion sunioncard vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vrange "
    "vsim xread xrevrange zdiff zinter zintercard zlexcount zmscore zrandmember zrangebylex "
    "zrevrangebylex zrevrangebyscore zrevrank zunion arcount arget argetrange argrep arinfo "
    "arlastitems arlen armget arnext arop arscan asking auth hello quit reset select readonly "
    "readwrite watch unwatch multi discard unsubscribe punsubscribe sunsubscribe "
    "clusterscan".split()
)
CHANGES = frozenset(
    "set setex psetex setnx mset append incr incrby incrbyfloat decr decrby expire pexpire "
    "expireat pexpireat persist lpush rpush linsert lset hset hmset hsetnx hincrby sadd zadd "
    "zincrby xadd publish rename copy save bgsave bgrewriteaof setbit setrange pfadd geoadd "
    "xack bitfield getex getset hexpire hexpireat hgetex hincrbyfloat hpersist hpexpire "
    "hpexpireat hsetex increx lpushx msetex msetnx pfmerge renamenx rpushx spublish vadd vsetattr "
    "xautoclaim xcfgset xclaim xnack xreadgroup xsetid arinsert armset arring arseek arset "
    "expiremember expirememberat pexpirememberat saddex stick xidmprecord".split()
)
# Also what writes over what may be there (`… STORE`), moves it, or runs a script.
DESTROYS = frozenset(
    "flushall flushdb del unlink shutdown failover lpop rpop lrem ltrim hdel srem spop zrem "
    "zremrangebyrank zremrangebyscore zremrangebylex xdel xtrim getdel restore move debug "
    "replicaof slaveof eval evalsha eval_ro evalsha_ro fcall fcall_ro exec migrate swapdb ardel "
    "ardelrange bitop blmove blmovem blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin delex "
    "delifeq georadius georadiusbymember geosearchstore hgetdel lmove lmovem lmpop rpoplpush "
    "sdiffstore sinterstore smove sort sunionstore vrem xackdel xdelex zdiffstore zinterstore "
    "zmpop zpopmax zpopmin zrangestore zunionstore restore-asking trimslots pfdebug pfselftest "
    "psync sync replconf addreplicaof".split()
)
ENDLESS = frozenset("monitor subscribe psubscribe ssubscribe".split())

# Commands of two words.
KINDS = {
    **listed("acl cat|acl genpass|acl getuser|acl list|acl users|acl whoami|acl dryrun", READ),
    **listed("acl log|acl help|bless get|bless scan|backup list|backup status|backup help", READ),
    **listed("client list|client info|client id|client getname|client getredir|client help", READ),
    **listed("client trackinginfo|client caching|client capa|client reply|client setinfo", READ),
    **listed("client setname|client tracking|client no-touch|client import-source", READ),
    **listed("cluster info|cluster nodes|cluster slots|cluster shards|cluster links", READ),
    **listed("cluster countkeysinslot|cluster getkeysinslot|cluster keyslot|cluster myid", READ),
    **listed("cluster myshardid|cluster replicas|cluster slaves|cluster slot-stats", READ),
    **listed("cluster count-failure-reports|cluster help|cluster getslotmigrations", READ),
    **listed("command count|command docs|command getkeys|command getkeysandflags", READ),
    **listed("command info|command list|command help|commandlog get|commandlog len", READ),
    **listed("commandlog help|config get|config help|function dump|function help", READ),
    **listed("function list|function stats|hotkeys get|hotkeys help|latency latest", READ),
    **listed("latency doctor|latency history|latency graph|latency histogram|latency help", READ),
    **listed("memory doctor|memory help|memory malloc-stats|memory stats|memory usage", READ),
    **listed("module list|module help|object encoding|object freq|object idletime", READ),
    **listed("object refcount|object help|pubsub channels|pubsub help|pubsub numpat", READ),
    **listed("pubsub numsub|pubsub shardchannels|pubsub shardnumsub|script exists", READ),
    **listed("script help|script show|slowlog get|slowlog len|slowlog help", READ),
    **listed("xgroup help|xinfo consumers|xinfo groups|xinfo stream|xinfo help", READ),
    **listed("acl setuser|acl save|backup start|backup seal|bless set|client no-evict", CHANGE),
    **listed("client unpause|client unblock|cluster saveconfig|config set", CHANGE),
    **listed(
        "config resetstat|config rewrite|commandlog reset|function load|function restore", CHANGE
    ),
    **listed("hotkeys start|hotkeys stop|hotkeys reset|latency reset|memory purge", CHANGE),
    **listed("script load|script debug|slowlog reset|xgroup create|xgroup createconsumer", CHANGE),
    **listed("xgroup setid|himport prepare|himport set", CHANGE),
    **listed("acl deluser|acl load|backup abort|backup cleanup|bless clear|client kill", DESTROY),
    **listed("client pause|cluster addslots|cluster addslotsrange|cluster bumpepoch", DESTROY),
    **listed("cluster cancelslotmigrations|cluster delslots|cluster delslotsrange", DESTROY),
    **listed("cluster failover|cluster flushslot|cluster flushslots|cluster forget", DESTROY),
    **listed("cluster meet|cluster migrateslots|cluster migration|cluster replicate", DESTROY),
    **listed("cluster reset|cluster set-config-epoch|cluster setslot|cluster syncslots", DESTROY),
    **listed("function delete|function flush|function kill|himport discard", DESTROY),
    **listed("himport discardall|module load|module loadex|module unload|script flush", DESTROY),
    **listed("script kill|xgroup delconsumer|xgroup destroy|sentinel failover", DESTROY),
    **listed("sentinel masters|sentinel master|sentinel replicas|sentinel slaves", READ),
    **listed("sentinel sentinels|sentinel ckquorum|sentinel get-master-addr-by-name", READ),
}
GROUPS = frozenset(name.partition(" ")[0] for name in KINDS)

_FELT, _GONE, _BACK = Aspect.DISRUPTIVE, Aspect.DESTRUCTIVE, Aspect.REVERSIBLE
# The server answers nobody else while it works, or loses its clients, its role or its data.
DISRUPTS = frozenset(
    "keys monitor save debug shutdown failover replicaof slaveof flushall flushdb swapdb migrate "
    "sync psync client|kill client|pause cluster|failover cluster|reset cluster|forget "
    "cluster|delslots cluster|delslotsrange cluster|flushslots cluster|migrateslots "
    "cluster|setslot cluster|replicate script|kill function|kill module|unload "
    "sentinel|failover".split()
)
# A command that is in DESTROYS and takes nothing away for good.
KEEPS = frozenset(
    "shutdown failover eval evalsha eval_ro evalsha_ro fcall fcall_ro exec lmove lmovem blmove "
    "blmovem rpoplpush brpoplpush smove move migrate swapdb sync psync replconf pfselftest debug "
    "sort georadius georadiusbymember addreplicaof".split()
)
TAKES_AWAY = frozenset(
    "function|delete function|flush script|flush cluster|flushslot cluster|reset xgroup|destroy "
    "xgroup|delconsumer acl|deluser himport|discard himport|discardall backup|cleanup".split()
)


def aspects_of(name: str) -> tuple[Aspect, ...]:
    """Give the aspects of a command, `client|kill` for one of two words. Pure."""
    found = [_FELT] if name in DISRUPTS else []
    if (name in DESTROYS and name not in KEEPS) or name in TAKES_AWAY:
        found.append(_GONE)
    if name in {"swapdb", "move", "cluster|setslot"}:
        found.append(_BACK)
    return tuple(found)
