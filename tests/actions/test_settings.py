"""Actions that set values: read, done, settled and undone, on answers in the shape AWS gives them.

Each answer is held against botocore's model of the read, so that no field is made up.
"""

import json
import shlex
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from steadyhand.actions import Action, Observation, Settled, action_for, classify_argv
from steadyhand.lint.aws.known.models import installed
from steadyhand.lint.aws.known.names import operation_name
from steadyhand.model.effect import Effect

DONE, NOT_DONE, UNKNOWN = Observation.DONE, Observation.NOT_DONE, Observation.UNKNOWN
REACHED, MOVING, IGNORED = Settled.REACHED, Settled.MOVING, Settled.IGNORED
State = dict[str, str]


def argv(text: str) -> tuple[str, ...]:
    return tuple(shlex.split(text))


def action(text: str) -> Action:
    found = action_for(argv(text))
    assert found is not None
    return found


@cache
def model(service: str) -> Mapping[str, Any]:
    models = installed()
    assert models is not None
    found = models.read(service, "service-2")
    assert found is not None
    return found


def fits(service: str, shape: str, value: object, where: str = "") -> None:
    """Fail for a member that the shape does not have, or a value of another type."""
    shapes = model(service)["shapes"]
    kind = shapes[shape]["type"]
    if isinstance(value, dict):
        for name, inner in value.items():
            assert kind in {"structure", "map"}, where
            if kind == "map":
                fits(service, shapes[shape]["value"]["shape"], inner, f"{where}.{name}")
            else:
                assert name in shapes[shape]["members"], f"{where}.{name}"
                fits(service, shapes[shape]["members"][name]["shape"], inner, f"{where}.{name}")
    elif isinstance(value, list):
        assert kind == "list", where
        for inner in value:
            fits(service, shapes[shape]["member"]["shape"], inner, f"{where}[]")
    else:
        expected = {
            bool: {"boolean"},
            int: {"integer", "long", "double"},
            str: {"string", "timestamp"},
        }
        assert kind in expected[type(value)], f"{where} is a {kind}"


def state(text: str, answer: dict[str, Any]) -> State:
    """Give what an action reads from an answer, which its read could have given."""
    reading = action(text).before(argv(text))
    assert reading is not None
    assert classify_argv(reading).effect is Effect.READ
    operations = model(reading[1])["operations"]
    asked = next(o for name, o in operations.items() if operation_name(name) == reading[2])
    fits(reading[1], asked["output"]["shape"], answer)
    return action(text).state(json.dumps(answer), argv(text))


def check(
    text: str, before: State, now: State, doubt: Observation, settled: Settled, say: str = ""
) -> None:
    """Ask an action about a call: was it done, and has it taken effect."""
    known = action(text)
    assert known.done(argv(text), before, now) is doubt
    found, why = known.settled(argv(text), before, now)
    assert found is settled, why
    assert say in why


def undo(text: str, before: State) -> str | None:
    """Give the way back; it has to be a change that is known, and is read as what it is."""
    back = action(text).undo(argv(text), before)
    if back is None:
        return None
    assert classify_argv(back).effect > Effect.READ
    assert not classify_argv(back).reason.startswith("unknown")
    return shlex.join(back)


# --- elbv2 ----------------------------------------------------------------------------------------

ELB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:"
BLUE, GREEN = f"{ELB}targetgroup/blue/1", f"{ELB}targetgroup/green/2"
LISTENER = f"aws elbv2 modify-listener --listener-arn {ELB}listener/app/shop/1/2 "
TO_GREEN = f"{LISTENER}--default-actions Type=forward,TargetGroupArn={GREEN}"


def listener(group: str = BLUE, certificate: str = "c1", **more: Any) -> State:
    body = {
        "ListenerArn": f"{ELB}listener/app/shop/1/2",
        "Port": 443,
        "Protocol": "HTTPS",
        "Certificates": [{"CertificateArn": certificate}],
        "SslPolicy": "old",
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}],
        **more,
    }
    return state(TO_GREEN, {"Listeners": [body]})


