"""The one place where moto is changed: its answers for what the lab has physics for.

Each function below takes the place of the action of the same name; `Physics` is what it asks. An
operation that would have to have an effect the lab does not have yet is refused, not acted out.
"""

import re
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl, urlparse

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.ecs.exceptions import ECSException
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elasticache.responses import ElastiCacheResponse
from moto.elbv2.responses import ELBV2Response
from moto.events.responses import EventsHandler
from moto.iam.access_control import PermissionResult
from moto.logs.responses import LogsResponse
from moto.rds.responses import RDSResponse
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from steadyhand.lab.cloud.calls import READS, Calls
from steadyhand.lab.cloud.mending import mend, put_in_place
from steadyhand.lab.cloud.room import Parameters, Refusal, Room
from steadyhand.lab.delivery.trails import Made, of_bucket

__all__ = ["Parameters", "Physics", "Refusal", "install"]


class Keeper(Protocol):
    """Told of every call that was answered and may have changed something."""

    def changed(self, service: str, operation: str) -> None: ...

    def stored(self, bucket: str, key: str) -> None: ...


class Physics(Protocol):
    """What the seam asks. Its methods take and give the API's own shapes."""

    lock: threading.RLock
    calls: Calls
    rooms: tuple[Room, ...]
    ecs_operations: tuple[str, ...]

    @property
    def account(self) -> Keeper: ...

    def told(self, call: Made) -> None: ...

    def check(self, service: str, operation: str, asked: Parameters) -> None: ...

    def ecs(self, operation: str, parameters: Parameters, ignored: bool) -> Parameters: ...

    def registered(self, target_group_arn: str, targets: list[Any], there: bool) -> None: ...

    def target_health(self, target_group_arn: str) -> list[dict[str, Any]] | None: ...


RESPONSES: dict[str, type[BaseResponse]] = {
    "cloudwatch": CloudWatchResponse,
    "ecs": EC2ContainerServiceResponse,
    "elasticache": ElastiCacheResponse,
    "events": EventsHandler,
    "logs": LogsResponse,
    "rds": RDSResponse,
}
# Their other actions are moto's, which reads parameters in its own way.
READ_BY_MOTO = {"ecs"}
SECRET_SERVICES = ("secretsmanager", "ssm", "kms")
# An error's code and its message, in XML and in JSON.
ERRORS = (
    r"<Code>(.*?)</Code>",
    r"<Message>(.*?)</Message>",
    r'"__type": ?"(?:[^"]*#)?([^"]+)"',
    r'"[Mm]essage": ?"((?:[^"\\]|\\.)*)"',
)
NOT_REGISTERED = {
    "State": "unused",
    "Reason": "Target.NotRegistered",
    "Description": "Target is not registered to the target group",
}
ECS_NOT_YET = ("StartTask", "CreateTaskSet", "DeleteTaskSet", "UpdateTaskSet")


def install(world: Physics) -> None:
    """Put the physics under moto. Once per process."""
    mend()
    _watch_calls(world)
    _watch_storage(world)
    for operation in world.ecs_operations:
        _replace(EC2ContainerServiceResponse, operation, _ecs_action(world, operation))
    for operation in ECS_NOT_YET:
        _replace(EC2ContainerServiceResponse, operation, _refused_action(operation))
    _load_balancing(world)
    # moto reads no more of a policy than its "*"; the door has judged it already.
    put_in_place(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)
    for service in {room.service for room in world.rooms} - READ_BY_MOTO:
        _parse_by_model(RESPONSES[service])
    for room in world.rooms:
        for operation in room.operations:
            _replace(RESPONSES[room.service], operation, _room_action(room, operation))


def _replace(responses: type, operation: str, action: Callable[..., Any]) -> None:
    setattr(responses, camelcase_to_underscores(operation), action)


def _parse_by_model(responses: type[BaseResponse]) -> None:
    """Have a request's parameters read by the service's own model, as rooms want them: typed."""

    def init(self: BaseResponse, *arguments: Any, **named: Any) -> None:
        plain_init(self, *arguments, **named)
        self.automated_parameter_parsing = True

    plain_init = put_in_place(responses, "__init__", init)


def _watch_calls(world: Physics) -> None:
    """Every action runs under the lock, is written down, and meets the faults."""

    def call_action(self: Any) -> Any:
        with world.lock:
            operation, parameters = str(self._get_action()), _parameters(self)
            faults = world.calls.seen(str(self.service_name), operation, parameters)
            call = partial(_made, self, operation, parameters)
            for fault in faults:
                if fault.refusal is not None:
                    world.calls.refused(operation)
                    world.told(call(fault.refusal))
                    return self.serialized(ActionResult(_refused(self, *fault.refusal)))
            self.ignored = any(fault.ignored for fault in faults)
            try:
                world.check(self.boto3_service_name, operation, _asked(self, operation))
            except Refusal as refusal:
                world.calls.refused(operation)
                world.told(call((refusal.code, refusal.message)))
                refused = _refused(self, refusal.code, refusal.message)
                return self.serialized(ActionResult(refused))
            answer = plain_action(self)
            told = call(_refusal_in(answer))
            if told.refused is not None:
                world.calls.refused(operation)
            world.told(told)
            if not operation.startswith(READS):
                world.account.changed(self.boto3_service_name, operation)
            world.calls.judge(faults)
            return answer

    plain_action = put_in_place(BaseResponse, "call_action", call_action)


def _made(
    response: Any, operation: str, parameters: Parameters, refused: tuple[str, str] | None
) -> Made:
    headers = response.headers
    who = str(headers.get("Authorization", ""))
    agent = str(headers.get("User-Agent", ""))
    return Made(str(response.service_name), operation, parameters, refused, agent, who)


