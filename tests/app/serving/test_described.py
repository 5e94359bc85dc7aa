"""What a service says at its start that it watches."""

from pathlib import Path

from steadyhand.app.runbooks import documents
from steadyhand.app.serving.operate import Operator
from steadyhand.app.watching.desk import Desk
from tests.app.shop import ALARM, PEOPLE, Shop

STRAY = '[alarms."Disk Spcae"] is bound, and no alarm goes by that name'


def test_a_binding_of_no_alarm_is_named(tmp_path: Path) -> None:
    shop = Shop(tmp_path, PEOPLE + ALARM.format(name="Disk Spcae"))
    said = shop.operator.described()
    assert (said[-1], sum("no alarm goes by" in line for line in said)) == (STRAY, 1)
    shop.close()


def test_a_binding_may_be_of_another_document_with_the_same_settings(tmp_path: Path) -> None:
    shop = Shop(tmp_path, PEOPLE + ALARM.format(name="Disk Spcae"))
    other = tmp_path / "depot.md"
    other.write_text(shop.document.replace("Disk", "Disk Spcae"))
    desk = Desk(shop.control, documents.load(other), shop.desk.target, "depot")
    said = Operator(shop.control, [shop.desk, desk], shop.said.append).described()
    assert [line for line in said if "no alarm goes by" in line] == []
    shop.close()