def test_a_listener_is_switched_and_switched_back() -> None:
    known = action(TO_GREEN)
    assert known.resource(argv(TO_GREEN)) == "load balancer's listener/app/shop/1/2"
    assert known.after(argv(TO_GREEN), listener()) == {"forwards to": GREEN}
    check(TO_GREEN, listener(), listener(GREEN), DONE, REACHED, "green")
    check(TO_GREEN, listener(), listener(), NOT_DONE, IGNORED, "blue")
    check(TO_GREEN, listener(), listener(f"{ELB}targetgroup/other/3"), UNKNOWN, MOVING)
    check(TO_GREEN, listener(GREEN), listener(GREEN), NOT_DONE, REACHED)
    check(TO_GREEN, {}, listener(GREEN), UNKNOWN, REACHED)
    back = f"{LISTENER}--default-actions Type=forward,TargetGroupArn={BLUE}"
    assert undo(TO_GREEN, listener()) == back
    assert undo(TO_GREEN, listener(GREEN)) is None  # it was there already


def test_a_listener_with_weights_a_certificate_or_another_action() -> None:
    groups = [{"TargetGroupArn": BLUE, "Weight": 90}, {"TargetGroupArn": GREEN, "Weight": 10}]
    forward = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
    weighted = f"{LISTENER}--default-actions {shlex.quote(json.dumps(forward))}"
    now = listener(DefaultActions=forward)
    check(weighted, listener(), now, DONE, REACHED)
    back = undo(TO_GREEN, now)
    assert back is not None
    again = action(back).after(argv(back), {})
    assert again == {"forwards to": now["forwards to"]}
    certificate = f"{LISTENER}--certificates CertificateArn=c2"
    check(certificate, listener(), listener(certificate="c2"), DONE, REACHED)
    assert undo(certificate, listener()) == f"{LISTENER}--certificates CertificateArn=c1"
    fixed = listener(DefaultActions=[{"Type": "fixed-response"}])
    assert fixed["forwards to"] == "nothing, it is a fixed-response"
    assert undo(TO_GREEN, fixed) is None
    other = f"{LISTENER}--default-actions Type=fixed-response"
    assert action(other).before(argv(other)) is None


def test_a_rule_is_switched_and_switched_back() -> None:
    rule = "aws elbv2 modify-rule --rule-arn r --region eu-west-1 --actions "
    text = f"{rule}Type=forward,TargetGroupArn={GREEN}"

    def of(group: str) -> State:
        actions = [{"Type": "forward", "TargetGroupArn": group}]
        return state(text, {"Rules": [{"RuleArn": "r", "Actions": actions}]})

    check(text, of(BLUE), of(GREEN), DONE, REACHED)
    check(text, of(BLUE), of(BLUE), NOT_DONE, IGNORED)
    assert undo(text, of(BLUE)) == (
        f"aws elbv2 modify-rule --rule-arn r --actions Type=forward,TargetGroupArn={BLUE} "
        "--region eu-west-1"
    )


# --- ssm ------------------------------------------------------------------------------------------

PUT = "aws ssm put-parameter --name /shop/ml --value false --overwrite "


def parameter(value: str | None, version: int = 3, kind: str = "String") -> State:
    if value is None:
        return state(PUT, {"Parameters": [], "InvalidParameters": ["/shop/ml"]})
    body = {"Name": "/shop/ml", "Type": kind, "Value": value, "Version": version}
    return state(PUT, {"Parameters": [body], "InvalidParameters": []})


