"""A request in, AWS's refusal of it out, or none: what moto would do goes through here first.

The service's own model is held against every request; what AWS asks beyond it (states, limits,
combinations) stands in a file of rules for each service.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.cloud.room import Parameters
from steadyhand.lab.cloud.shapes import check as check_model
from steadyhand.lab.ecs.operations import checks as ecs
from steadyhand.lab.strict import (
    balancers,
    certificates,
    images,
    parameters,
    secrets,
    security_groups,
    topics,
)

Rule = Callable[[Backends, str, Parameters], None]

# The code with which a service refuses what its own model forbids.
# https://docs.aws.amazon.com/acm/latest/APIReference/CommonErrors.html and each service's own
CODES: Mapping[str, str] = {
    "acm": "ValidationException",
    "ecr": "InvalidParameterException",
    "ecs": "InvalidParameterException",
    "elbv2": "ValidationError",
    "events": "ValidationException",
    "secretsmanager": "ValidationException",
    "sns": "InvalidParameter",
    "ssm": "ValidationException",
    "sts": "ValidationError",
}
# Rooms that check what they are asked themselves.
OWN = {("ecs", "RegisterTaskDefinition"), ("ecs", "DescribeTaskDefinition")}

RULES: Mapping[str, Rule] = {
    "acm": certificates.check,
    "ec2": security_groups.check,
    "ecr": images.check,
    "ecs": ecs.check,
    "elbv2": balancers.check,
    "secretsmanager": secrets.check,
    "sns": topics.check,
    "ssm": parameters.check,
}


@dataclass(frozen=True)
class Guard:
    """What is there is looked up in moto's stores."""

    moto: Backends

    def check(self, service: str, operation: str, asked: Parameters) -> None:
        """Raises Refusal for what AWS would refuse."""
        if service in CODES and (service, operation) not in OWN:
            check_model(service, operation, asked, CODES[service])
        rule = RULES.get(service)
        if rule is not None:
            rule(self.moto, operation, asked)
