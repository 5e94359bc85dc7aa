"""An answer of a room, held against the shape that the service's model gives it."""

from typing import Any

from botocore.validate import ParamValidator

from steadyhand.lab.cloud.shapes import service_model


def check_answer(service: str, operation: str, answered: dict[str, Any]) -> None:
    """Fail where an answer has a member, a type or an enum value that AWS's has not."""
    shape = service_model(service).operation_model(operation).output_shape
    if shape is None:
        assert answered == {}, f"{operation} answers nothing"
        return
    report = ParamValidator().validate(answered, shape)
    assert not report.has_errors(), f"{operation}: {report.generate_report()}"
    _known(shape, answered, operation)


def _known(shape: Any, value: Any, path: str) -> None:
    """botocore's validator looks at types and required members only."""
    if shape.type_name == "structure":
        unknown = set(value) - set(shape.members)
        assert not unknown, f"{path}: {unknown}"
        for name, inner in value.items():
            _known(shape.members[name], inner, f"{path}.{name}")
    elif shape.type_name == "list":
        for inner in value:
            _known(shape.member, inner, f"{path}[]")
    elif shape.metadata.get("enum"):
        assert value in shape.metadata["enum"], f"{path}: {value}"