def test_a_parameter_is_set_and_set_back() -> None:
    check(PUT, parameter("true"), parameter("false", 4), DONE, REACHED, "version 4")
    check(PUT, parameter("true"), parameter("true"), NOT_DONE, IGNORED, "version 3")
    check(PUT, parameter("true"), parameter("true", 4), UNKNOWN, MOVING)  # somebody else's
    check(PUT, parameter("true"), parameter("false", 5), UNKNOWN, REACHED)
    check(PUT, parameter(None), parameter("false", 1), DONE, REACHED)
    back = "aws ssm put-parameter --name /shop/ml --value true --type String --overwrite"
    assert undo(PUT, parameter("true")) == back
    assert undo(PUT, parameter(None)) == "aws ssm delete-parameter --name /shop/ml"
    assert action(PUT).after(argv(PUT), parameter("true"))["value"] == "false"


def test_a_parameter_is_deleted_and_put_back() -> None:
    delete = "aws ssm delete-parameter --name /shop/ml"
    check(delete, parameter("true"), parameter(None), DONE, REACHED, "parameter /shop/ml is gone")
    check(delete, parameter("true"), parameter("true"), NOT_DONE, IGNORED, "still there, version 3")
    check(delete, parameter("true"), parameter("false", 4), UNKNOWN, MOVING)  # somebody else's
    check(delete, parameter(None), parameter(None), NOT_DONE, REACHED)
    assert undo(delete, parameter("true")) == (
        "aws ssm put-parameter --name /shop/ml --value true --type String"
    )
    assert undo(delete, parameter("AQICAHh…", kind="SecureString")) is None


def test_of_a_secure_parameter_only_the_version_is_known() -> None:
    sealed = parameter("AQICAHh…", kind="SecureString")
    assert sealed == {"version": "3", "type": "SecureString"}
    check(PUT, sealed, parameter("AQICAHx…", 4, "SecureString"), DONE, REACHED)
    assert undo(PUT, sealed) is None
    assert action(PUT).after(argv(PUT), sealed)["value"] == "a new one"
    token = PUT.replace("false", "stk_" + "0" * 24)
    assert action(token).after(argv(token), parameter("true"))["value"] == "a new one"


# --- rds ------------------------------------------------------------------------------------------

REBOOT = "aws rds reboot-db-instance --db-instance-identifier d "
SNAPSHOT = "aws rds create-db-snapshot --db-instance-identifier d --db-snapshot-identifier Before-1"


FORCED = f"{REBOOT}--force-failover"


def instance(status: str = "available", zone: str = "a") -> State:
    body = {"DBInstanceIdentifier": "d", "DBInstanceStatus": status, "AvailabilityZone": zone}
    return state(FORCED, {"DBInstances": [body]})


def events(**at: int) -> State:
    """Give the state after events: what happened to the instance, and in which second."""
    told = [
        {"Message": f"DB instance {what}.", "Date": f"2026-01-01T00:00:{second:02}.000Z",
         "SourceIdentifier": "d", "SourceType": "db-instance", "EventCategories": ["availability"]}
        for what, second in at.items()
    ]  # fmt: skip
    return state(REBOOT, {"Events": told})


def test_a_restart_is_seen_by_the_events() -> None:
    before = events(shutdown=1, restarted=2)
    check(REBOOT, before, before, UNKNOWN, MOVING, "no restart is among the events")
    check(REBOOT, before, events(shutdown=3, restarted=2), DONE, MOVING, "not up again")
    check(REBOOT, before, events(shutdown=3, restarted=4), DONE, REACHED, "restarted at")
    check(REBOOT, events(), events(shutdown=3, restarted=4), DONE, REACHED)
    # The one before is too long ago to be listed.
    check(REBOOT, before, events(), UNKNOWN, MOVING)
    # What an earlier version wrote down before its deed.
    check(REBOOT, instance(), before, UNKNOWN, REACHED, "cannot be seen")


def test_a_failover_is_seen_by_the_zone() -> None:
    check(FORCED, instance(), instance(zone="b"), DONE, REACHED, "in b")
    check(FORCED, instance(), instance(), NOT_DONE, IGNORED, "still in a")
    check(FORCED, instance(), instance("rebooting"), DONE, MOVING)
    assert undo(REBOOT, instance()) is None


