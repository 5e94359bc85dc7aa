"""One RDS for all tests of the room; each test asks for the instances it needs by their names."""

from collections.abc import Iterator

import pytest
from tests.lab.rds.bench import Bench, open_bench, remove

from steadyhand.lab.rds.provision import Wanted


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Two instances with 100 rows each: `plain`, and `pair`, which is Multi-AZ."""
    made = open_bench(tmp_path_factory.mktemp("rds"))
    try:
        made.rds.provision(
            [
                Wanted("plain", "app", "appuser", parameter_group="plain-parameters"),
                Wanted("pair", "app", "appuser", multi_az=True, exports=()),
            ]
        )
        for name in ("plain", "pair"):
            made.sql(name, "create table rows (n int primary key)")
            made.sql(name, "insert into rows select generate_series(1, 100)")
        made.until(lambda: made.live("pair").standby is not None)
        made.until(lambda: made.describe("plain").get("LatestRestorableTime"))
        made.until(lambda: made.describe("pair").get("LatestRestorableTime"))
        yield made
    finally:
        remove(made)
