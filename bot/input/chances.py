"""Read chances that people type for a forecast (RULES C7): `60%`, or one for each outcome: `60, 30, 10`.

A whole number is a percentage, with or without its sign; `0.6` is 60% as it is among odds. Quantiles are three values
of a number or a date: `700 / 800 / 900`.
"""

import re
from collections.abc import Sequence
from fractions import Fraction

from bot import text
from bot.refusals import BadInput
from markets.claims import sides
from markets.claims.terms import Terms
from markets.mechanisms import scoring

_PERCENT = re.compile(r"((?:0|[1-9][0-9]?)(?:\.[0-9]{1,4})?) ?%?", re.ASCII)
_SHARE = re.compile(r"0?\.[0-9]{1,6}", re.ASCII)
_BETWEEN = "chances lie between 0.1% and 99.9%, so write one in between"


def chances(terms: Terms, typed: str) -> tuple[int, ...]:
    """Read one chance for each outcome, in millionths. Of two outcomes one chance is enough: YES's, or the first's.

    Raises:
        BadInput: They can't be read, lie outside 0.1% to 99.9%, or don't add up to 100%.
    """
    names = [text.escape(one.name, 40) for one in terms.outcomes]
    usual = sides.usual(terms.names)
    field = f"Your chance of {names[usual]}" if len(names) == 2 else "Your chances"
    parts = [part for part in re.split(r"[,;/\n]+|\s+(?![%])", typed.strip()) if part.strip()]
    found = [_chance(part.strip(), field) for part in parts]
    if len(names) == 2 and len(found) == 1:
        found.insert(1 - usual, scoring.UNIT - found[0])
    if len(found) != len(names):
        if len(names) == 2:
            raise BadInput(field, "write it like 60%")
        raise BadInput(field, f"write {len(names)} of them, for {text.listed(names)}, such as {_such(names)}")
    if sum(found) != scoring.UNIT:
        whole = f"{float(Fraction(sum(found), 10_000)):g}%"
        raise BadInput(field, f"together they are {whole}, so change them until they are 100%")
    return tuple(found)


def price(typed: str, field: str) -> int:
    """Read one chance in basis points: `60%`, `60`, `0.6`. The caller decides what a price may be.

    Raises:
        BadInput: It can't be read.
    """
    body = typed.strip()
    share, percent = (
        _SHARE.fullmatch(body),
        re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%?", body, re.ASCII),
    )
    if share is None and percent is None:
        raise BadInput(field, "write it like 60%")
    found = Fraction(body) if share or percent is None else Fraction(percent[1]) / 100
    return round(found * 10_000)


def quantiles(typed: str) -> tuple[str, ...]:
    """Read three values as they were typed: the number stays below them with 10%, 50% and 90% chance.

    Raises:
        BadInput: There aren't three.
    """
    parts = [part.strip() for part in re.split(r"\s*[/;,]\s*|\s+", typed.strip()) if part.strip()]
    if len(parts) != 3:
        why = (
            "write three of them, below which it stays with 10%, 50% and 90% chance, such as 700 / 800 / 900"
        )
        raise BadInput("Your values", why)
    return tuple(parts)


def _chance(typed: str, field: str) -> int:
    share, percent = _SHARE.fullmatch(typed), _PERCENT.fullmatch(typed)
    if share:
        found = Fraction(typed)
    elif percent:
        found = Fraction(percent[1]) / 100
    elif re.fullmatch(r"-?[0-9.]{1,12} ?%?", typed, re.ASCII):
        raise BadInput(field, _BETWEEN)
    else:
        raise BadInput(field, "write it like 60%")
    made = found * scoring.UNIT
    if made.denominator != 1:
        raise BadInput(field, "write it with four decimals at most")
    if not scoring.LEAST <= made <= scoring.MOST:
        raise BadInput(field, _BETWEEN)
    return int(made)


def _such(names: Sequence[str]) -> str:
    rest = 100 - 10 * (len(names) - 1)
    return ", ".join([str(rest), *["10"] * (len(names) - 1)]) if rest > 0 else "10, 10 and so on"
