"""What holds for every table of a settings file: no other keys than those of its class, and no
number that is none (nan) or has no end (inf): nothing can be compared with it or wait for it."""

from collections.abc import Mapping

CLOSED: Mapping[str, str | bool] = {
    "extra": "forbid",  # a key that nobody knows is a mistake, no option
    "allow_inf_nan": False,
}
