"""How long `sleep` and `watch` are told to wait: their words in, seconds out. Pure, no clock."""

import contextlib

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def divided(duration: str, factor: float) -> str:
    """Divide a duration as `sleep` reads it; what it would not read stays. Pure."""
    number, unit = (duration[:-1], duration[-1:]) if duration[-1:] in _UNITS else (duration, "s")
    try:
        return f"{float(number) * _UNITS[unit] / factor:.3f}"
    except ValueError:
        return duration


def watched(argv: tuple[str, ...]) -> tuple[float, str]:
    """Read `watch`'s interval in seconds and the command it is given. Pure."""
    seconds, index = 2.0, 1
    while index < len(argv) and argv[index].startswith("-"):
        word = argv[index]
        value = word.partition("=")[2] if word.startswith("--interval=") else ""
        if word in {"-n", "--interval"}:
            index += 1
            value = argv[index] if index < len(argv) else ""
        elif word.startswith("-n"):
            value = word[2:]
        with contextlib.suppress(ValueError):
            seconds = max(0.1, float(value))
        index += 1
    return seconds, " ".join(argv[index:])