def snapshots(**statuses: str) -> State:
    bodies = [{"DBSnapshotIdentifier": n, "Status": s} for n, s in statuses.items()]
    return state(SNAPSHOT, {"DBSnapshots": bodies})


def test_a_snapshot_is_there_when_it_is_available() -> None:
    name = "before-1"  # RDS keeps names in small letters
    check(SNAPSHOT, snapshots(other="available"), snapshots(), NOT_DONE, IGNORED, "no snapshot")
    check(SNAPSHOT, snapshots(), snapshots(**{name: "creating"}), DONE, MOVING, "creating")
    check(SNAPSHOT, snapshots(), snapshots(**{name: "available"}), DONE, REACHED)
    taken = snapshots(**{name: "available"})
    check(SNAPSHOT, taken, taken, NOT_DONE, REACHED)
    assert undo(SNAPSHOT, snapshots()) is None


# --- elasticache ----------------------------------------------------------------------------------

CACHE = "aws elasticache modify-cache-cluster --cache-cluster-id r --cache-node-type big "


def cache_cluster(node: str = "small", status: str = "available", pending: str = "") -> State:
    body = {
        "CacheClusterId": "r",
        "CacheNodeType": node,
        "NumCacheNodes": 1,
        "CacheClusterStatus": status,
        "PendingModifiedValues": {"CacheNodeType": pending} if pending else {},
    }
    return state(CACHE, {"CacheClusters": [body]})


def test_a_cache_is_changed_and_changed_back() -> None:
    now = f"{CACHE}--apply-immediately"
    check(now, cache_cluster(), cache_cluster("big"), DONE, REACHED)
    check(now, cache_cluster(), cache_cluster("big", "modifying"), DONE, MOVING)
    check(now, cache_cluster(), cache_cluster(), NOT_DONE, IGNORED)
    check(now, cache_cluster(), cache_cluster(status="modifying"), UNKNOWN, MOVING)
    check(now, cache_cluster(), cache_cluster(pending="big"), DONE, MOVING)
    check(CACHE, cache_cluster(), cache_cluster(pending="big"), DONE, REACHED, "maintenance")
    back = "aws elasticache modify-cache-cluster --cache-cluster-id r --cache-node-type small"
    assert undo(now, cache_cluster()) == f"{back} --apply-immediately"
    assert undo(CACHE, cache_cluster()) == back
    assert undo(f"{CACHE}--engine-version 8.0", cache_cluster()) is None


def test_a_replication_group_is_changed_and_changed_back() -> None:
    text = (
        "aws elasticache modify-replication-group --replication-group-id r "
        "--automatic-failover-enabled --snapshot-retention-limit 7"
    )

    def group(failover: str, days: int) -> State:
        body = {
            "ReplicationGroupId": "r",
            "Status": "available",
            "AutomaticFailover": failover,
            "SnapshotRetentionLimit": days,
            "CacheNodeType": "small",
        }
        return state(text, {"ReplicationGroups": [body]})

    check(text, group("disabled", 1), group("enabled", 7), DONE, REACHED)
    check(text, group("disabled", 1), group("disabled", 7), UNKNOWN, MOVING, "not yet automatic")
    check(text, group("disabled", 1), group("disabled", 1), NOT_DONE, IGNORED)
    assert undo(text, group("disabled", 1)) == (
        "aws elasticache modify-replication-group --replication-group-id r "
        "--snapshot-retention-limit 1 --no-automatic-failover-enabled"
    )
    assert undo(text, group("enabled", 1)) == (
        "aws elasticache modify-replication-group --replication-group-id r "
        "--snapshot-retention-limit 1"
    )


# --- scaling, retention, alarms, rules, ways in ---------------------------------------------------

TARGET = (
    "--service-namespace ecs --resource-id service/c/s --scalable-dimension "
    "ecs:service:DesiredCount"
)
SCALE = f"aws application-autoscaling register-scalable-target {TARGET} --max-capacity 8"


