"""No folder of the package fills up: one that does is split by subject."""

from pathlib import Path

import steadyhand

PACKAGE = Path(steadyhand.__file__).parent
MOST = 16  # modules of a folder, beside its `__init__`
BY_THE_PIECE = ("lab", "lint/rules")  # a file for each thing there is; not counted here


def test_a_folder_has_room_for_only_so_many_modules() -> None:
    found = {}
    for first in PACKAGE.rglob("__init__.py"):
        folder = first.parent.relative_to(PACKAGE)
        if any(folder.is_relative_to(one) for one in BY_THE_PIECE):
            continue
        modules = len(list(first.parent.glob("*.py"))) - 1
        if modules > MOST:
            found[str(folder)] = modules
    assert found == {}, "a dozen is enough for one folder: split it by subject"
