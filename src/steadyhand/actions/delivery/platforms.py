"""Tools of clusters, backups and queues: argv in, effect and reason out, by sub-command.

Listed is above all what only looks: whoever reads a runbook meets these before every change.
"""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from steadyhand.actions.delivery.tables import (
    BACK,
    CHANGE,
    DESTROY,
    FELT,
    GONE,
    NOTHING,
    READ,
    by_table,
    known_for,
    listed,
)
from steadyhand.actions.local.files import outside, written
from steadyhand.actions.words import Argv, change, destroy, flag, positionals, read, unknown
from steadyhand.model.argv.options import given
from steadyhand.model.effect import Aspects, Classified, Effect

# https://velero.io/docs/main/
VELERO = {
    **listed("backup get|backup describe|backup logs|restore get|restore describe|version", READ),
    **listed("restore logs|schedule get|schedule describe|backup-location get|plugin get", READ),
    **listed("snapshot-location get|repo get|get|describe", READ),
    **listed("backup create|schedule create|restore create|schedule pause", CHANGE),
    **listed("schedule unpause|backup-location set|create", CHANGE),
    **listed("backup delete|restore delete|schedule delete|backup-location delete", DESTROY),
    **listed("delete|uninstall", DESTROY),
}
# https://etcd.io/docs/latest/dev-guide/interacting_v3/
ETCDCTL = {
    **listed("get|member list|endpoint health|endpoint status|endpoint hashkv|version", READ),
    **listed("alarm list|snapshot status|check perf|check datascale|lease list", READ),
    **listed("lease timetolive|user list|user get|role list|role get|auth status|watch", READ),
    **listed("put|lease grant|member add|member promote|member update|snapshot save", CHANGE),
    **listed("del|member remove|defrag|compaction|alarm disarm|snapshot restore", DESTROY),
    **listed("move-leader|lease revoke|user delete|role delete|auth disable", DESTROY),
}
# https://fluxcd.io/flux/cmd/
FLUX = {
    **listed("get|logs|check|stats|tree|trace|events|version|diff|export|envsubst|debug", READ),
    **listed("reconcile|resume|suspend|create|install|bootstrap|push|tag", CHANGE),
    **listed("delete|uninstall", DESTROY),
}
# https://argo-cd.readthedocs.io/en/stable/user-guide/commands/argocd/
ARGOCD = {
    **listed("app list|app get|app diff|app history|app manifests|app logs|app resources", READ),
    **listed("app wait|cluster list|cluster get|proj list|proj get|repo list|repo get", READ),
    **listed("appset list|appset get|account list|account get|account can-i|version", READ),
    **listed("account get-user-info|cert list|gpg list|repocreds list|context", READ),
    **listed("app sync|app set|app create|app patch|app rollback|app terminate-op", CHANGE),
    **listed("app actions|app unset|login|logout|relogin|proj create|repo add", CHANGE),
    **listed("app delete|app delete-resource|cluster rm|proj delete|repo rm", DESTROY),
}
# https://istio.io/latest/docs/reference/commands/istioctl/
ISTIOCTL = {
    **listed("proxy-status|ps|analyze|version|validate|describe|verify-install", READ),
    **listed("proxy-config all|proxy-config bootstrap|proxy-config cluster", READ),
    **listed("proxy-config clusters|proxy-config endpoint|proxy-config endpoints", READ),
    **listed("proxy-config listener|proxy-config listeners|proxy-config route", READ),
    **listed("proxy-config routes|proxy-config secret|x describe|x precheck", READ),
    **listed("install|upgrade", CHANGE),
    **listed("uninstall", DESTROY),
}
LINKERD = listed("check|version|diagnostics endpoints|viz stat|viz check|viz edges", READ)
# https://kubernetes.io/docs/reference/setup-tools/kubeadm/
KUBEADM = {
    **listed("certs check-expiration|version|token list|config print|upgrade plan", READ),
    **listed("config images|upgrade diff", READ),
    **listed("certs renew|token create|upgrade apply|upgrade node|join|init", CHANGE),
    **listed("reset|token delete", DESTROY),
}
# https://github.com/kubernetes-sigs/cri-tools/blob/master/docs/crictl.md
CRICTL = {
    **listed("ps|pods|images|inspect|inspecti|inspectp|logs|stats|statsp|info|version", READ),
    **listed("imagefsinfo|events|runtime-config", READ),
    **listed("pull|create|start", CHANGE),
    **listed("stop|stopp|rm|rmp|rmi", DESTROY),
}
# https://www.talos.dev/latest/reference/cli/
TALOSCTL = {
    **listed("health|get|version|members|dmesg|logs|list|ls|memory|processes|stats", READ),
    **listed("containers|disks|etcd members|etcd status|events|read|time|mounts|usage", READ),
    **listed("apply-config|patch|bootstrap|etcd defrag|etcd snapshot|upgrade-k8s", CHANGE),
    **listed("reset|reboot|shutdown|etcd remove-member|etcd leave|upgrade", DESTROY),
}
# https://prometheus.io/docs/alerting/latest/alertmanager/
AMTOOL = {
    **listed("alert query|alert|silence query|config show|config routes|check-config", READ),
    **listed("cluster show|template render", READ),
    **listed("silence add|silence update|alert add", CHANGE),
    **listed("silence expire", DESTROY),
}
PROMTOOL = listed("check|query|test rules|tsdb analyze|tsdb list", READ)
# https://restic.readthedocs.io/
RESTIC = {
    **listed("snapshots|stats|check|ls|diff|find|list|version|key list", READ),
    **listed("backup|init|unlock|copy|tag|rebuild-index|repair|recover|key add", CHANGE),
    **listed("restore|forget|prune|rewrite|key remove|migrate", DESTROY),
}
# https://developer.hashicorp.com/vault/docs/commands
VAULT = {
    **listed("status|version|token lookup|secrets list|auth list|policy list|list", READ),
    **listed("policy read|audit list|kv list|kv metadata|operator members|lease lookup", READ),
    **listed("operator key-status|namespace list|plugin list|token capabilities", READ),
}
# https://www.rabbitmq.com/docs/man/rabbitmqctl.8
RABBITMQCTL = {
    **listed("status|cluster_status|ping|environment|report|version|help|await_startup", READ),
    **listed("await_online_nodes|list_queues|list_exchanges|list_bindings|list_users", READ),
    **listed("list_connections|list_channels|list_consumers|list_vhosts|list_policies", READ),
    **listed("list_permissions|list_user_permissions|list_parameters|list_global_parameters", READ),
    **listed("list_feature_flags|list_unresponsive_queues|list_ciphers|list_hashes", READ),
    **listed("set_policy|set_permissions|add_user|add_vhost|set_user_tags|start_app", CHANGE),
    **listed("stop_app|reset|force_reset|delete_user|delete_vhost|delete_queue", DESTROY),
    **listed("purge_queue|forget_cluster_node|clear_policy|close_connection", DESTROY),
    **listed("close_all_connections|stop|shutdown|clear_permissions|change_password", DESTROY),
}
# https://cassandra.apache.org/doc/latest/cassandra/managing/tools/nodetool/nodetool.html
NODETOOL = listed(
    "status|info|ring|describecluster|tpstats|compactionstats|netstats|gossipinfo|cfstats|"
    "tablestats|describering|version|listsnapshots|gcstats|proxyhistograms|tablehistograms|"
    "getendpoints|statusgossip|statusbinary|statusbackup|statushandoff|getlogginglevels|"
    "removenode status|getstreamthroughput|getinterdcstreamthroughput|getcompactionthroughput|"
    "getcompactionthreshold|statusautocompaction|getseeds|gettimeout|getconcurrentcompactors|"
    "getconcurrency|viewbuildstatus|failuredetector|rangekeysample",
    READ,
)
# https://patroni.readthedocs.io/en/latest/patronictl.html
PATRONICTL = {
    **listed("list|topology|history|show-config|version", READ),
    **listed("pause|resume|reload", CHANGE),
}
# https://pgbackrest.org/command.html
PGBACKREST = {**listed("info|check|version|verify", READ), **listed("backup", CHANGE)}
# https://mmonit.com/monit/documentation/monit.html
MONIT = {
    **listed("status|summary|report", READ),
    **listed("start|restart|monitor", CHANGE),
    **listed("stop|unmonitor", DESTROY),
}
# https://www.rabbitmq.com/docs/man/rabbitmq-diagnostics.8
RABBITMQ_DIAGNOSTICS = listed(
    "status|ping|alarms|cluster_status|listeners|memory_breakdown|server_version|erlang_version|"
    "is_running|is_booting|check_running|check_local_alarms|check_alarms|check_port_connectivity|"
    "check_port_listener|check_protocol_listener|check_virtual_hosts|runtime_thread_stats|"
    "check_if_node_is_quorum_critical|check_if_cluster_has_classic_queue_mirroring_policy|"
    "node_health_check|log_location|resolve_hostname|list_network_interfaces",
    READ,
)
# https://supervisord.org/running.html#supervisorctl-actions
SUPERVISORCTL = {
    **listed("status|avail|pid|version|tail|maintail", READ),
    **listed("start|restart|update|reread|add|reload", CHANGE),
    **listed("stop|remove|shutdown|clear|signal", DESTROY),
}
# https://pm2.keymetrics.io/docs/usage/process-management/
PM2 = {
    **listed("list|ls|l|status|show|describe|info|jlist|prettylist|logs", READ),
    **listed("start|restart|reload|save|startup|scale|resurrect", CHANGE),
    **listed("stop|delete|del|kill|flush|unstartup", DESTROY),
}
# https://trivy.dev/latest/docs/references/configuration/cli/trivy/
TRIVY = listed("image|i|filesystem|fs|repository|repo|config|kubernetes|k8s|sbom|version", READ)

