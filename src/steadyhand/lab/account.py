"""The one account and region that the lab has, its zones, and how its ARNs look."""

ACCOUNT = "123456789012"
REGION = "us-east-1"
ZONES = ("us-east-1a", "us-east-1b")  # of the two subnets that the systems are in


def ecs_arn(kind: str, name: str) -> str:
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:{kind}/{name}"
