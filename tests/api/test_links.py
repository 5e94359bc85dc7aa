"""The link of a message that acknowledges: it asks first, and only one that is ours does it."""

from steadyhand.app.responding import links
from steadyhand.respond.notices.links import Bearer
from tests.api.conftest import Api


def test_opening_a_link_asks_and_the_answer_acknowledges(api: Api) -> None:
    key = api.incident()
    control = api.service.control
    made = links.link(control, "", Bearer(key, "ada <b>"))
    with api.client() as nobody:
        for _ in range(2):  # opening it changes nothing
            asked = nobody.get(made)
            assert asked.status_code == 200
            assert "Acknowledge as ada &lt;b&gt;" in asked.text
        assert control.engine.turn("incident", key).state.acknowledged_by == ""
        assert "Acknowledged by ada" in nobody.post(made).text
        assert control.engine.turn("incident", key).state.acknowledged_by == "ada <b>"
        assert "was taken up by ada" in nobody.get(made).text
        for bad in (made[:-3], "/acknowledge", "/acknowledge?token=x.y"):
            assert nobody.get(bad).status_code == 403
            assert nobody.post(bad).status_code == 403