_KUBE = "-n --namespace --context --kubeconfig --kube-context -o --output"
# Options with a value, by tool; what stands before the sub-command has to be stepped over.
_TAKES = {
    "argocd": "--server --auth-token --grpc-web-root-path --config -o --output",
    "crictl": "-r --runtime-endpoint -i --image-endpoint -t --timeout -c --config",
    "etcdctl": "--endpoints --cacert --cert --key --user --password --command-timeout "
    "--dial-timeout -w --write-out",
    "flux": _KUBE,
    "istioctl": f"{_KUBE} -i --istioNamespace",
    "linkerd": f"{_KUBE} -L --linkerd-namespace",
    "monit": "-c -g -l -p",
    "patronictl": "-c --config-file -d --dcs-url",
    "rabbitmq-diagnostics": "-n --node -t --timeout --formatter -p --vhost",
    "nodetool": "-h --host -p --port -u --username -pw --password -pwf --password-file",
    "rabbitmqctl": "-n --node -p --vhost -t --timeout --formatter",
    "restic": "-r --repo -p --password-file --repository-file --cache-dir -o --option",
    "supervisorctl": "-c --configuration -s --serverurl -u --username -p --password",
    "talosctl": "-n --nodes -e --endpoints --talosconfig --context --cluster",
    "amtool": "--alertmanager.url --config.file -o --output --timeout",
    "velero": _KUBE,
    "trivy": "-c --config --cache-dir",
}
_ASPECTS: Mapping[str, Mapping[str, Aspects]] = {
    "argocd": {
        **known_for("app sync|app rollback|app set|app patch", BACK, FELT),
        **known_for("app delete", FELT, GONE),
    },
    "etcdctl": {
        **known_for("del|member remove|snapshot restore", FELT, GONE),
        **known_for("defrag|move-leader", FELT),
    },
    "flux": {**known_for("suspend|resume", BACK), **known_for("reconcile", FELT)},
    "kubeadm": {**known_for("certs renew", FELT), **known_for("reset", FELT, GONE)},
    "pm2": {**known_for("stop", BACK, FELT), **known_for("restart|reload", FELT)},
    "rabbitmqctl": known_for("purge_queue|delete_queue|delete_vhost|reset|force_reset", GONE),
    "restic": known_for("forget|prune", GONE),
    "supervisorctl": {**known_for("stop", BACK, FELT), **known_for("restart|reload", FELT)},
    "talosctl": {**known_for("reboot", FELT), **known_for("reset", FELT, GONE)},
    "velero": {**known_for("restore create", FELT), **known_for("backup delete", GONE)},
}
TABLES: Mapping[str, Mapping[str, Effect]] = {
    "amtool": AMTOOL, "argocd": ARGOCD, "crictl": CRICTL, "etcdctl": ETCDCTL, "flux": FLUX,
    "istioctl": ISTIOCTL, "kubeadm": KUBEADM, "linkerd": LINKERD, "nodetool": NODETOOL, "pm2": PM2,
    "monit": MONIT, "patronictl": PATRONICTL, "pgbackrest": PGBACKREST,
    "rabbitmq-diagnostics": RABBITMQ_DIAGNOSTICS,
    "promtool": PROMTOOL, "rabbitmqctl": RABBITMQCTL, "restic": RESTIC,
    "supervisorctl": SUPERVISORCTL, "talosctl": TALOSCTL, "trivy": TRIVY, "vault": VAULT,
    "velero": VELERO,
}  # fmt: skip
# With these, and behind `--`, they run programs of their own choice.
_STARTS = (
    "--password-command",
    "--cmd",
    "-o=sftp.command",
    "sftp.command",
    "sftp.args",
    "rclone.program",
)
_FOLLOWS = {
    "argocd": "-f --follow", "crictl": "-f --follow", "flux": "-f --follow -w --watch",
    "pm2": "", "supervisorctl": "-f", "talosctl": "-f --follow",
}  # fmt: skip


