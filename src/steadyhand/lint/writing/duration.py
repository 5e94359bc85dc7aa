"""Seconds in, words for a person out."""

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def spoken(seconds: float) -> str:
    """Say a duration in its largest whole unit: 900.0 → "15 min"; 0 → "at once". Pure."""
    if not seconds:
        return "at once"
    size, unit = next((s, u) for s, u in (*_UNITS, (0, "s")) if not s or seconds % s == 0)
    return f"{seconds / (size or 1):g} {unit}"
