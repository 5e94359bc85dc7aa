"""A system's schema module and the address of a database in; run as the lab runs it."""

import sys
from collections.abc import Callable, Mapping

import pytest


def migrate(main: Callable[[], None], database: Mapping[str, str], *arguments: str) -> None:
    """`database` is the DB_… variables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["schema", *arguments])
        for name, value in database.items():
            patch.setenv(name, value)
        main()
