"""Words of commands of other programs in, the resources that they name out. One reader each."""

import re
from collections.abc import Callable, Iterator

from steadyhand.compile.inventory.named import Named, Words, closed

_KUBE_VALUED = frozenset(
    "-n --namespace --context --kubeconfig -c --container -l --selector -o --output -f --filename "
    "--tail --since --timeout --replicas --type -p --patch --field-selector --sort-by --for "
    "--cluster --user --grace-period --from-literal --from-file --to-revision".split()
)
_KUBE_KINDS = {
    "po": "pod", "pod": "pod", "pods": "pod", "deploy": "deployment", "deployment": "deployment",
    "deployments": "deployment", "deployment.apps": "deployment", "svc": "kubernetes service",
    "service": "kubernetes service", "services": "kubernetes service", "ns": "namespace",
    "namespace": "namespace", "namespaces": "namespace", "no": "node", "node": "node",
    "nodes": "node", "sts": "stateful set", "statefulset": "stateful set",
    "statefulsets": "stateful set", "ds": "daemon set", "daemonset": "daemon set",
    "cm": "config map", "configmap": "config map", "configmaps": "config map",
    "secret": "kubernetes secret", "secrets": "kubernetes secret", "ing": "ingress",
    "ingress": "ingress", "job": "job", "jobs": "job", "cronjob": "cron job", "cj": "cron job",
    "pvc": "volume claim", "pv": "persistent volume", "hpa": "autoscaler", "rs": "replica set",
    "crd": "custom resource", "sa": "service account",
}  # fmt: skip
_POD_VERBS = frozenset("logs exec attach port-forward cp debug".split())
_NODE_VERBS = frozenset("drain cordon uncordon taint".split())
_DB_VALUED = frozenset(
    "-h --host -p --port -U --username -u --user -d --dbname -c --command -f --file -e --execute "
    "-P -W -v --set -a -n -t -T -F".split()
)
_SSH_VALUED = frozenset("-i -p -l -o -L -R -D -J -F -P -S -W -c -m".split())
_DOCKER_VALUED = frozenset(
    "-e --env -v --volume -p --publish --name --network -w --workdir -u --user --tail --since -f "
    "--format --filter -t --tag --entrypoint --env-file --restart --memory --cpus -H --context "
    "--signal -s --time".split()
)
_REDIS_VALUED = frozenset("-h -p -a -n -u --user --pass -s -r -i".split())
# Commands of Redis whose first argument is a key, or a pattern of keys.
_REDIS_KEYS = frozenset(
    "GET SET DEL UNLINK EXISTS TTL PTTL EXPIRE PERSIST TYPE KEYS INCR DECR STRLEN HGETALL HGET "
    "HSET HDEL HLEN LLEN LRANGE LPUSH RPUSH LPOP RPOP SMEMBERS SCARD SADD SREM ZRANGE ZCARD ZADD "
    "XLEN XRANGE XADD DUMP RENAME MGET GETDEL".split()
)
_HOSTS = re.compile(r"(?:[\w.-]+@)?((?:[\w-]+\.)+[\w-]+|[a-z][\w-]*\d[\w-]*)(?::.*)?")


def _kubectl(words: Words) -> Iterator[Named]:
    yield from _each("namespace", words.values("-n", "--namespace"))
    yield from _each("context", words.values("--context"))
    yield from _each("container", words.values("-c", "--container"))
    following = "logs" in words.texts  # where -f and -p are flags
    plain = words.plain(_KUBE_VALUED - {"-f", "-p"} if following else _KUBE_VALUED)
    if "--" in words.texts:
        plain = [w for w in plain if w in words.texts[: words.texts.index("--")]]
    if plain[:2] == ["config", "use-context"] and len(plain) > 2:
        yield "context", plain[2]
        return
    verb, rest = (plain[0], plain[1:]) if plain else ("", [])
    if verb == "rollout" and rest:
        rest = rest[1:]
    for word in rest:
        kind, slash, name = word.partition("/")
        if slash and kind in _KUBE_KINDS and closed(name):
            yield _KUBE_KINDS[kind], closed(name)
            return
    if verb in _POD_VERBS and rest:
        yield from _each("pod", [rest[0].partition(":")[0]] if "/" not in rest[0] else [])
    elif verb in _NODE_VERBS and rest:
        yield from _each("node", rest[:1])
    elif len(rest) > 1 and rest[0] in _KUBE_KINDS and verb not in {"create", "expose"}:
        yield from _each(_KUBE_KINDS[rest[0]], [w for w in rest[1:] if "=" not in w])


