"""The status page of many incidents: nothing is read again that stayed as it was."""

from steadyhand.app.responding import incidents
from steadyhand.app.serving.status import Board
from tests.api.conftest import Api
from tests.conftest import Asked


def test_only_what_went_on_is_read_again(api: Api, asked: Asked) -> None:
    keys = [api.incident(f"i{number}") for number in range(3)]
    control = api.service.control

    def read() -> list[set[str]]:
        return [
            set(keys) & set(map(str, named.values()))
            for query, named in asked
            if "type IN" in query
        ]

    asked.clear()
    board = Board(control, api.service.desks)
    (shop,) = board.systems(hidden=True)
    assert (len(shop.open), read()) == (3, [set(keys)])
    assert board.systems(hidden=True) == [shop]
    incidents.post_update(control, keys[1], "ada", "We are on it.")
    (after,) = board.systems(hidden=True)
    assert read() == [set(keys), {keys[1]}]
    assert "We are on it." in str(after)
    assert "We are on it." not in str(shop)
