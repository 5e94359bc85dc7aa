"""`python -m steadyhand.lab.tools`: a tool by its name, in the lab whose contract is named."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from steadyhand.lab.tools.call import LabInfo

CONTRACT = {
    "control": "http://127.0.0.1:9",
    "aws": {"endpoint": "http://127.0.0.1:8", "region": "us-west-2", "account": "1" * 12},
    "factor": 60,
    "systems": [{"url": "http://127.77.1.9:8080", "hosts": ["shop.example", "www.shop.example"]}],
    "hosts": {"db.shop.example": "127.77.1.4", "www.shop.example": "127.77.1.5"},
}


def test_a_contract_says_where_names_lead() -> None:
    lab = LabInfo.of(CONTRACT, Path("/lab"))
    assert lab.address("shop.example") == "127.77.1.9"
    assert lab.port("shop.example", 443) == 8080
    assert (lab.address("db.shop.example"), lab.port("db.shop.example", 5432)) == (
        "127.77.1.4",
        5432,
    )
    assert lab.address("www.shop.example") == "127.77.1.5"
    assert lab.address("nope.example") is None
    assert (lab.region, lab.factor) == ("us-west-2", 60.0)


@pytest.mark.parametrize(
    ("words", "named", "code", "said"),
    [
        (("dig", "+short", "db.shop.example"), True, 0, "127.77.1.4\n"),
        (("nosuchtool",), True, 127, "the lab has no such tool"),
        (("dig", "x"), False, 1, "does not name a lab's contract"),
    ],
)
def test_the_program(
    tmp_path: Path, words: tuple[str, ...], named: bool, code: int, said: str
) -> None:
    contract = tmp_path / "contract.json"
    contract.write_text(json.dumps(CONTRACT))
    done = subprocess.run(
        (sys.executable, "-m", "steadyhand.lab.tools", *words),
        env={"STEADYHAND_LAB": str(contract)} if named else {},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True)