def _docker(words: Words) -> Iterator[Named]:
    plain = words.plain(_DOCKER_VALUED)
    if "exec" in plain[:2]:  # there `-t` is a terminal, and no tag
        plain = words.plain(tuple(one for one in _DOCKER_VALUED if one not in {"-t", "--tag"}))
    verb, rest = (plain[0], plain[1:]) if plain else ("", [])
    if verb == "compose":
        yield from _compose(rest)
    elif verb == "image" and rest:
        verb, rest = {"rm": "rmi", "ls": ""}.get(rest[0], rest[0]), rest[1:]
    elif verb == "container" and rest:
        verb, rest = rest[0], rest[1:]
    if verb in {"logs", "exec", "attach", "port", "top", "diff"}:
        yield from _each("container", rest[:1])
    elif verb in {"restart", "stop", "start", "kill", "rm", "pause", "unpause", "inspect", "stats"}:
        yield from _each("container", rest)
    elif verb in {"pull", "push", "rmi", "tag", "save", "history", "scan"}:
        yield from _each("image", rest[:2])
    elif verb == "run":
        yield from _each("image", rest[:1])
        yield from _each("container", words.values("--name"))
    elif verb == "build":
        yield from _each("image", words.values("-t", "--tag"))
    elif verb in {"network", "volume"} and len(rest) > 1:
        yield from _each(verb, rest[1:2])


def _compose(plain: list[str]) -> Iterator[Named]:
    if plain and plain[0] in {
        "logs",
        "restart",
        "stop",
        "start",
        "up",
        "exec",
        "run",
        "kill",
        "rm",
    }:
        yield from _each("container", plain[1:2])


def _systemctl(words: Words) -> Iterator[Named]:
    plain = words.plain(("-n", "--lines", "-t", "--type", "-p", "--property", "-o", "--output"))
    yield from _each("unit", plain[1:])


def _service(words: Words) -> Iterator[Named]:
    yield from _each("unit", words.plain()[:1])


def _journalctl(words: Words) -> Iterator[Named]:
    yield from _each("unit", words.values("-u", "--unit"))


def _sql(words: Words) -> Iterator[Named]:
    yield from _each("host", words.values("-h", "--host"))
    yield from _each("database user", words.values("-U", "--username", "-u", "--user"))
    yield from _each("logical database", words.values("-d", "--dbname", "-D", "--database"))
    for word in words.plain(_DB_VALUED)[:1]:
        match = re.fullmatch(r"[a-z]\w*://(?:[^@/]*@)?([\w.-]+)(?::\d+)?/([\w-]+).*", word)
        if match is not None:
            yield "host", match.group(1)
            yield "logical database", match.group(2)


def _redis(words: Words) -> Iterator[Named]:
    yield from _each("host", words.values("-h"))
    plain = words.plain(_REDIS_VALUED)
    if len(plain) > 1 and plain[0].upper() in _REDIS_KEYS:
        known = re.split(r"[<$`…]", plain[1])[0]
        if known:
            yield "redis key", plain[1] if known == plain[1] else f"{known}*"
    yield from _each("redis key", words.values("--pattern"), opened=True)


def _ssh(words: Words) -> Iterator[Named]:
    for word in words.plain(_SSH_VALUED):
        host = word.rpartition("@")[2]
        if closed(host):
            yield "host", host
        return


def _copy(words: Words) -> Iterator[Named]:
    for word in words.plain(_SSH_VALUED):
        match = re.match(r"(?:[\w.-]+@)?([\w.-]+):(?!//)", word)
        if match is not None:
            yield "host", match.group(1)


def _hosts(words: Words) -> Iterator[Named]:
    for word in words.plain(("-c", "-i", "-W", "-w", "-p", "-t", "-connect", "-servername")):
        match = _HOSTS.fullmatch(word)
        if match is not None:
            yield "host", match.group(1)


