"""The one account and region that the lab has, and how its ARNs look."""

ACCOUNT = "123456789012"
REGION = "us-east-1"


def ecs_arn(kind: str, name: str) -> str:
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:{kind}/{name}"
