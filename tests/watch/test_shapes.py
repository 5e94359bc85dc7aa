"""The shape of a web answer, from the document's expected response."""

import pytest

from steadyhand.model.document.facts import ExpectedResponse, JsonField
from steadyhand.model.document.span import Span
from steadyhand.model.settings.probes import HttpProbe, TcpProbe
from steadyhand.watch.shapes import NoShape, shaped

FIELDS = (
    JsonField("status", "string", '"healthy"'),
    JsonField("version", "string", '"0.1.0"'),
    JsonField("checks[].ok", "boolean", "true"),
)
EXPECTED = [
    ExpectedResponse("health-check/1", 200, FIELDS, "{}", Span("R.md", 5, 9)),
    ExpectedResponse("", None, (), "", Span("R.md", 20, 20)),
]


def probe(shape: str, **fields: str) -> HttpProbe:
    return HttpProbe("http", "http://h/", shape=shape, fields=fields)


def test_types_of_all_fields_and_values_that_say_that_it_is_well() -> None:
    tcp = TcpProbe("tcp", "h", 1)
    found = shaped({"api": probe("health-check", checks="x"), "port": tcp}, EXPECTED)
    api = found["api"]
    assert isinstance(api, HttpProbe)
    assert api.types == {"status": "string", "version": "string", "checks[].ok": "boolean"}
    assert api.fields == {"status": "healthy", "checks[].ok": "true", "checks": "x"}
    assert (api.status, found["port"]) == ((200,), tcp)


def test_a_shape_that_no_step_has_is_said() -> None:
    with pytest.raises(NoShape, match=r"probes\.api\.shape: .* “x”; it does at: health-check/1"):
        shaped({"api": probe("x")}, EXPECTED)
    assert shaped({"api": probe("")}, []) == {"api": probe("")}
