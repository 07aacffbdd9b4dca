"""Show a wallet's history, with the claim that each line belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot import text
from bot.ui.cards import Card
from bot.words import wallet

_MOST_TITLE = 80


@dataclass(frozen=True, slots=True)
class ClaimHistory:
    """Hold a page of history; `claims` are the number and title of a line's claim, by its sequence number."""

    moved: wallet.History
    claims: Mapping[int, tuple[int, str]]


def history(seen: ClaimHistory) -> Card:
    """Show a page of movements; those of a claim name it."""
    card = wallet.history(seen.moved)
    if not seen.moved.items:
        return card
    pairs = zip(seen.moved.items, card.text, strict=True)
    return replace(card, text=tuple(line + _claim(seen.claims.get(item.sequence)) for item, line in pairs))


def _claim(named: tuple[int, str] | None) -> str:
    return f"\n-# Claim {named[0]}: {text.escape(named[1], _MOST_TITLE)}" if named else ""
