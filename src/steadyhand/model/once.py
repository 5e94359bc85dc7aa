"""A property that is worked out when it is first asked for, and then kept in the instance.

As `functools.cached_property`, but without its lock, which Python 3.11 still takes at each first
look; documents are made of tens of thousands of values that are looked at once or twice. Two
threads that look at once may both work it out, and get equal values: for pure properties only.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):
    """The property. Python looks into the instance first, so it is asked no second time."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, _owner: type) -> "once[T]": ...
    @overload
    def __get__(self, instance: object, _owner: type) -> T: ...
    def __get__(self, instance: object | None, _owner: type) -> "once[T] | T":
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._make(instance)
        return value
