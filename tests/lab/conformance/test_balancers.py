"""Elastic Load Balancing: what it refuses; targets and their health, listeners and their rules."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from tests.lab.conformance.asking import Case, Ground, named
from tests.lab.running_lab import eventually

pytestmark = pytest.mark.lab

API = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_"
GUIDE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
VALIDATION, CONFIGURATION = "ValidationError", "InvalidConfigurationRequest"
NO_GROUP, NO_BALANCER = "TargetGroupNotFound", "LoadBalancerNotFound"
NO_LISTENER, NO_RULE = "ListenerNotFound", "RuleNotFound"

ELB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:"
GROUP = {"TargetGroupArn": ELB + "targetgroup/absent/0123456789abcdef"}
BALANCER = {"LoadBalancerArn": ELB + "loadbalancer/app/absent/0123456789abcdef"}
LISTENER = {"ListenerArn": ELB + "listener/app/absent/0123456789abcdef/0123456789abcdef"}
RULE = {"RuleArn": ELB + "listener-rule/app/absent/0123456789abcdef/0123456789abcdef/0123"}
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
FORWARD = [{"Type": "forward", "TargetGroupArn": "{group}"}]
PATH = [{"Field": "path-pattern", "Values": ["/c/*"]}]
NEW_GROUP: dict[str, Any] = {
    "Name": "c-new", "Protocol": "HTTP", "Port": 8000, "VpcId": "{vpc}", "TargetType": "ip",
}  # fmt: skip
NEW_BALANCER: dict[str, Any] = {"Name": "c-new", "Subnets": ["{subnet}", "{subnet_2}"]}
NEW_RULE = {"ListenerArn": "{listener}", "Priority": 40000, "Conditions": PATH, "Actions": FORWARD}
ON = {"ListenerArn": "{listener}"}
IN_GROUP = {"TargetGroupArn": "{group}"}

CREATE_GROUP, MODIFY_GROUP = API + "CreateTargetGroup.html", API + "ModifyTargetGroup.html"
GROUPS: list[Case] = [
    ("CreateTargetGroup", {**NEW_GROUP, "Name": "x" * 33}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "Name": "-leading"}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "Name": "under_score"}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "Name": None}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "Protocol": None}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "Protocol": "GOPHER"}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "Port": 70000}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "Port": None}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "VpcId": None}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "VpcId": "vpc-xxx"}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "TargetType": "task"}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "HealthCheckIntervalSeconds": 4}, VALIDATION,
     GUIDE + "target-group-health-checks.html"),
    ("CreateTargetGroup", {**NEW_GROUP, "HealthCheckIntervalSeconds": 301}, VALIDATION,
     GUIDE + "target-group-health-checks.html"),
    ("CreateTargetGroup", {**NEW_GROUP, "HealthCheckTimeoutSeconds": 121}, VALIDATION,
     GUIDE + "target-group-health-checks.html"),
    ("CreateTargetGroup", {**NEW_GROUP, "HealthCheckTimeoutSeconds": 40,
                           "HealthCheckIntervalSeconds": 30}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "HealthyThresholdCount": 1}, VALIDATION,
     GUIDE + "target-group-health-checks.html"),
    ("CreateTargetGroup", {**NEW_GROUP, "UnhealthyThresholdCount": 11}, VALIDATION,
     GUIDE + "target-group-health-checks.html"),
    ("CreateTargetGroup", {**NEW_GROUP, "HealthCheckPath": "health"}, VALIDATION, CREATE_GROUP),
    ("CreateTargetGroup", {**NEW_GROUP, "Matcher": {"HttpCode": "700"}}, VALIDATION,
     API + "Matcher.html"),
    ("ModifyTargetGroup", GROUP, NO_GROUP, MODIFY_GROUP),
    ("ModifyTargetGroup", {**IN_GROUP, "HealthCheckIntervalSeconds": 3}, VALIDATION, MODIFY_GROUP),
    ("ModifyTargetGroup", {**IN_GROUP, "HealthyThresholdCount": 11}, VALIDATION, MODIFY_GROUP),
    ("DeleteTargetGroup", IN_GROUP, "ResourceInUse", API + "DeleteTargetGroup.html"),
    ("DeleteTargetGroup", {"TargetGroupArn": "nonsense"}, VALIDATION,
     API + "DeleteTargetGroup.html"),
    ("DescribeTargetGroups", {"Names": ["absent"]}, NO_GROUP, API + "DescribeTargetGroups.html"),
    ("DescribeTargetGroups", {"TargetGroupArns": [GROUP["TargetGroupArn"]]}, NO_GROUP,
     API + "DescribeTargetGroups.html"),
    ("DescribeTargetGroups", {"TargetGroupArns": ["nonsense"]}, VALIDATION,
     API + "DescribeTargetGroups.html"),
    ("DescribeTargetGroups", {**BALANCER}, NO_BALANCER, API + "DescribeTargetGroups.html"),
    ("DescribeTargetGroups", {"PageSize": 401}, VALIDATION, API + "DescribeTargetGroups.html"),
    ("DescribeTargetHealth", GROUP, NO_GROUP, API + "DescribeTargetHealth.html"),
    ("DescribeTargetHealth", {}, VALIDATION, API + "DescribeTargetHealth.html"),
    ("DescribeTargetHealth", {"TargetGroupArn": "<green-target-group-arn>"}, VALIDATION,
     API + "DescribeTargetHealth.html"),
    ("DescribeTargetHealth", {**IN_GROUP, "Targets": [{"Id": "10.9.9.9"}]}, "",
     API + "DescribeTargetHealth.html"),
    ("RegisterTargets", {**GROUP, "Targets": [{"Id": "127.0.0.1"}]}, NO_GROUP,
     API + "RegisterTargets.html"),
    ("RegisterTargets", {**IN_GROUP, "Targets": [{"Id": "no-address"}]}, VALIDATION,
     API + "RegisterTargets.html"),
    ("RegisterTargets", {**IN_GROUP, "Targets": [{"Id": "8.8.8.8"}]}, VALIDATION,
     API + "RegisterTargets.html"),
    ("RegisterTargets", {**IN_GROUP, "Targets": [{"Id": "127.0.0.1", "Port": 70000}]}, VALIDATION,
     API + "TargetDescription.html"),
    ("DeregisterTargets", {**GROUP, "Targets": [{"Id": "127.0.0.1"}]}, NO_GROUP,
     API + "DeregisterTargets.html"),
    ("DescribeTargetGroupAttributes", GROUP, NO_GROUP, API + "DescribeTargetGroupAttributes.html"),
    ("ModifyTargetGroupAttributes", {**IN_GROUP, "Attributes": [
        {"Key": "deregistration_delay.timeout_seconds", "Value": "3601"}]}, CONFIGURATION,
     API + "TargetGroupAttribute.html"),
    ("ModifyTargetGroupAttributes", {**IN_GROUP, "Attributes": [
        {"Key": "colour", "Value": "red"}]}, CONFIGURATION, API + "TargetGroupAttribute.html"),
]  # fmt: skip

CREATE_LISTENER, MODIFY_LISTENER = API + "CreateListener.html", API + "ModifyListener.html"
CREATE_RULE = API + "CreateRule.html"
AT: dict[str, Any] = {
    "LoadBalancerArn": "{balancer}", "Protocol": "HTTP", "Port": 8099, "DefaultActions": FORWARD,
}  # fmt: skip
LISTENERS: list[Case] = [
    ("CreateListener", {**AT, **BALANCER}, NO_BALANCER, CREATE_LISTENER),
    ("CreateListener", {**AT, "Port": 8088}, "DuplicateListener", CREATE_LISTENER),
    ("CreateListener", {**AT, "Port": 0}, VALIDATION, CREATE_LISTENER),
    ("CreateListener", {**AT, "Port": 65536}, VALIDATION, CREATE_LISTENER),
    ("CreateListener", {**AT, "Protocol": "GOPHER"}, VALIDATION, CREATE_LISTENER),
    ("CreateListener", {**AT, "Protocol": "TCP"}, VALIDATION, CREATE_LISTENER),
    ("CreateListener", {**AT, "DefaultActions": []}, VALIDATION, CREATE_LISTENER),
    ("CreateListener", {**AT, "DefaultActions": [{"Type": "forward", **GROUP}]}, NO_GROUP,
     CREATE_LISTENER),
    ("CreateListener", {**AT, "DefaultActions": [{"Type": "drop"}]}, VALIDATION,
     API + "Action.html"),
    ("CreateListener", {**AT, "Protocol": "HTTPS"}, VALIDATION, CREATE_LISTENER),
    ("CreateListener", {**AT, "Protocol": "HTTPS", "Certificates": [
        {"CertificateArn": CERTIFICATE}]}, "CertificateNotFound", CREATE_LISTENER),
    ("ModifyListener", {**LISTENER, "DefaultActions": FORWARD}, NO_LISTENER, MODIFY_LISTENER),
    ("ModifyListener", {"ListenerArn": "<listener-arn>", "DefaultActions": FORWARD}, VALIDATION,
     MODIFY_LISTENER),
    ("ModifyListener", {**ON, "DefaultActions": [{"Type": "forward", **GROUP}]}, NO_GROUP,
     MODIFY_LISTENER),
    ("ModifyListener", {**ON, "DefaultActions": [
        {"Type": "forward", "TargetGroupArn": "<green-target-group-arn>"}]}, VALIDATION,
     MODIFY_LISTENER),
    ("ModifyListener", {**ON, "DefaultActions": FORWARD}, "", MODIFY_LISTENER),
    ("ModifyListener", {**ON, "Certificates": [{"CertificateArn": CERTIFICATE}]}, VALIDATION,
     MODIFY_LISTENER),
    ("ModifyListener", {**ON, "Port": 70000}, VALIDATION, MODIFY_LISTENER),
    ("DescribeListeners", {}, VALIDATION, API + "DescribeListeners.html"),
    ("DescribeListeners", {"ListenerArns": [LISTENER["ListenerArn"]]}, NO_LISTENER,
     API + "DescribeListeners.html"),
    ("DescribeListeners", BALANCER, NO_BALANCER, API + "DescribeListeners.html"),
    ("DeleteListener", LISTENER, NO_LISTENER, API + "DeleteListener.html"),
    ("CreateRule", {**NEW_RULE, **LISTENER}, NO_LISTENER, CREATE_RULE),
    ("CreateRule", {**NEW_RULE, "Priority": 0}, VALIDATION, CREATE_RULE),
    ("CreateRule", {**NEW_RULE, "Priority": 50001}, VALIDATION, CREATE_RULE),
    ("CreateRule", {**NEW_RULE, "Conditions": [{"Field": "colour", "Values": ["red"]}]},
     VALIDATION, API + "RuleCondition.html"),
    ("CreateRule", {**NEW_RULE, "Conditions": [{"Field": "path-pattern", "Values": []}]},
     VALIDATION, API + "RuleCondition.html"),
    ("CreateRule", {**NEW_RULE, "Conditions": [
        {"Field": "path-pattern", "Values": ["/" + "x" * 128]}]}, VALIDATION,
     API + "PathPatternConditionConfig.html"),
    ("CreateRule", {**NEW_RULE, "Actions": [{"Type": "forward", **GROUP}]}, NO_GROUP, CREATE_RULE),
    ("CreateRule", {**NEW_RULE, "Actions": []}, VALIDATION, CREATE_RULE),
    ("DescribeRules", LISTENER, NO_LISTENER, API + "DescribeRules.html"),
    ("DescribeRules", {}, VALIDATION, API + "DescribeRules.html"),
    ("ModifyRule", {**RULE, "Conditions": PATH}, NO_RULE, API + "ModifyRule.html"),
    ("DeleteRule", RULE, NO_RULE, API + "DeleteRule.html"),
    ("SetRulePriorities", {"RulePriorities": [{**RULE, "Priority": 1}]}, NO_RULE,
     API + "SetRulePriorities.html"),
]  # fmt: skip

CREATE = API + "CreateLoadBalancer.html"
BALANCERS: list[Case] = [
    ("CreateLoadBalancer", {**NEW_BALANCER, "Name": "x" * 33}, VALIDATION, CREATE),
    ("CreateLoadBalancer", {**NEW_BALANCER, "Name": "internal-mine"}, VALIDATION, CREATE),
    ("CreateLoadBalancer", {**NEW_BALANCER, "Name": "ends-"}, VALIDATION, CREATE),
    ("CreateLoadBalancer", {**NEW_BALANCER, "Subnets": ["{subnet}"]}, VALIDATION, CREATE),
    ("CreateLoadBalancer", {**NEW_BALANCER, "Subnets": ["subnet-xxx", "{subnet}"]},
     "SubnetNotFound", CREATE),
    ("CreateLoadBalancer", {**NEW_BALANCER, "SecurityGroups": ["sg-xxx"]},
     "InvalidSecurityGroup", CREATE),
    ("CreateLoadBalancer", {**NEW_BALANCER, "Scheme": "private"}, VALIDATION, CREATE),
    ("CreateLoadBalancer", {**NEW_BALANCER, "Type": "classic"}, VALIDATION, CREATE),
    ("DescribeLoadBalancers", {"Names": ["absent"]}, NO_BALANCER,
     API + "DescribeLoadBalancers.html"),
    ("DescribeLoadBalancers", {"Names": ["x"] * 21}, VALIDATION,
     API + "DescribeLoadBalancers.html"),
    ("DescribeLoadBalancers", {"LoadBalancerArns": ["nonsense"]}, VALIDATION,
     API + "DescribeLoadBalancers.html"),
    ("DescribeLoadBalancers", {"PageSize": 0}, VALIDATION, API + "DescribeLoadBalancers.html"),
    ("DescribeLoadBalancerAttributes", BALANCER, NO_BALANCER,
     API + "DescribeLoadBalancerAttributes.html"),
    ("ModifyLoadBalancerAttributes", {"LoadBalancerArn": "{balancer}", "Attributes": [
        {"Key": "colour", "Value": "red"}]}, CONFIGURATION, API + "LoadBalancerAttribute.html"),
    ("ModifyLoadBalancerAttributes", {"LoadBalancerArn": "{balancer}", "Attributes": [
        {"Key": "idle_timeout.timeout_seconds", "Value": "4001"}]}, CONFIGURATION,
     API + "LoadBalancerAttribute.html"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "asked", "code", "page"), named([*GROUPS, *LISTENERS, *BALANCERS])
)
def test_it_answers_as_elastic_load_balancing_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("elbv2", (operation, asked, code, page))


@pytest.fixture
def group(ground: Ground) -> Iterator[str]:
    """A target group of a test's own."""
    made = ground.answer("elbv2", "CreateTargetGroup", **{**NEW_GROUP, "Name": "c-own"})
    arn = made["TargetGroups"][0]["TargetGroupArn"]
    yield arn
    ground.answer("elbv2", "DeleteTargetGroup", TargetGroupArn=arn)


