"""EC2's security groups, STS, ECR, SNS and EventBridge, as far as the documents need them."""

import hashlib
import json
from typing import Any

import pytest
from tests.lab.conformance.asking import Case, Ground, named

pytestmark = pytest.mark.lab

EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_"
EC2_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
STS = "https://docs.aws.amazon.com/STS/latest/APIReference/API_"
ECR = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_"
SNS = "https://docs.aws.amazon.com/sns/latest/api/API_"
EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_"

NEW = {"GroupName": "c-new", "Description": "x", "VpcId": "{vpc}"}
FROM = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
ANY = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
IN = {"GroupId": "{security_group}"}
GROUPS: list[Case] = [
    ("DescribeSecurityGroups", {"GroupIds": ["sg-xxx"]}, "InvalidGroup.NotFound", EC2_ERRORS),
    ("DescribeSecurityGroups", {"GroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound",
     EC2_ERRORS),
    ("DescribeSecurityGroups", {"GroupNames": ["absent"]}, "InvalidGroup.NotFound", EC2_ERRORS),
    ("DescribeSecurityGroups", {"Filters": [{"Name": "colour", "Values": ["red"]}]},
     "InvalidParameterValue", EC2 + "DescribeSecurityGroups.html"),
    ("DescribeSecurityGroups", {"Filters": [{"Name": "group-name", "Values": ["absent"]}]}, "",
     EC2 + "DescribeSecurityGroups.html"),
    ("DescribeSecurityGroups", {"MaxResults": 4}, "InvalidParameterValue",
     EC2 + "DescribeSecurityGroups.html"),
    ("CreateSecurityGroup", {**NEW, "GroupName": "sg-mine"}, "InvalidParameterValue",
     EC2 + "CreateSecurityGroup.html"),
    ("CreateSecurityGroup", {**NEW, "GroupName": "x" * 256}, "InvalidParameterValue",
     EC2 + "CreateSecurityGroup.html"),
    ("CreateSecurityGroup", {**NEW, "Description": None}, "MissingParameter",
     EC2 + "CreateSecurityGroup.html"),
    ("CreateSecurityGroup", {**NEW, "VpcId": "vpc-xxx"}, "InvalidVpcID.NotFound", EC2_ERRORS),
    ("CreateSecurityGroup", NEW, "", EC2 + "CreateSecurityGroup.html"),
    ("CreateSecurityGroup", NEW, "InvalidGroup.Duplicate", EC2_ERRORS),
    ("AuthorizeSecurityGroupIngress", {"GroupId": "sg-0123456789abcdef0",
                                       "IpPermissions": [{**FROM, **ANY}]},
     "InvalidGroup.NotFound", EC2_ERRORS),
    ("AuthorizeSecurityGroupIngress", {**IN, "IpPermissions": [
        {**FROM, "IpRanges": [{"CidrIp": "10.0.0.0/33"}]}]}, "InvalidParameterValue", EC2_ERRORS),
    ("AuthorizeSecurityGroupIngress", {**IN, "IpPermissions": [
        {**FROM, "FromPort": 500, "ToPort": 400, **ANY}]}, "InvalidParameterValue", EC2_ERRORS),
    ("AuthorizeSecurityGroupIngress", {**IN, "IpPermissions": [
        {**FROM, "ToPort": 70000, **ANY}]}, "InvalidParameterValue", EC2_ERRORS),
    ("AuthorizeSecurityGroupIngress", {**IN, "IpPermissions": [
        {**FROM, "IpProtocol": "gopher", **ANY}]}, "InvalidParameterValue", EC2_ERRORS),
    ("AuthorizeSecurityGroupIngress", {**IN, "IpPermissions": [{**FROM, **ANY}]}, "",
     EC2 + "AuthorizeSecurityGroupIngress.html"),
    ("AuthorizeSecurityGroupIngress", {**IN, "IpPermissions": [{**FROM, **ANY}]},
     "InvalidPermission.Duplicate", EC2_ERRORS),
    ("RevokeSecurityGroupIngress", {**IN, "IpPermissions": [{**FROM, **ANY}]}, "",
     EC2 + "RevokeSecurityGroupIngress.html"),
    ("RevokeSecurityGroupIngress", {**IN, "IpPermissions": [{**FROM, **ANY}]},
     "InvalidPermission.NotFound", EC2_ERRORS),
    ("DeleteSecurityGroup", {"GroupId": "sg-0123456789abcdef0"}, "InvalidGroup.NotFound",
     EC2_ERRORS),
    ("DeleteSecurityGroup", {"GroupId": "{used_security_group}"}, "DependencyViolation",
     EC2_ERRORS),
    ("DescribeSubnets", {"SubnetIds": ["subnet-xxx"]}, "InvalidSubnetID.NotFound", EC2_ERRORS),
    ("DescribeVpcs", {"VpcIds": ["vpc-xxx"]}, "InvalidVpcID.NotFound", EC2_ERRORS),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def security_groups(ground: Ground) -> None:
    made = ground.answer("ec2", "CreateSecurityGroup", **{**NEW, "GroupName": "c-standing"})
    ground.names["security_group"] = made["GroupId"]
    found = ground.answer("ec2", "DescribeSecurityGroups")["SecurityGroups"]
    # One that another group's rule names cannot go.
    pairs = [
        pair["GroupId"]
        for group in found
        for rule in group["IpPermissions"]
        for pair in rule["UserIdGroupPairs"]
    ]
    ground.names["used_security_group"] = pairs[0]


@pytest.mark.parametrize(("operation", "asked", "code", "page"), named(GROUPS))
def test_it_answers_as_ec2_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("ec2", (operation, asked, code, page))


def test_groups_are_found_by_filter_and_a_default_one_stays(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html"""
    by_name = [{"Name": "group-name", "Values": ["c-stand*"]}]
    (found,) = ground.answer("ec2", "DescribeSecurityGroups", Filters=by_name)["SecurityGroups"]
    assert found["GroupName"] == "c-standing"
    assert found["OwnerId"] == "123456789012"
    # Everything may go out of a new group, and nothing comes in.
    assert found["IpPermissions"] == []
    assert found["IpPermissionsEgress"][0]["IpProtocol"] == "-1"
    default = [{"Name": "group-name", "Values": ["default"]}]
    (kept, *_) = ground.answer("ec2", "DescribeSecurityGroups", Filters=default)["SecurityGroups"]
    refused = ground.refusal("ec2", "DeleteSecurityGroup", GroupId=kept["GroupId"])
    assert refused == "CannotDelete"


def test_who_asks_is_told(ground: Ground) -> None:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
    told = ground.answer("sts", "GetCallerIdentity")
    assert told["Account"] == "123456789012"
    assert told["Arn"].startswith("arn:aws:iam::123456789012:")
    assert told["UserId"]


IDENTITIES: list[Case] = [
    ("GetSessionToken", {"DurationSeconds": 899}, "ValidationError", STS + "GetSessionToken.html"),
    ("GetSessionToken", {"DurationSeconds": 129601}, "ValidationError",
     STS + "GetSessionToken.html"),
    ("AssumeRole", {"RoleArn": "nonsense", "RoleSessionName": "x"}, "ValidationError",
     STS + "AssumeRole.html"),
    ("AssumeRole", {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "two words"},
     "ValidationError", STS + "AssumeRole.html"),
    ("AssumeRole", {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "x",
                    "DurationSeconds": 43201}, "ValidationError", STS + "AssumeRole.html"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "asked", "code", "page"), named(IDENTITIES))
def test_it_answers_as_sts_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("sts", (operation, asked, code, page))


NO_REPOSITORY, BAD = "RepositoryNotFoundException", "InvalidParameterException"
REPOSITORY = {"repositoryName": "c/app"}
ABSENT = {"repositoryName": "c/absent"}
TAG = {"imageIds": [{"imageTag": "1.0.0"}]}
IMAGES: list[Case] = [
    ("CreateRepository", {"repositoryName": "Upper"}, BAD, ECR + "CreateRepository.html"),
    ("CreateRepository", {"repositoryName": "x"}, BAD, ECR + "CreateRepository.html"),
    ("CreateRepository", {"repositoryName": "x" * 257}, BAD, ECR + "CreateRepository.html"),
    ("CreateRepository", {"repositoryName": "two words"}, BAD, ECR + "CreateRepository.html"),
    ("CreateRepository", {"repositoryName": "c/t", "imageTagMutability": "MAYBE"}, BAD,
     ECR + "CreateRepository.html"),
    ("CreateRepository", REPOSITORY, "RepositoryAlreadyExistsException",
     ECR + "CreateRepository.html"),
    ("DescribeRepositories", {"repositoryNames": ["c/absent"]}, NO_REPOSITORY,
     ECR + "DescribeRepositories.html"),
    ("DescribeRepositories", {"maxResults": 1001}, BAD, ECR + "DescribeRepositories.html"),
    ("DescribeImages", ABSENT, NO_REPOSITORY, ECR + "DescribeImages.html"),
    ("DescribeImages", {**REPOSITORY, **TAG}, "ImageNotFoundException",
     ECR + "DescribeImages.html"),
    ("DescribeImages", REPOSITORY, "", ECR + "DescribeImages.html"),
    ("ListImages", ABSENT, NO_REPOSITORY, ECR + "ListImages.html"),
    ("BatchGetImage", {**ABSENT, **TAG}, NO_REPOSITORY, ECR + "BatchGetImage.html"),
    ("BatchGetImage", {**REPOSITORY, **TAG}, "", ECR + "BatchGetImage.html"),
    ("BatchGetImage", {**REPOSITORY, "imageIds": []}, BAD, ECR + "BatchGetImage.html"),
    ("BatchDeleteImage", {**ABSENT, **TAG}, NO_REPOSITORY, ECR + "BatchDeleteImage.html"),
    ("PutImage", {**ABSENT, "imageManifest": "{}"}, NO_REPOSITORY, ECR + "PutImage.html"),
    ("PutImage", {**REPOSITORY, "imageManifest": ""}, BAD, ECR + "PutImage.html"),
    ("PutImage", {**REPOSITORY, "imageManifest": "{}", "imageTag": "x" * 301}, BAD,
     ECR + "PutImage.html"),
    ("DeleteRepository", ABSENT, NO_REPOSITORY, ECR + "DeleteRepository.html"),
    ("GetAuthorizationToken", {}, "", ECR + "GetAuthorizationToken.html"),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def repository(ground: Ground) -> None:
    ground.answer("ecr", "CreateRepository", **REPOSITORY)


@pytest.mark.parametrize(("operation", "asked", "code", "page"), named(IMAGES))
def test_it_answers_as_ecr_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("ecr", (operation, asked, code, page))


def test_an_image_is_its_digest_and_a_tag_moves(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html"""
    name = {"repositoryName": "c/moving"}
    ground.answer("ecr", "CreateRepository", **name)
    media = "application/vnd.docker.distribution.manifest.v2+json"
    manifests = [
        json.dumps({"schemaVersion": 2, "mediaType": media, "config": {
            "mediaType": "application/vnd.docker.container.image.v1+json", "size": n,
            "digest": f"sha256:{n:064x}"}, "layers": []})
        for n in (1, 2)
    ]  # fmt: skip
    digests = []
    for manifest in manifests:
        put = ground.answer("ecr", "PutImage", **name, imageManifest=manifest, imageTag="live")
        digests.append(put["image"]["imageId"]["imageDigest"])
    digest = "sha256:" + hashlib.sha256(manifests[0].encode()).hexdigest()
    assert digests[0] == digest
    assert digests[0] != digests[1]
    same = {**name, "imageManifest": manifests[1], "imageTag": "live"}
    assert ground.refusal("ecr", "PutImage", **same) == "ImageAlreadyExistsException"
    found = ground.answer("ecr", "DescribeImages", **name)["imageDetails"]
    tags = {one["imageDigest"]: one.get("imageTags") for one in found}
    assert tags == {digests[0]: None, digests[1]: ["live"]}
    asked = [{"imageTag": "live"}, {"imageTag": "absent"}]
    got = ground.answer("ecr", "BatchGetImage", **name, imageIds=asked)
    assert [one["imageId"]["imageDigest"] for one in got["images"]] == [digests[1]]
    assert got["failures"][0]["failureCode"] == "ImageNotFound"
    assert ground.refusal("ecr", "DeleteRepository", **name) == "RepositoryNotEmptyException"
    ground.answer("ecr", "DeleteRepository", **name, force=True)


TOPIC = "arn:aws:sns:us-east-1:123456789012:c-absent"
TOPICS: list[Case] = [
    ("CreateTopic", {"Name": "two words"}, "InvalidParameter", SNS + "CreateTopic.html"),
    ("CreateTopic", {"Name": "x" * 257}, "InvalidParameter", SNS + "CreateTopic.html"),
    ("CreateTopic", {"Name": "c-topic"}, "", SNS + "CreateTopic.html"),
    ("CreateTopic", {"Name": "c-topic"}, "", SNS + "CreateTopic.html"),
    ("Publish", {"TopicArn": TOPIC, "Message": "x"}, "NotFound", SNS + "Publish.html"),
    ("Publish", {"TopicArn": "nonsense", "Message": "x"}, "InvalidParameter", SNS + "Publish.html"),
    ("Publish", {"TopicArn": TOPIC.replace("absent", "topic"), "Message": "x" * 262145},
     "InvalidParameter", SNS + "Publish.html"),
    ("Publish", {"TopicArn": TOPIC.replace("absent", "topic"), "Message": ""}, "InvalidParameter",
     SNS + "Publish.html"),
    ("Publish", {"TopicArn": TOPIC.replace("absent", "topic"), "Message": "x",
                 "Subject": "s" * 101}, "InvalidParameter", SNS + "Publish.html"),
    ("GetTopicAttributes", {"TopicArn": TOPIC}, "NotFound", SNS + "GetTopicAttributes.html"),
    ("Subscribe", {"TopicArn": TOPIC, "Protocol": "email", "Endpoint": "a@b.example"}, "NotFound",
     SNS + "Subscribe.html"),
    ("Subscribe", {"TopicArn": TOPIC.replace("absent", "topic"), "Protocol": "pigeon",
                   "Endpoint": "x"}, "InvalidParameter", SNS + "Subscribe.html"),
    ("DeleteTopic", {"TopicArn": TOPIC}, "", SNS + "DeleteTopic.html"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "asked", "code", "page"), named(TOPICS))
def test_it_answers_as_sns_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("sns", (operation, asked, code, page))


RULES: list[Case] = [
    ("PutRule", {"Name": "two words", "ScheduleExpression": "rate(1 day)"}, "ValidationException",
     EVENTS + "PutRule.html"),
    ("PutRule", {"Name": "x" * 65, "ScheduleExpression": "rate(1 day)"}, "ValidationException",
     EVENTS + "PutRule.html"),
    ("PutRule", {"Name": "c-rule"}, "ValidationException", EVENTS + "PutRule.html"),
    ("PutRule", {"Name": "c-rule", "ScheduleExpression": "daily"}, "ValidationException",
     EVENTS + "PutRule.html"),
    ("PutRule", {"Name": "c-rule", "ScheduleExpression": "rate(1 days)"}, "ValidationException",
     "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rate-expressions.html"),
    ("PutRule", {"Name": "c-rule", "ScheduleExpression": "cron(0 2 * * *)"}, "ValidationException",
     "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html"),
    ("PutRule", {"Name": "c-rule", "EventPattern": "no JSON"}, "InvalidEventPatternException",
     EVENTS + "PutRule.html"),
    ("PutRule", {"Name": "c-rule", "ScheduleExpression": "rate(7 days)", "State": "ASLEEP"},
     "ValidationException", EVENTS + "PutRule.html"),
    ("PutRule", {"Name": "c-rule", "ScheduleExpression": "cron(0 2 * * ? *)"}, "",
     EVENTS + "PutRule.html"),
    ("DescribeRule", {"Name": "c-absent"}, "ResourceNotFoundException",
     EVENTS + "DescribeRule.html"),
    ("PutTargets", {"Rule": "c-absent", "Targets": [{"Id": "1", "Arn": TOPIC}]},
     "ResourceNotFoundException", EVENTS + "PutTargets.html"),
    ("EnableRule", {"Name": "c-absent"}, "ResourceNotFoundException", EVENTS + "EnableRule.html"),
    ("DisableRule", {"Name": "c-rule"}, "", EVENTS + "DisableRule.html"),
    ("ListTargetsByRule", {"Rule": "c-absent"}, "ResourceNotFoundException",
     EVENTS + "ListTargetsByRule.html"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "asked", "code", "page"), named(RULES))
def test_it_answers_as_eventbridge_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("events", (operation, asked, code, page))
