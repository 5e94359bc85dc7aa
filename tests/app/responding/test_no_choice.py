"""An incident chooses no alternative: its remedy is left to a person, with the ways to choose."""

from pathlib import Path

from steadyhand.app.responding.responder import Responder
from steadyhand.app.runbooks import documents
from steadyhand.engine.drive import Kind
from steadyhand.main import build
from steadyhand.model.incident.events import CausesJudged, RemedyEnded, Support, Verdict
from steadyhand.model.incident.state import evolve
from steadyhand.model.run.events import Outcome
from steadyhand.respond.decide import Record, Remedy, decide
from tests.model.incident.test_incident import INVESTIGATED, OPENED
from tests.run.shop import TARGET

_UPDATE = "aws ecs update-service --cluster c --service a --desired-count"
DOCUMENT = f"""\
# Shop

## API down

**Fix**:
```bash
# Scale up
{_UPDATE} 4

# Scale down
{_UPDATE} 2
```
"""
FIX = Verdict("Load", "Scale", Support.SUPPORTED, ("cpu",), 0.9, "Fix")


def test_a_remedy_of_two_ways_is_left_to_a_person(tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text(DOCUMENT)
    loaded = documents.load(tmp_path / "shop.md")
    control = build(tmp_path / "state")
    try:
        responder = Responder(control, loaded, TARGET, "shop", {})
        control.engine.learn(Kind("incident", evolve, decide, responder.do))
        turn = control.engine.turn("incident", "one")
        for event in (OPENED, *INVESTIGATED, CausesJudged((FIX,), 0, "because")):
            turn.append(event)
        intent = decide(turn.state, OPENED.at)
        assert intent == Remedy("api-down", "Fix")
        responder.do(intent, turn)
        ended = control.journal.read("incident", "one")[-1].event
        assert isinstance(ended, RemedyEnded)
        assert (ended.run, ended.outcome) == ("", Outcome.FAILED)
        assert "choose one with --choose STEP" in ended.detail
        assert "  2  Scale down" in ended.detail
        assert control.journal.keys("run") == []
        assert isinstance(decide(turn.state, OPENED.at), Record)  # missed: people are told
    finally:
        control.close()
