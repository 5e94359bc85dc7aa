"""What answers operations in place of moto: a room, its parameters, and how it says no."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

Parameters = dict[str, Any]


class Refusal(Exception):
    """The physics say no, in AWS's words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Room:
    """`answer` is given an operation and its parameters, with the API's lock held; both ways in
    the API's own shapes. It raises Refusal."""

    service: str  # as in an endpoint: "rds"
    operations: Collection[str]
    answer: Callable[[str, Parameters], Parameters]
