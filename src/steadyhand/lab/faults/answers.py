"""Faults of the AWS API itself: its answers ignored, slow, lost or refused, by operation."""

from collections.abc import Callable, Mapping
from typing import Any

from steadyhand.lab.cloud.calls import AnswerFault
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, number, text, times

OPERATION = "the operation, such as UpdateService"
TIMES = "how many calls it strikes (0: until cleared)"

Make = Callable[[Mapping[str, Any]], AnswerFault]


def _ignored(given: Mapping[str, Any]) -> AnswerFault:
    return AnswerFault("UpdateService", ignored=True, left=times(given))


def _slow(given: Mapping[str, Any]) -> AnswerFault:
    seconds = number(given, "seconds", 10)
    return AnswerFault(text(given, "operation"), seconds=seconds, left=times(given))


def _lost(given: Mapping[str, Any]) -> AnswerFault:
    return AnswerFault(text(given, "operation"), lost=True, left=times(given))


def _refuse(given: Mapping[str, Any]) -> AnswerFault:
    operation = text(given, "operation")
    code = text(given, "code", "AccessDeniedException")
    message = text(given, "message", f"User is not authorized to perform: {operation}")
    return AnswerFault(operation, refusal=(code, message), left=times(given))


def _fault(name: str, summary: str, notice: str, make: Make, **parameters: str) -> Fault:
    def inject(scene: Scene) -> dict[str, Any]:
        made = make(scene.given)
        unknown = set(scene.given) - {*parameters, "system"}
        if unknown:
            raise BadParameter(f"unknown parameter: {', '.join(sorted(unknown))}")
        with scene.lab.lock:
            scene.lab.calls.faults[name] = made
        return {}

    def clear(scene: Scene) -> None:
        with scene.lab.lock:
            scene.lab.calls.faults.pop(name, None)

    return Fault(name, summary, notice, inject, clear, parameters)


IGNORED_UPDATE_SERVICE = _fault(
    "ignored-update-service",
    "UpdateService is accepted and answered as usual, and nothing happens afterwards.",
    "describe-services shows the old deployment; the task definition and the counts stay.",
    _ignored,
    times=TIMES,
)
SLOW_ANSWER = _fault(
    "slow-answer",
    "The deed is done at once; its answer is withheld for some seconds.",
    "The call takes long, yet its effect is there before it returns.",
    _slow,
    operation=OPERATION,
    seconds="how long the answer is withheld (10)",
    times=TIMES,
)
LOST_ANSWER = _fault(
    "lost-answer",
    "The deed is done; the connection is closed without an answer.",
    "The client sees a closed connection, and may repeat; the effect is there each time.",
    _lost,
    operation=OPERATION,
    times=TIMES,
)
REFUSE = _fault(
    "refuse",
    "The operation is refused; nothing is done.",
    "The client sees the error code, AccessDeniedException by default.",
    _refuse,
    operation=OPERATION,
    code="the error's code (AccessDeniedException)",
    message="the error's message",
    times=TIMES,
)
