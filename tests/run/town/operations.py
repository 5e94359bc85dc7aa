"""What the town's account can do: an operation changes its state, or shows it as AWS would.

Written from the AWS API's documents alone, without the package's own idea of an operation: what is
tested must not be its own oracle. The answers' shapes are held against botocore's models.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.run.town.options import Asked

State = dict[str, Any]
Answer = dict[str, Any]
ARN = "arn:aws:ecs:us-east-1:123456789012:"
ELB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:"


class Refusal(Exception):
    """The account says no; nothing was done."""


def begin() -> State:
    """Give the account as it is before anything was done."""
    return {
        "services": {
            name: {"definition": f"{name}:11", "desired": 2, "deployment": 1}
            for name in ("town-api", "town-web")
        },
        "tasks": [],
        "parameters": {
            **{f"/town/{name}": {"value": "v0", "version": 1, "type": "String"} for name in "pqr"},
            "/town/sealed": {"value": "v0", "version": 1, "type": "SecureString"},
        },
        "secrets": {
            **{f"town/{n}": {"versions": 1, "current": "id-1", "previous": ""} for n in "st"},
            "town/old": {"versions": 2, "current": "id-2", "previous": "id-1"},
        },
        "instances": {
            "town-db": {"class": "db.t3.small", "storage": 20, "multi": False, "zone": "a",
                        "restarts": 0, "retention": 7},
        },
        "snapshots": {},
        "caches": {"town-cache": {"node": "small", "nodes": 1, "kept": 1}},
        "groups": {"town-group": {"node": "small", "kept": 1, "failover": "disabled"}},
        "listener": {"forward": "blue", "certificate": "c1", "port": 443, "policy": "old"},
        "rule": {"forward": "blue"},
        "limits": {"least": 1, "most": 4},
        "logs": {"/town": None, "/kept": 30},
        "alarms": {"loud": True, "quiet": False},
        "schedules": {"nightly": True, "weekly": False},
        "ways": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
                  "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}],
    }  # fmt: skip


def _of(state: State, kind: str, name: str) -> Any:
    try:
        return state[kind][name]
    except KeyError:
        raise Refusal(f"NotFound: there is no {name} among the {kind}") from None


# --- ecs ------------------------------------------------------------------------------------------


def _services(state: State, call: Asked) -> Answer:
    names = call.options["--services"]
    return {"services": [_service(name, _of(state, "services", name)) for name in names]}


def _service(name: str, one: Any) -> Answer:
    definition = f"{ARN}task-definition/{one['definition']}"
    deployment = {
        "id": f"ecs-svc/{one['deployment']}", "status": "PRIMARY", "taskDefinition": definition,
        "desiredCount": one["desired"], "runningCount": one["desired"], "pendingCount": 0,
        "rolloutState": "COMPLETED",
    }  # fmt: skip
    return {
        "serviceName": name, "status": "ACTIVE", "taskDefinition": definition,
        "desiredCount": one["desired"], "runningCount": one["desired"], "pendingCount": 0,
        "deployments": [deployment],
    }  # fmt: skip


def _update_service(state: State, call: Asked) -> Answer:
    one = _of(state, "services", call.one("--service"))
    definition = call.one("--task-definition", one["definition"]).rpartition("/")[2]
    if call.has("--force-new-deployment") or definition != one["definition"]:
        one["deployment"] += 1
    one["definition"] = definition
    one["desired"] = int(call.one("--desired-count", str(one["desired"])))
    return {"service": _service(call.one("--service"), one)}


def _definitions(_state: State, call: Asked) -> Answer:
    family = call.one("--family-prefix")
    return {"taskDefinitionArns": [f"{ARN}task-definition/{family}:{n}" for n in (11, 10, 9)]}


def _run_task(state: State, call: Asked) -> Answer:
    state["tasks"].append(call.one("--task-definition"))
    return {"tasks": [{"taskArn": f"{ARN}task/town/{len(state['tasks'])}"}], "failures": []}


def _tasks(state: State, call: Asked) -> Answer:
    """A task of `town-broken` has stopped with an error; every other one runs."""
    known = {f"{ARN}task/town/{at}": name for at, name in enumerate(state["tasks"], 1)}
    asked = call.options["--tasks"]
    found = [_task(one, known[one]) for one in asked if one in known]
    missing = [{"arn": one, "reason": "MISSING"} for one in asked if one not in known]
    return {"tasks": found, "failures": missing}


def _task(arn: str, definition: str) -> Answer:
    if "broken" not in definition:
        return {"taskArn": arn, "lastStatus": "RUNNING"}
    return {"taskArn": arn, "lastStatus": "STOPPED", "containers": [{"exitCode": 1}],
            "stoppedReason": "Essential container in task exited"}  # fmt: skip


# --- ssm, secretsmanager --------------------------------------------------------------------------


def _parameters(state: State, call: Asked) -> Answer:
    found, missing = [], []
    for name in call.options["--names"]:
        if (one := state["parameters"].get(name)) is None:
            missing.append(name)
        else:
            found.append({"Name": name, "Type": one["type"], "Value": one["value"],
                          "Version": one["version"]})  # fmt: skip
    return {"Parameters": found, "InvalidParameters": missing}


def _parameter(state: State, call: Asked) -> Answer:
    name = call.one("--name")
    one = _of(state, "parameters", name)
    return {"Parameter": {"Name": name, "Type": one["type"], "Value": one["value"]}}


def _put_parameter(state: State, call: Asked) -> Answer:
    name, there = call.one("--name"), state["parameters"]
    if name in there and not call.has("--overwrite"):
        raise Refusal("ParameterAlreadyExists")
    before = there.get(name, {"version": 0, "type": "String"})
    there[name] = {"value": call.one("--value"), "version": before["version"] + 1,
                   "type": call.one("--type", before["type"])}  # fmt: skip
    return {"Version": there[name]["version"], "Tier": "Standard"}


def _delete_parameter(state: State, call: Asked) -> Answer:
    _of(state, "parameters", call.one("--name"))
    del state["parameters"][call.one("--name")]
    return {}


def _secret(state: State, call: Asked) -> Answer:
    one = _of(state, "secrets", call.one("--secret-id"))
    stages = {one["current"]: ["AWSCURRENT"]}
    if one["previous"]:
        stages[one["previous"]] = ["AWSPREVIOUS"]
    return {"Name": call.one("--secret-id"), "VersionIdsToStages": stages}


def _put_secret(state: State, call: Asked) -> Answer:
    one = _of(state, "secrets", call.one("--secret-id"))
    if call.has("--secret-string"):
        one["versions"] += 1
        one["previous"], one["current"] = one["current"], f"id-{one['versions']}"
    return {"Name": call.one("--secret-id"), "VersionId": one["current"]}


def _move_stage(state: State, call: Asked) -> Answer:
    one = _of(state, "secrets", call.one("--secret-id"))
    to = call.one("--move-to-version-id")
    if call.one("--remove-from-version-id", one["current"]) != one["current"]:
        raise Refusal("InvalidParameterException: the label is on another version")
    if to != one["current"]:
        one["previous"], one["current"] = one["current"], to
    return {"Name": call.one("--secret-id")}


# --- rds ------------------------------------------------------------------------------------------

_DB = "--db-instance-identifier"


def _instances(state: State, call: Asked) -> Answer:
    name = call.one(_DB)
    one = _of(state, "instances", name)
    return {"DBInstances": [{
        "DBInstanceIdentifier": name, "DBInstanceStatus": "available",
        "DBInstanceClass": one["class"], "AllocatedStorage": one["storage"],
        "MultiAZ": one["multi"], "AvailabilityZone": one["zone"],
        "BackupRetentionPeriod": one["retention"], "PendingModifiedValues": {},
        "Endpoint": {"Address": f"{name}.town", "Port": 5432},
    }]}  # fmt: skip


def _modify_instance(state: State, call: Asked) -> Answer:
    one = _of(state, "instances", call.one(_DB))
    one["class"] = call.one("--db-instance-class", one["class"])
    one["storage"] = int(call.one("--allocated-storage", str(one["storage"])))
    one["retention"] = int(call.one("--backup-retention-period", str(one["retention"])))
    if call.has("--multi-az") or call.has("--no-multi-az"):
        one["multi"] = call.has("--multi-az")
    return {}


def _reboot(state: State, call: Asked) -> Answer:
    one = _of(state, "instances", call.one(_DB))
    one["restarts"] += 1
    if call.has("--force-failover"):
        one["zone"] = {"a": "b", "b": "a"}[one["zone"]]
    return {}


def _events(state: State, call: Asked) -> Answer:
    restarts = _of(state, "instances", call.one("--source-identifier"))["restarts"]
    return {"Events": [
        {"SourceType": call.one("--source-type"), "Message": message, "EventCategories": [kind],
         "SourceIdentifier": call.one("--source-identifier"),
         "Date": f"2026-01-01T00:{number:02}:{second:02}.000Z"}
        for number in range(restarts)
        for second, message, kind in (
            (0, "DB instance shutdown", "availability"),
            (9, "DB instance restarted", "availability"),
        )
    ]}  # fmt: skip


def _snapshots(state: State, call: Asked) -> Answer:
    of = [n for n, one in state["snapshots"].items() if one == call.one(_DB)]
    return {"DBSnapshots": [{"DBSnapshotIdentifier": n, "Status": "available"} for n in of]}


def _create_snapshot(state: State, call: Asked) -> Answer:
    name = call.one("--db-snapshot-identifier").lower()
    if name in state["snapshots"]:
        raise Refusal("DBSnapshotAlreadyExists")
    _of(state, "instances", call.one(_DB))
    state["snapshots"][name] = call.one(_DB)
    return {"DBSnapshot": {"DBSnapshotIdentifier": name, "Status": "creating"}}


def _restore(state: State, call: Asked) -> Answer:
    source = call.one("--source-db-instance-identifier")
    target = call.one("--target-db-instance-identifier")
    if target in state["instances"]:
        raise Refusal("DBInstanceAlreadyExists")
    state["instances"][target] = {**_of(state, "instances", source), "restarts": 0}
    return {"DBInstance": {"DBInstanceIdentifier": target, "DBInstanceStatus": "creating"}}


# --- elasticache ----------------------------------------------------------------------------------


def _caches(state: State, call: Asked) -> Answer:
    name = call.one("--cache-cluster-id")
    one = _of(state, "caches", name)
    return {"CacheClusters": [{
        "CacheClusterId": name, "CacheClusterStatus": "available", "CacheNodeType": one["node"],
        "NumCacheNodes": one["nodes"], "SnapshotRetentionLimit": one["kept"],
        "PendingModifiedValues": {},
    }]}  # fmt: skip


def _modify_cache(state: State, call: Asked) -> Answer:
    one = _of(state, "caches", call.one("--cache-cluster-id"))
    one["node"] = call.one("--cache-node-type", one["node"])
    one["nodes"] = int(call.one("--num-cache-nodes", str(one["nodes"])))
    one["kept"] = int(call.one("--snapshot-retention-limit", str(one["kept"])))
    return {}


def _groups(state: State, call: Asked) -> Answer:
    name = call.one("--replication-group-id")
    one = _of(state, "groups", name)
    return {"ReplicationGroups": [{
        "ReplicationGroupId": name, "Status": "available", "CacheNodeType": one["node"],
        "SnapshotRetentionLimit": one["kept"], "AutomaticFailover": one["failover"],
        "PendingModifiedValues": {},
    }]}  # fmt: skip


def _modify_group(state: State, call: Asked) -> Answer:
    one = _of(state, "groups", call.one("--replication-group-id"))
    one["node"] = call.one("--cache-node-type", one["node"])
    one["kept"] = int(call.one("--snapshot-retention-limit", str(one["kept"])))
    if call.has("--automatic-failover-enabled") or call.has("--no-automatic-failover-enabled"):
        on = call.has("--automatic-failover-enabled")
        one["failover"] = "enabled" if on else "disabled"
    return {}


# --- elbv2 ----------------------------------------------------------------------------------------


def _forward(to: str) -> list[Answer]:
    return [{"Type": "forward", "TargetGroupArn": f"{ELB}targetgroup/{to}"}]


def _group_in(text: str, otherwise: str) -> str:
    found = re.search(r"targetgroup/(\w+)", text)
    return found[1] if found else otherwise


def _listeners(state: State, call: Asked) -> Answer:
    one = state["listener"]
    return {"Listeners": [{
        "ListenerArn": call.one("--listener-arns"), "Port": one["port"], "Protocol": "HTTPS",
        "Certificates": [{"CertificateArn": one["certificate"]}], "SslPolicy": one["policy"],
        "DefaultActions": _forward(one["forward"]),
    }]}  # fmt: skip


def _modify_listener(state: State, call: Asked) -> Answer:
    one = state["listener"]
    one["forward"] = _group_in(call.one("--default-actions"), one["forward"])
    given = call.one("--certificates").rpartition("CertificateArn=")[2]
    one["certificate"] = given or one["certificate"]
    one["port"] = int(call.one("--port", str(one["port"])))
    one["policy"] = call.one("--ssl-policy", one["policy"])
    return {}


def _rules(state: State, call: Asked) -> Answer:
    actions = _forward(state["rule"]["forward"])
    return {"Rules": [{"RuleArn": call.one("--rule-arns"), "Actions": actions}]}


def _modify_rule(state: State, call: Asked) -> Answer:
    state["rule"]["forward"] = _group_in(call.one("--actions"), state["rule"]["forward"])
    return {}


# --- scaling, logs, alarms, schedules, ways in ----------------------------------------------------


def _targets(state: State, call: Asked) -> Answer:
    one = state["limits"]
    return {"ScalableTargets": [{
        "ServiceNamespace": "ecs", "ResourceId": call.one("--resource-ids"),
        "ScalableDimension": call.one("--scalable-dimension"),
        "MinCapacity": one["least"], "MaxCapacity": one["most"],
    }] if one else []}  # fmt: skip


def _register_target(state: State, call: Asked) -> Answer:
    one = state["limits"] or {"least": 0, "most": 0}
    state["limits"] = {
        "least": int(call.one("--min-capacity", str(one["least"]))),
        "most": int(call.one("--max-capacity", str(one["most"]))),
    }
    return {}


def _deregister_target(state: State, _call: Asked) -> Answer:
    state["limits"] = {}
    return {}


def _log_groups(state: State, call: Asked) -> Answer:
    prefix = call.one("--log-group-name-prefix")
    return {"logGroups": [
        {"logGroupName": name, **({"retentionInDays": days} if days else {})}
        for name, days in state["logs"].items() if name.startswith(prefix)
    ]}  # fmt: skip


def _retention(state: State, call: Asked) -> Answer:
    _of(state, "logs", call.one("--log-group-name"))
    days = call.one("--retention-in-days")
    state["logs"][call.one("--log-group-name")] = int(days) if days else None
    return {}


def _alarms(state: State, call: Asked) -> Answer:
    found = [
        {"AlarmName": name, "ActionsEnabled": state["alarms"][name]}
        for name in call.options["--alarm-names"]
    ]
    return {"MetricAlarms": found, "CompositeAlarms": []}


def _speak(on: bool) -> Callable[[State, Asked], Answer]:
    def do(state: State, call: Asked) -> Answer:
        for name in call.options["--alarm-names"]:
            state["alarms"][name] = on
        return {}

    return do


def _schedule(state: State, call: Asked) -> Answer:
    on = _of(state, "schedules", call.one("--name"))
    return {"Name": call.one("--name"), "State": "ENABLED" if on else "DISABLED"}


def _switch(on: bool) -> Callable[[State, Asked], Answer]:
    def do(state: State, call: Asked) -> Answer:
        _of(state, "schedules", call.one("--name"))
        state["schedules"][call.one("--name")] = on
        return {}

    return do


def _security_groups(state: State, call: Asked) -> Answer:
    one = {"GroupId": call.one("--group-ids"), "IpPermissions": state["ways"]}
    return {"SecurityGroups": [one]}


def _way(call: Asked) -> Answer:
    first, dash, last = call.one("--port").partition("-")
    return {"IpProtocol": call.one("--protocol"), "FromPort": int(first),
            "ToPort": int(last if dash else first),
            "IpRanges": [{"CidrIp": call.one("--cidr")}]}  # fmt: skip


def _authorize(state: State, call: Asked) -> Answer:
    if _way(call) in state["ways"]:
        raise Refusal("InvalidPermission.Duplicate")
    state["ways"].append(_way(call))
    return {"Return": True}


def _revoke(state: State, call: Asked) -> Answer:
    if _way(call) not in state["ways"]:
        raise Refusal("InvalidPermission.NotFound")
    state["ways"].remove(_way(call))
    return {"Return": True}


OPERATIONS: dict[tuple[str, str], Callable[[State, Asked], Answer]] = {
    ("application-autoscaling", "deregister-scalable-target"): _deregister_target,
    ("application-autoscaling", "describe-scalable-targets"): _targets,
    ("application-autoscaling", "register-scalable-target"): _register_target,
    ("cloudwatch", "describe-alarms"): _alarms,
    ("cloudwatch", "disable-alarm-actions"): _speak(False),
    ("cloudwatch", "enable-alarm-actions"): _speak(True),
    ("ec2", "authorize-security-group-ingress"): _authorize,
    ("ec2", "describe-security-groups"): _security_groups,
    ("ec2", "revoke-security-group-ingress"): _revoke,
    ("ecs", "describe-services"): _services,
    ("ecs", "list-task-definitions"): _definitions,
    ("ecs", "run-task"): _run_task,
    ("ecs", "describe-tasks"): _tasks,
    ("ecs", "update-service"): _update_service,
    ("elasticache", "describe-cache-clusters"): _caches,
    ("elasticache", "describe-replication-groups"): _groups,
    ("elasticache", "modify-cache-cluster"): _modify_cache,
    ("elasticache", "modify-replication-group"): _modify_group,
    ("elbv2", "describe-listeners"): _listeners,
    ("elbv2", "describe-rules"): _rules,
    ("elbv2", "modify-listener"): _modify_listener,
    ("elbv2", "modify-rule"): _modify_rule,
    ("events", "describe-rule"): _schedule,
    ("events", "disable-rule"): _switch(False),
    ("events", "enable-rule"): _switch(True),
    ("logs", "delete-retention-policy"): _retention,
    ("logs", "describe-log-groups"): _log_groups,
    ("logs", "put-retention-policy"): _retention,
    ("rds", "create-db-snapshot"): _create_snapshot,
    ("rds", "describe-db-instances"): _instances,
    ("rds", "describe-db-snapshots"): _snapshots,
    ("rds", "describe-events"): _events,
    ("rds", "modify-db-instance"): _modify_instance,
    ("rds", "reboot-db-instance"): _reboot,
    ("rds", "restore-db-instance-to-point-in-time"): _restore,
    ("secretsmanager", "describe-secret"): _secret,
    ("secretsmanager", "put-secret-value"): _put_secret,
    ("secretsmanager", "update-secret"): _put_secret,
    ("secretsmanager", "update-secret-version-stage"): _move_stage,
    ("ssm", "delete-parameter"): _delete_parameter,
    ("ssm", "get-parameter"): _parameter,
    ("ssm", "get-parameters"): _parameters,
    ("ssm", "put-parameter"): _put_parameter,
}


def same(one: State, other: State) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