def _openssl(words: Words) -> Iterator[Named]:
    for value in words.values("-connect", "-servername"):
        yield from _each("host", [value.partition(":")[0]])


def _kafka(words: Words) -> Iterator[Named]:
    yield from _each("topic", words.values("--topic", "-t"))
    yield from _each("consumer group", words.values("--group", "-G"))
    servers = words.values("--bootstrap-server", "--broker-list", "-b")
    yield from _each("host", [s.partition(":")[0] for v in servers for s in v.split(",")])


def _gh(words: Words) -> Iterator[Named]:
    yield from _each("workflow", words.values("--workflow", "-w"), opened=True)
    yield from _each("repository", words.values("--repo", "-R"))
    plain = words.plain(("-f", "-F", "--ref", "-R", "--repo", "--raw-field", "-L", "--limit"))
    if plain[:1] == ["workflow"] and plain[1:2] != ["list"] and len(plain) > 2:
        yield from _each("workflow", plain[2:3], opened=True)


def _helm(words: Words) -> Iterator[Named]:
    yield from _each("namespace", words.values("-n", "--namespace"))
    plain = words.plain(("-n", "--namespace", "-f", "--values", "--set", "--version", "--timeout"))
    named = {"upgrade", "install", "rollback", "uninstall", "history", "status", "get", "test"}
    if plain[:1] and plain[0] in named:
        at = 2 if plain[0] == "get" else 1
        yield from _each("release", plain[at : at + 1])


def _terraform(words: Words) -> Iterator[Named]:
    yield from _each("terraform directory", words.values("-chdir"))
    plain = words.plain()
    if plain[:2] in (["workspace", "select"], ["workspace", "new"]):
        yield from _each("workspace", plain[2:3])


def _azure(words: Words) -> Iterator[Named]:
    yield from _each("resource group", words.values("-g", "--resource-group"))
    plain = words.plain(("-g", "--resource-group", "-n", "--name", "-o", "--output"))
    if len(plain) > 1:
        yield from _each(" ".join(plain[:-1]), words.values("-n", "--name"))


def _gcloud(words: Words) -> Iterator[Named]:
    yield from _each("project", words.values("--project"))
    yield from _each("cluster", words.values("--cluster"))


def _rabbit(words: Words) -> Iterator[Named]:
    plain = words.plain(("-n", "-p", "--vhost"))
    if plain[:1] in (["purge_queue"], ["delete_queue"]):
        yield from _each("queue", plain[1:2])


def _each(kind: str, names: list[str], opened: bool = False) -> Iterator[Named]:
    for name in names:
        if opened and not re.search(r"[<$`…]", name):
            yield kind, name
        elif name != "--" and (whole := closed(name)):
            yield kind, whole


PROGRAMS: dict[str, Callable[[Words], Iterator[Named]]] = {
    **dict.fromkeys(("kubectl", "oc"), _kubectl),
    **dict.fromkeys(("docker", "podman", "nerdctl"), _docker),
    "docker-compose": lambda words: _compose(words.plain(_DOCKER_VALUED)),
    "systemctl": _systemctl,
    "service": _service,
    "journalctl": _journalctl,
    **dict.fromkeys(
        ("psql", "pg_dump", "pg_restore", "pg_isready", "mysql", "mysqldump", "mariadb"), _sql
    ),
    **dict.fromkeys(("redis-cli", "valkey-cli"), _redis),
    "ssh": _ssh,
    **dict.fromkeys(("scp", "rsync", "sftp"), _copy),
    **dict.fromkeys(
        ("ping", "nslookup", "dig", "host", "nc", "telnet", "traceroute", "mtr", "whois"), _hosts
    ),
    "openssl": _openssl,
    **dict.fromkeys(
        ("kafka-consumer-groups.sh", "kafka-console-consumer.sh", "kafka-topics.sh",
         "kafka-console-producer.sh", "kafka-configs.sh", "kcat", "kafka-topics",
         "kafka-consumer-groups", "kafka-console-consumer"), _kafka,
    ),
    "gh": _gh,
    "helm": _helm,
    **dict.fromkeys(("terraform", "tofu", "terragrunt"), _terraform),
    "az": _azure,
    "gcloud": _gcloud,
    "rabbitmqctl": _rabbit,
}  # fmt: skip