def health(ground: Ground, group: str, **target: Any) -> list[dict[str, Any]]:
    more = {"Targets": [target]} if target else {}
    answer = ground.answer("elbv2", "DescribeTargetHealth", TargetGroupArn=group, **more)
    rows: list[dict[str, Any]] = answer["TargetHealthDescriptions"]
    return rows


def test_a_new_group_has_the_documents_defaults(ground: Ground, group: str) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"""
    answer = ground.answer("elbv2", "DescribeTargetGroups", TargetGroupArns=[group])
    (told,) = answer["TargetGroups"]
    assert told["HealthCheckIntervalSeconds"] == 30
    assert told["HealthCheckTimeoutSeconds"] == 5
    assert (told["HealthyThresholdCount"], told["UnhealthyThresholdCount"]) == (5, 2)
    assert (told["HealthCheckPath"], told["Matcher"]) == ("/", {"HttpCode": "200"})
    assert (told["HealthCheckPort"], told["HealthCheckProtocol"]) == ("traffic-port", "HTTP")


def test_a_group_of_the_same_name_with_other_settings_is_refused(
    ground: Ground, group: str
) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"""
    assert group.partition(":targetgroup/")[2].startswith("c-own/")
    other = {**NEW_GROUP, "Name": "c-own", "Port": 9000}
    assert ground.refusal("elbv2", "CreateTargetGroup", **other) == "DuplicateTargetGroupName"


