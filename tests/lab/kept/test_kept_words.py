"""How a value is written and read again, how addresses are renamed, when the file is written."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from moto.s3.models import FakeKey, LifecycleFilter

from steadyhand.lab.kept.account import renaming
from steadyhand.lab.kept.ledger import Ledger, Row, Shelf
from steadyhand.lab.kept.plain import NotPlain, plain, read


@pytest.mark.parametrize(
    "value",
    [
        None,
        1.5,
        "text",
        b"\x00\xff",
        datetime(2026, 1, 2, 3, 4, 5, 6, UTC),
        {"a": [1, {"b": {"c", "d"}}]},
    ],
)
def test_a_value_is_read_as_it_was(value: object) -> None:
    assert read(plain(value)) == value


def test_an_object_of_motos_is_its_attributes() -> None:
    one = LifecycleFilter(prefix="logs/")
    again = read(plain([one]))[0]
    assert type(again) is LifecycleFilter
    assert vars(again) == vars(one)


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(NotPlain):
        plain(Path("/"))
    with pytest.raises(NotPlain):
        plain({1: "one"})
    with pytest.raises(NotPlain):
        plain({"~object": "no"})
    with pytest.raises(NotPlain):
        plain(FakeKey("k", b"", "123456789012", "us-east-1"))


def test_no_other_class_is_made() -> None:
    with pytest.raises(ValueError, match="not of moto"):
        read({"~object": ["subprocess:Popen", {}]})


def test_addresses_are_renamed_whole_and_in_one_go() -> None:
    old = {"db.host": "127.77.1.2", "cache.host": "127.77.1.3", "db.port": "5432", "aws": "h:40000"}
    new = {"db.host": "127.77.1.3", "cache.host": "127.77.1.2", "db.port": "9", "aws": "h:50000"}
    renamed = renaming({"one": (old, new)})
    assert renamed("//127.77.1.2:5432 127.77.1.3") == "//127.77.1.3:5432 127.77.1.2"
    assert renamed("127.77.1.21 1127.77.1.2 127.77.1.2.5") == "127.77.1.21 1127.77.1.2 127.77.1.2.5"
    assert renamed('"h:40000"') == '"h:50000"'


def test_nothing_to_rename() -> None:
    assert renaming({"one": ({}, {"db.host": "127.77.1.2"})})("127.77.1.2") == "127.77.1.2"


class Shop:
    """A store of texts, and a ledger over it; each `again` is another life."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ledger, self.there = Ledger(file), dict[str, Any]()

    def again(self, renamed: Any = lambda text: text) -> "Shop":
        other = Shop(self.file)
        other.ledger.open()
        other.ledger.restore(
            Shelf("thing", "shop", other._rows, other._put, ("Buy", "Sell"), other._stamp), renamed
        )
        return other

    def _rows(self, under: str) -> Iterator[Row]:
        return (Row(key, one) for key, one in self.there.items() if key.startswith(under))

    def _stamp(self) -> object:
        return list(self.there.items())

    def _put(self, row: Row) -> None:
        if row.content == "broken":
            raise ValueError(row.key)
        self.there[row.key] = row.content


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "kept.sqlite").again()


def test_a_call_that_changes_is_written(shop: Shop) -> None:
    shop.there = {"a": "1", "b": "2"}
    shop.ledger.changed("shop", "Buy")
    del shop.there["a"]
    shop.there["b"] = "3"
    assert shop.again().there == {"a": "1", "b": "2"}
    shop.ledger.changed("shop", "Look")
    shop.ledger.changed("other", "Sell")
    assert shop.again().there == {"a": "1", "b": "2"}
    shop.ledger.changed("shop", "Sell")
    assert shop.again().there == {"b": "3"}


def test_only_what_lies_under_is_looked_at(shop: Shop) -> None:
    shop.there = {"a/1": "1", "b/1": "1"}
    shop.ledger.look()
    shop.there = {"a/2": "2"}
    shop.ledger.look("thing", under="a/")
    assert shop.again().there == {"a/2": "2", "b/1": "1"}


def test_what_a_fault_does_is_not_kept(shop: Shop) -> None:
    shop.there = {"a": "1", "b": "1"}
    shop.ledger.hold()
    shop.there["a"] = "of the fault"
    shop.ledger.tick()  # comes at any time, and is not anybody's change
    shop.ledger.go_on("thing")
    shop.there["b"] = "2"
    shop.ledger.look()
    assert shop.again().there == {"a": "1", "b": "2"}
    shop.there["a"] = "1"
    shop.ledger.look()
    assert shop.again().there == {"a": "1", "b": "2"}


def test_what_somebody_changed_meanwhile_is_kept(shop: Shop) -> None:
    shop.ledger.hold()
    shop.there["b"] = "2"
    shop.ledger.changed("shop", "Buy")
    assert shop.again().there == {}
    shop.ledger.go_on("thing")
    assert shop.again().there == {"b": "2"}


def test_what_no_fault_touches_is_kept_all_the_same(shop: Shop) -> None:
    shop.ledger.hold()
    shop.there["b"] = "2"
    shop.ledger.go_on("another")
    assert shop.again().there == {"b": "2"}


def test_a_part_is_made_once(shop: Shop) -> None:
    assert shop.ledger.first("secret a")
    assert not shop.ledger.first("secret a")
    assert shop.again().ledger.first("secret a")  # nothing was written yet
    shop.ledger.look()
    assert not shop.again().ledger.first("secret a")


def test_what_cannot_be_put_back_is_left_where_it_is(shop: Shop) -> None:
    shop.there = {"a": "broken", "b": "2"}
    shop.ledger.look()
    other = shop.again()
    assert other.there == {"b": "2"}
    other.ledger.look()
    assert shop.again(lambda text: text.replace("broken", "mended")).there == {
        "a": "mended",
        "b": "2",
    }


def test_without_a_file_nothing_is_kept() -> None:
    ledger = Ledger(None)
    ledger.open()
    assert ledger.first("a")
    ledger.look()
    ledger.close()


def test_a_file_that_is_none_of_it_is_one_error(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    file.write_text("no database at all, and long enough to be told from an empty one" * 20)
    with pytest.raises(OSError, match="cannot use"):
        Ledger(file).open()


def test_what_changes_by_itself_is_seen(shop: Shop) -> None:
    shop.there["a"] = "1"
    assert shop.again().there == {}
    shop.ledger.tick()
    assert shop.again().there == {"a": "1"}
