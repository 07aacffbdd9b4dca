"""Show what everybody may know of a player."""

from bot.text import Currency
from bot.ui.cards import Card
from bot.words import phrases
from markets.views.people import Profile


def profile(seen: Profile, currency: Currency) -> Card:
    """Show what everybody may know of a player."""
    return Card(
        "Profile",
        (
            phrases.who(seen.people, seen.player),
            f"**Bets** {seen.live} open, {seen.won} won, {seen.lost} lost, {seen.record.agreed} ended by agreement",
            f"**Record** {phrases.record(seen.record)}",
            f"**Profit on settled bets** {phrases.change(seen.profit)} {currency.name}",
        ),
        "Balances are private. Points have no cash value.",
    )