def _of(name: str) -> Callable[[Argv], Classified]:
    takes = frozenset(_TAKES.get(name, "").split())

    def classify(argv: Argv) -> Classified:
        if any(word == "--" or word.startswith(_STARTS) for word in argv):
            return unknown(argv[:3])
        found = by_table(argv, TABLES[name], takes, _ASPECTS.get(name, NOTHING))
        return replace(found, endless=_endless(name, argv, takes))

    return classify


def _endless(name: str, argv: Argv, takes: frozenset[str]) -> bool:
    words = tuple(positionals(argv, takes))
    if name == "pm2":
        return words[:1] == ("logs",) and not flag(argv, "--nostream")
    if (name, words[:1]) == ("etcdctl", ("watch",)):
        return True
    shows = any(word in {"logs", "dmesg", "get", "events", "tail"} for word in words[:2])
    return shows and flag(argv, *_FOLLOWS.get(name, "").split())


def _argocd(argv: Argv) -> Classified:
    found = _of("argocd")(argv)
    if found.effect is READ and given(argv).has("--refresh", "--hard-refresh"):
        return change("argocd has the application compared, and perhaps synced, anew")
    return found


def _trivy(argv: Argv) -> Classified:
    files = given(argv, "-c --config --cache-dir -o --output -f --format").values("-o", "--output")
    strange = [file for file in files if outside(file)]
    return written("trivy", "writes what it found", strange) if strange else _of("trivy")(argv)