def limits(*sizes: int) -> State:
    body = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/c/s",
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": sizes[0] if sizes else 0,
        "MaxCapacity": sizes[-1] if sizes else 0,
    }
    return state(SCALE, {"ScalableTargets": [body] if sizes else []})


def test_limits_of_scaling() -> None:
    check(SCALE, limits(2, 4), limits(2, 8), DONE, REACHED)
    check(SCALE, limits(2, 4), limits(2, 4), NOT_DONE, IGNORED)
    check(SCALE, limits(), limits(1, 8), DONE, REACHED)
    back = "aws application-autoscaling"
    assert undo(SCALE, limits(2, 4)) == f"{back} register-scalable-target {TARGET} --max-capacity 4"
    assert undo(SCALE, limits()) == f"{back} deregister-scalable-target {TARGET}"


def test_scaling_is_given_up_and_taken_up_again() -> None:
    give_up = f"aws application-autoscaling deregister-scalable-target {TARGET}"
    check(give_up, limits(2, 4), limits(), DONE, REACHED)
    check(give_up, limits(2, 4), limits(2, 4), NOT_DONE, IGNORED)
    assert undo(give_up, limits(2, 4)) == (
        f"aws application-autoscaling register-scalable-target {TARGET} "
        "--min-capacity 2 --max-capacity 4"
    )


KEEP = "aws logs put-retention-policy --log-group-name /g --retention-in-days 7"


def retention(days: int | None) -> State:
    body = {"logGroupName": "/g", **({"retentionInDays": days} if days else {})}
    return state(KEEP, {"logGroups": [{"logGroupName": "/g-other"}, body]})


def test_retention_of_logs() -> None:
    check(KEEP, retention(30), retention(7), DONE, REACHED)
    check(KEEP, retention(30), retention(30), NOT_DONE, IGNORED)
    assert undo(KEEP, retention(30)) == KEEP.replace(" 7", " 30")
    back = "aws logs delete-retention-policy --log-group-name /g"
    assert undo(KEEP, retention(None)) == back
    check(back, retention(7), retention(None), DONE, REACHED)
    assert undo(back, retention(7)) == KEEP


QUIET = "aws cloudwatch disable-alarm-actions --alarm-names a b"


def alarms(a: bool, b: bool) -> State:
    bodies = [{"AlarmName": "a", "ActionsEnabled": a}, {"AlarmName": "b", "ActionsEnabled": b}]
    return state(QUIET, {"MetricAlarms": bodies[:1], "CompositeAlarms": bodies[1:]})


def test_actions_of_alarms() -> None:
    check(QUIET, alarms(True, True), alarms(False, False), DONE, REACHED)
    check(QUIET, alarms(True, True), alarms(False, True), UNKNOWN, MOVING, "not yet actions of b")
    check(QUIET, alarms(True, True), alarms(True, True), NOT_DONE, IGNORED)
    loud = "aws cloudwatch enable-alarm-actions --alarm-names"
    assert undo(QUIET, alarms(True, True)) == f"{loud} a b"
    assert undo(QUIET, alarms(False, True)) == f"{loud} b"  # a was quiet before


@pytest.mark.parametrize(
    ("operation", "was", "to", "opposite"),
    [
        ("disable-rule", "ENABLED", "DISABLED", "enable-rule"),
        ("enable-rule", "DISABLED", "ENABLED", "disable-rule"),
    ],
)
def test_rules_of_events(operation: str, was: str, to: str, opposite: str) -> None:
    text = f"aws events {operation} --name nightly --event-bus-name b"
    before, after = (state(text, {"Name": "nightly", "State": one}) for one in (was, to))
    check(text, before, after, DONE, REACHED)
    check(text, before, before, NOT_DONE, IGNORED)
    assert undo(text, before) == f"aws events {opposite} --name nightly --event-bus-name b"


