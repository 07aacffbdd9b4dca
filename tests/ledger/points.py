"""Points as files show them, read back without a float."""

import re

_EXACT = re.compile(r"(-?)(0|[1-9][0-9]*)\.([0-9]{2})", re.ASCII)


def minor(text: str) -> int:
    """Return the minor units of points that have exactly two decimals, the inverse of `money.points`."""
    found = _EXACT.fullmatch(text)
    assert found is not None, text
    sign, whole, cents = found.groups()
    return int(f"{sign}{whole}{cents}")