def _refusal_in(answer: Any) -> tuple[str, str] | None:
    """The code and the message of an error, in either of the forms that services write them."""
    if isinstance(answer, str):
        return None
    status, _, body = answer
    if int(status) < 400:
        return None
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
    found = [re.search(one, text, re.DOTALL) for one in ERRORS]
    code, message = (next((m for m in found[at::2] if m), None) for at in (0, 1))
    return code[1] if code else str(status), message[1] if message else ""


def _watch_storage(world: Physics) -> None:
    """S3 has a way of its own to its actions: by the request's method and path."""
    for name in ("_bucket_response", "_key_response"):
        put_in_place(S3Response, name, _watched(world, getattr(S3Response, name), name))


def _watched(world: Physics, plain: Callable[..., Any], name: str) -> Callable[..., Any]:
    def action(self: S3Response, request: Any, full_url: str) -> Any:
        query = dict(parse_qsl(urlparse(full_url).query, keep_blank_values=True))
        operation = "" if name == "_key_response" else of_bucket(request.method, query)
        call = partial(_made, self, operation, {"bucketName": str(self.bucket_name or "")})
        try:
            answer = plain(self, request, full_url)
        except S3ClientError as error:
            if operation:
                with world.lock:
                    world.told(call((str(error.code), str(error.message))))
            raise
        with world.lock:
            if request.method not in ("GET", "HEAD", "OPTIONS"):
                key = self.parse_key_name() if name == "_key_response" else ""
                world.account.stored(str(self.bucket_name or ""), str(key or ""))
            if operation:
                world.told(call(_refusal_in(answer)))
        return answer

    return action


def _asked(response: BaseResponse, operation: str) -> Parameters:
    """What the caller sent, by the service's own model; nothing where it cannot be read so."""
    try:
        service = get_service_model(response.boto3_service_name)
        request = response.normalized_request
        protocol = determine_request_protocol(service, request.content_type)
        given: Any = {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": response.uri_match,
        }
        model = service.operation_model(operation)
        return dict(PROTOCOL_PARSERS[protocol](model, map_type=dict).parse(given))
    except Exception:  # moto's parsers raise all sorts; what they cannot read, moto refuses
        return {}


def _refused(response: BaseResponse, code: str, message: str) -> ServiceException:
    """An error of the response's own service: moto tells the service by the error's module."""
    home = {"__module__": type(response).__module__}
    return cast(ServiceException, type("Refused", (ServiceException,), home)(code, message))


def _parameters(response: BaseResponse) -> Parameters:
    """What the caller sent, as far as it can be written down; secrets are not."""
    if response.service_name in SECRET_SERVICES:
        return {}
    try:
        sent = response._get_params()
    except Exception:  # moto's parsers raise all sorts; a call is written down all the same
        return {}
    hidden = ("password", "secret")
    return {
        key: "…" if any(word in key.lower() for word in hidden) else _plain(value)
        for key, value in sent.items()
    }


def _plain(value: Any) -> Any:
    match value:
        case str() | int() | float() | bool() | None:
            return value
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return str(value)


def _room_action(room: Room, operation: str) -> Callable[..., Any]:
    def action(self: BaseResponse) -> ActionResult:
        try:
            if room.service in READ_BY_MOTO:
                return ActionResult(room.answer(operation, _asked(self, operation)))
            sent = self._get_params()
            # Some responses of moto read parameters by other names; these are the API's.
            asked = sent.original_dict() if hasattr(sent, "original_dict") else dict(sent)
            return ActionResult(room.answer(operation, asked))
        except Refusal as refusal:
            raise _refused(self, refusal.code, refusal.message) from None

    return action


def _ecs_action(world: Physics, operation: str) -> Callable[..., Any]:
    def action(self: EC2ContainerServiceResponse) -> ActionResult:
        try:
            ignored = bool(getattr(self, "ignored", False))
            return ActionResult(world.ecs(operation, dict(self._get_params()), ignored))
        except Refusal as refusal:
            raise ECSException(refusal.code, refusal.message) from None

    return action


def _refused_action(operation: str) -> Callable[..., Any]:
    def action(self: BaseResponse) -> ActionResult:
        message = f"The lab has no physics for {operation} yet."
        raise _refused(self, "UnsupportedFeatureException", message)

    return action


# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
def _asked_for(rows: list[Any], asked: list[Any]) -> list[Any]:
    """The targets that were asked for, also those that are not registered; all, if none were."""
    found = list(rows) if not asked else []
    for target in asked:
        port = target.get("Port")
        named = [
            row
            for row in rows
            if row["Target"]["Id"] == target["Id"] and port in (None, row["Target"]["Port"])
        ]
        found += named or [{"Target": target, "TargetHealth": NOT_REGISTERED}]
    return found


def _load_balancing(world: Physics) -> None:
    plain_action = ELBV2Response.describe_target_health

    def describe_target_health(self: ELBV2Response) -> Any:
        health = world.target_health(str(self._get_param("TargetGroupArn")))
        if health is None:
            return plain_action(self)
        asked = self._get_param("Targets", [])
        return ActionResult({"TargetHealthDescriptions": _asked_for(health, asked)})

    _replace(ELBV2Response, "DescribeTargetHealth", describe_target_health)
    _registering(world, "RegisterTargets", True)
    _registering(world, "DeregisterTargets", False)


def _registering(world: Physics, operation: str, there: bool) -> None:
    """Have the load balancer know the targets that somebody registers by hand."""
    plain_action = getattr(ELBV2Response, camelcase_to_underscores(operation))

    def action(self: ELBV2Response) -> Any:
        answer = plain_action(self)
        world.registered(self._get_param("TargetGroupArn"), self._get_param("Targets", []), there)
        return answer

    _replace(ELBV2Response, operation, action)
