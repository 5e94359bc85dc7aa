"""A request of SNS in; what it refuses of a message or a subscription, out.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.cloud.room import Parameters, Refusal

INVALID = "InvalidParameter"
LARGEST = 262_144  # bytes
# https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
PROTOCOLS = {
    "application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs",
}  # fmt: skip


def check(_: Backends, operation: str, asked: Parameters) -> None:
    """Raises Refusal."""
    if operation == "Publish":
        message = str(asked.get("Message") or "")
        if not message:
            raise Refusal(INVALID, "Invalid parameter: Empty message")
        if len(message.encode()) > LARGEST:
            raise Refusal(INVALID, "Invalid parameter: Message too long")
        if len(str(asked.get("Subject") or "")) > 100:
            raise Refusal(INVALID, "Invalid parameter: Subject")
    if operation == "Subscribe" and asked.get("Protocol") not in PROTOCOLS:
        protocol = asked.get("Protocol")
        raise Refusal(
            INVALID,
            f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}",
        )
