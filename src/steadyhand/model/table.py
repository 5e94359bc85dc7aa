"""A table of a settings file, as a class: its keys are the fields.

pydantic checks what stands in a file and says every mistake at once. It knows no Structs, so a
table tells it what it would ask of a dataclass. Knows no key.
"""

from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, TypeAdapter
    from pydantic_core.core_schema import CoreSchema

T = TypeVar("T", bound="Table")


class Table(Struct, frozen=True):
    """It has no other keys than those of its class: one that nobody knows is a mistake."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, handler: "GetCoreSchemaHandler"
    ) -> "CoreSchema":
        from pydantic_core import core_schema as core

        def key(one: FieldInfo) -> core.DataclassField:
            schema = handler.generate_schema(one.type)
            if not one.required:  # what is left out takes the class's own default
                schema = core.with_default_schema(schema, default=NODEFAULT)
            return core.dataclass_field(one.name, schema)

        def made(found: tuple[dict[str, Any], object]) -> Table:
            given = {name: value for name, value in found[0].items() if value is not NODEFAULT}
            return cls(**given)

        keys = [key(one) for one in fields(cls)]
        checked = core.dataclass_args_schema(cls.__name__, keys, extra_behavior="forbid")
        return core.no_info_after_validator_function(made, checked)


def checking(table: type[T]) -> "TypeAdapter[T]":
    """Make what checks a table, and those in it; dear to make. No number may be none (nan) or have
    no end (inf): nothing can be compared with it or wait for it."""
    from pydantic import TypeAdapter

    return TypeAdapter(table, config={"allow_inf_nan": False})
