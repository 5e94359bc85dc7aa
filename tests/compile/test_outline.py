import json

from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.outline import as_json

TEXT = """# Shop

## Look

Some words.

```bash
# Where is it?
redis-cli -h <cache> ping
```
"""


def test_json_says_of_every_block_what_became_of_it() -> None:
    runbook, findings = compile_runbook(parse("shop.md", TEXT))
    said = json.loads(json.dumps(as_json(runbook, findings)))
    assert said["schema"] == 1
    assert said["path"] == "shop.md"
    assert said["title"] == "Shop"
    assert said["digest"] == runbook.digest
    assert set(said) >= {"procedures", "parameters", "facts", "inventory", "findings"}
    assert said["account"] == [
        entry("heading", 1, 1, reason="grouping heading"),
        entry("heading", 3, 3, made=["procedure:look"]),
        entry("prose", 5, 5, reason="narrative"),
        entry("fence", 7, 10, made=["step:look/1"]),
        entry("comment", 8, 8, reason="title of the next step"),
    ]
    (procedure,) = said["procedures"]
    (step,) = procedure["steps"]
    assert step["title"] == "Where is it?"
    assert step["text"] == "redis-cli -h <cache> ping"
    assert step["parameters"] == [{"parameter": "cache", "start": 13, "end": 20, "quote": ""}]


def entry(kind: str, line: int, end: int, **outcome: object) -> dict[str, object]:
    span = {"path": "shop.md", "line": line, "end_line": end}
    return {"kind": kind, "span": span, "outcome": outcome}