def _vault(argv: Argv) -> Classified:
    words = tuple(positionals(argv, frozenset("-address -namespace -format -field".split())))
    if words[:1] == ("read",) or words[:2] == ("kv", "get"):
        return read("vault prints a secret", secret_output=True)
    if words[:3] == ("operator", "raft", "list-peers"):
        return read("vault operator raft list-peers reads")
    if words[:4] == ("operator", "raft", "snapshot", "save"):
        return written("vault operator raft snapshot save", "writes a file", list(words[4:5]))
    return _of("vault")(argv)


def _etcdctl(argv: Argv) -> Classified:
    words = tuple(positionals(argv, frozenset(_TAKES["etcdctl"].split())))
    if words[:2] == ("snapshot", "save"):
        return written("etcdctl snapshot save", "writes a file", list(words[2:3]))
    return _of("etcdctl")(argv)


def _mc(argv: Argv) -> Classified:
    """MinIO's client; alone, or with a folder, `mc` is Midnight Commander."""
    words = tuple(positionals(argv, frozenset("-C --config-dir".split())))
    verb = " ".join(words[:2]) if words[:1] == ("admin",) else "".join(words[:1])
    heals = verb == "admin heal" and not flag(argv, "--dry-run", "-n")
    if verb in _MC_LOOKS and not heals:
        return read(f"mc {verb} reads")
    if verb in _MC_WRITES:
        return change(f"mc {verb} changes something")
    if verb in _MC_ENDS or verb.startswith("admin"):
        return destroy(f"mc {verb} ends or removes something")
    return destroy("mc takes over the terminal", interactive=True)


# https://min.io/docs/minio/linux/reference/minio-mc.html
_MC_LOOKS = frozenset({"ls", "stat", "du", "tree", "cat", "head", "diff", "ping", "ready",
                       "admin info", "admin trace", "admin logs", "admin top",
                       "admin heal", "admin scanner"})  # fmt: skip
_MC_WRITES = frozenset("alias cp put mb pipe tag".split())
_MC_ENDS = frozenset(
    "rm rb mv mirror undo policy anonymous ilm version replicate encrypt event retention "
    "legalhold".split()
)

PLATFORMS: dict[str, Callable[[Argv], Classified]] = {
    **{name: _of(name) for name in TABLES},
    "argocd": _argocd,
    "etcdctl": _etcdctl,
    "mc": _mc,
    "trivy": _trivy,
    "vault": _vault,
}