OPEN = "aws ec2 authorize-security-group-ingress --group-id sg-1 "
PORT = "--protocol tcp --port 443 --cidr 10.0.0.0/8"


def ways(*there: dict[str, Any], text: str = OPEN + PORT) -> State:
    return state(text, {"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": list(there)}]})


WEB: dict[str, Any] = {
    "IpProtocol": "tcp",
    "FromPort": 443,
    "ToPort": 443,
    "IpRanges": [{"CidrIp": "192.168.0.0/16"}, {"CidrIp": "10.0.0.0/8"}],
}
OTHER = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": "1"}]}


def test_ways_into_a_security_group() -> None:
    text = OPEN + PORT
    check(text, ways(OTHER), ways(OTHER, WEB), DONE, REACHED)
    check(text, ways(OTHER), ways(OTHER), NOT_DONE, IGNORED)
    closes = text.replace("authorize", "revoke")
    assert undo(text, ways()) == closes
    assert undo(text, ways(WEB)) is None  # it was open before, so it stays
    check(closes, ways(WEB), ways(), DONE, REACHED)
    assert undo(closes, ways(WEB)) == text
    everything = f"{OPEN}--protocol all --source-group sg-2"
    check(everything, ways(text=everything), ways(OTHER, text=everything), DONE, REACHED)
    ping = f"{OPEN}--protocol icmp --port -1 --cidr 10.0.0.0/8"
    answers = {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": WEB["IpRanges"]}
    check(ping, ways(text=ping), ways(answers, text=ping), DONE, REACHED)
    span = f"{OPEN}--protocol tcp --port 1000-2000 --cidr 10.0.0.0/8"
    high = {**WEB, "FromPort": 1000, "ToPort": 2000}
    check(span, ways(WEB, text=span), ways(WEB, high, text=span), DONE, REACHED)
    given = json.dumps([{**WEB, "IpRanges": WEB["IpRanges"][1:]}])
    as_json = f"{OPEN}--ip-permissions {shlex.quote(given)}"
    check(as_json, ways(text=as_json), ways(WEB, text=as_json), DONE, REACHED)
    several = f"{OPEN}--ip-permissions {shlex.quote(json.dumps([WEB]))}"
    assert action(several).before(argv(several)) is None


# --- secretsmanager -------------------------------------------------------------------------------

PUT_SECRET = "aws secretsmanager put-secret-value --secret-id s --secret-string x"


def secret(text: str = PUT_SECRET, **stages: list[str]) -> State:
    return state(text, {"Name": "s", "VersionIdsToStages": stages})


def test_a_secret_goes_back_to_the_version_before() -> None:
    before = secret(v1=["AWSCURRENT"])
    now = secret(v1=["AWSPREVIOUS"], v2=["AWSCURRENT"])
    known, call = action(PUT_SECRET), argv(PUT_SECRET)
    assert known.undo(call, before) is None  # which version is the new one, nobody knows yet
    assert known.undo_made is not None
    back = known.undo_made(call, before, now)
    assert back is not None
    text = shlex.join(back)
    assert text == (
        "aws secretsmanager update-secret-version-stage --secret-id s --version-stage AWSCURRENT "
        "--move-to-version-id v1 --remove-from-version-id v2"
    )
    # Somebody has given it another value since, or nothing has happened.
    later = secret(v2=["AWSPREVIOUS"], v3=["AWSCURRENT"])
    assert known.undo_made(call, before, later) is None
    assert known.undo_made(call, before, before) is None
    assert known.undo_made(call, before, {}) is None
    # The way back is an action itself: seen, and it has a way back.
    mended = secret(text, v1=["AWSCURRENT"], v2=["AWSPREVIOUS"])
    check(text, now, mended, DONE, REACHED, "v1")
    check(text, now, now, NOT_DONE, IGNORED)
    assert undo(text, now) == (
        "aws secretsmanager update-secret-version-stage --secret-id s --version-stage AWSCURRENT "
        "--move-to-version-id v2 --remove-from-version-id v1"
    )
