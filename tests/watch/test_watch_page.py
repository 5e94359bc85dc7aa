"""docs/watch.md: the table of kinds is what there is, the examples are valid, every key is real.

The table is written anew with STEADYHAND_WRITE=1.
"""

import os
import re
import tomllib
from pathlib import Path

from msgspec.structs import fields

from steadyhand.model.settings.binding import Binding
from steadyhand.model.settings.probes import KINDS, MEASURES, Watching
from steadyhand.model.settings.whole import read_settings
from steadyhand.watch.rule_tests import read_tests

PAGE = Path(__file__).resolve().parents[2] / "docs" / "watch.md"
_SHARED = frozenset({"kind", "interval_seconds", "timeout_seconds"})


def kinds() -> str:
    lines = ["| `kind` | Measures, the first where none is named | Keys |", "|---|---|---|"]
    for kind, one in KINDS.items():
        measures = ", ".join(f"`{name}`" for name in MEASURES[one])
        keys = ", ".join(f"`{f.name}`" for f in fields(one) if f.name not in _SHARED)
        lines.append(f"| `{kind}` | {measures} | {keys} |")
    return "\n".join(lines)


def test_the_table_of_kinds_is_what_there_is() -> None:
    text = PAGE.read_text()
    begin, end = "<!-- kinds -->\n", "\n<!-- /kinds -->"
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    if os.environ.get("STEADYHAND_WRITE") == "1":
        PAGE.write_text(head + begin + kinds() + end + tail)
    assert begin + kinds() + end in PAGE.read_text(), "STEADYHAND_WRITE=1 writes it anew"


def test_the_examples_can_be_used() -> None:
    settings, rules, series = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    found = read_settings(tomllib.loads(settings), "steadyhand.toml")
    assert set(found.alarms) == {"API 5xx Rate", "API down"}
    orders = '[probes.orders]\nkind = "sql"\nurl_env = "SHOP"\n'
    kept = read_settings(tomllib.loads(series + orders), "steadyhand.toml")
    assert set(kept.series) == {"Latency P95", "Orders per day"}
    assert read_tests(tomllib.loads(rules), "rules.toml").runbook == "RUNBOOK.md"


def test_every_key_that_the_page_names_is_there() -> None:
    text = PAGE.read_text()
    known = {f.name for one in (Binding, Watching, *KINDS.values()) for f in fields(one)}
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", text)) - {
        name for measures in MEASURES.values() for name in measures
    }
    assert named <= known