def test_a_target_that_nobody_asks_for_is_unused(ground: Ground, group: str) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html"""
    target = {"Id": "127.0.0.1", "Port": 9}
    ground.answer("elbv2", "RegisterTargets", TargetGroupArn=group, Targets=[target])
    (row,) = eventually(lambda: health(ground, group))
    assert row["Target"]["Id"] == "127.0.0.1"
    assert row["TargetHealth"]["State"] == "unused"
    assert row["TargetHealth"]["Reason"] == "Target.NotInUse"
    ground.answer("elbv2", "DeregisterTargets", TargetGroupArn=group, Targets=[target])
    eventually(lambda: health(ground, group) == [])


def test_a_target_that_is_not_registered_is_unused_too(ground: Ground) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html"""
    (row,) = health(ground, "{group}", Id="127.250.0.1", Port=8000)
    assert row["TargetHealth"]["State"] == "unused"
    assert row["TargetHealth"]["Reason"] == "Target.NotRegistered"


def test_what_runs_is_healthy_and_says_no_reason(ground: Ground) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"""
    rows = eventually(
        lambda: [
            row for row in health(ground, "{group}") if row["TargetHealth"]["State"] == "healthy"
        ]
    )
    assert rows[0]["TargetHealth"] == {"State": "healthy"}
    assert rows[0]["HealthCheckPort"] == str(rows[0]["Target"]["Port"])


def fetched(ground: Ground, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(ground.lab.contract["url"] + path, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_a_rule_sends_its_path_elsewhere_until_it_is_deleted(ground: Ground, group: str) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html"""
    before = fetched(ground, "/c/rule")[0]
    rule = {
        "ListenerArn": "{listener}",
        "Priority": 77,
        "Conditions": [{"Field": "path-pattern", "Values": ["/c/*"]}],
        "Actions": [{"Type": "forward", "TargetGroupArn": group}],
    }
    made = ground.answer("elbv2", "CreateRule", **rule)["Rules"][0]
    assert (made["Priority"], made["IsDefault"]) == ("77", False)
    assert ground.refusal("elbv2", "CreateRule", **rule) == "PriorityInUse"
    # The group has no target: that is a 503 of the load balancer's own.
    eventually(lambda: fetched(ground, "/c/rule")[0] == 503)
    assert ground.refusal("elbv2", "DeleteTargetGroup", TargetGroupArn=group) == "ResourceInUse"
    ground.answer("elbv2", "DeleteRule", RuleArn=made["RuleArn"])
    eventually(lambda: fetched(ground, "/c/rule")[0] == before)


