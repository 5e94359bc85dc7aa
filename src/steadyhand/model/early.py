"""Variables in; those out that are read when a program starts, or a library is imported. Pure.

They cannot be another value in a child that is forked from a process that has begun.
"""

from collections.abc import Mapping

_READ_EARLY = (
    "PYTHON", "LANG", "LC_", "LD_", "MALLOC_", "GLIBC_", "OPENSSL_", "SSL_", "PSYCOPG_",
    "PYDANTIC_",
)  # fmt: skip


def early(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_READ_EARLY)}