def test_the_default_rule_is_there_and_stays(ground: Ground) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteRule.html"""
    rules = ground.answer("elbv2", "DescribeRules", ListenerArn="{listener}")["Rules"]
    default = rules[-1]
    assert (default["Priority"], default["IsDefault"]) == ("default", True)
    refused = ground.refusal("elbv2", "DeleteRule", RuleArn=default["RuleArn"])
    assert refused == "OperationNotPermitted"


def test_a_balancer_lives_from_provisioning_to_its_end(ground: Ground) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerState.html"""
    made = ground.answer("elbv2", "CreateLoadBalancer", **{**NEW_BALANCER, "Name": "c-own"})
    (balancer,) = made["LoadBalancers"]
    arn = balancer["LoadBalancerArn"]
    assert balancer["State"]["Code"] == "provisioning"
    assert balancer["DNSName"].endswith(".us-east-1.elb.amazonaws.com")

    def state() -> str:
        told = ground.answer("elbv2", "DescribeLoadBalancers", LoadBalancerArns=[arn])
        return str(told["LoadBalancers"][0]["State"]["Code"])

    eventually(lambda: state() == "active")
    other = {**NEW_BALANCER, "Name": "c-own", "Scheme": "internal"}
    assert ground.refusal("elbv2", "CreateLoadBalancer", **other) == "DuplicateLoadBalancerName"
    ground.answer("elbv2", "DeleteLoadBalancer", LoadBalancerArn=arn)
    refused = ground.refusal("elbv2", "DescribeLoadBalancers", LoadBalancerArns=[arn])
    assert refused == NO_BALANCER
    # To delete what is not there is no error.
    ground.answer("elbv2", "DeleteLoadBalancer", LoadBalancerArn=arn)
