"""/help: what Crux is, and the rules by topic, in the words people use."""

from bot.cards import Card
from bot.render.text import Currency
from ledger import grants

TOPICS = {
    "start": "What Crux is",
    "points": "Points, the allowance and gifts",
    "markets": "Share markets and limit orders",
    "cruxes": "Cruxes: what would change your mind",
    "book": "The book, and how to check it",
    "moderators": "What moderators may do",
    "privacy": "What is stored about you",
}


def topic(name: str, rules: grants.Settings, currency: Currency) -> Card:
    """One topic, with this server's own numbers in it."""
    body = {
        "start": _start,
        "points": _points,
        "markets": _markets,
        "cruxes": _cruxes,
        "book": _book,
        "moderators": _moderators,
        "privacy": _privacy,
    }
    return Card(
        TOPICS[name],
        ("\n\n".join(body[name](rules, currency)),),
        "Points have no cash value: they can't be bought, sold or cashed out. More: /help with a topic.",
    )


def _start(rules: grants.Settings, currency: Currency) -> tuple[str, ...]:
    return (
        "Crux keeps score between people who disagree about the future. It writes down what is claimed, holds what "
        "each side puts behind it, watches the calendar, and keeps a book that anyone can check, for years.",
        f"You take part by pressing a button or running a command: your first one makes your wallet, with "
        f"{currency.of(rules.starting_balance)} in it. There is nothing to sign up for.",
        "Begin with `/wallet show`.",
    )


def _points(rules: grants.Settings, currency: Currency) -> tuple[str, ...]:
    gifts = (
        f"You can give away up to {currency.of(rules.starting_balance // 10)} a day, never while you owe something: "
        "`/wallet give`."
        if rules.gifts
        else "Gifts are switched off in this server."
    )
    allowance = (
        f"Whoever is below the starting balance can draw {currency.of(rules.weekly_allowance)} a week, up to it: "
        "`/wallet allowance`. What is locked, and what you gave away in the last 90 days, counts as still yours. "
        "Weeks you miss don't add up."
        if rules.weekly_allowance
        else "There is no weekly allowance in this server."
    )
    return (
        f"Everybody starts once with {currency.of(rules.starting_balance)}, if their Discord account is older than "
        f"{rules.account_age_days} days. A moderator can let a younger one in.",
        allowance,
        gifts,
        "Nothing you do yourself takes your wallet below zero. Only something you were paid and that is taken back "
        "later can; what you win or are granted then pays it off first.",
    )


def _markets(rules: grants.Settings, currency: Currency) -> tuple[str, ...]:
    return (
        "On a claim with a market you buy shares of an outcome at any time: each pays 1 point if it "
        "comes and nothing if "
        "not, so a price of 62% is what the market thinks. Press an outcome on the claim's card, or use "
        "`/market buy`; "
        "you can sell again whenever you like: `/market sell`.",
        "You see cost, shares, the price after it, the worst case and your balance before anything "
        "moves. If the price "
        "gets worse by more than 2 points of chance meanwhile, you are asked again.",
        "`/market open` opens one. Whoever opens it pays the subsidy, the most they can lose, and gets "
        "back what is left. "
        "More liquidity means that prices move slower.",
        "`/market order` lets an order rest until the price reaches your limit; you never pay more than that. "
        "`/market portfolio` shows what you hold and each ending.",
    )


def _cruxes(rules: grants.Settings, currency: Currency) -> tuple[str, ...]:
    return (
        "A crux is a claim that would change your mind about another one: if this comes out so, you would raise "
        "that, or lower it. `/claim link` puts it on both cards under your name; `/claim links` shows yours.",
        "When the first claim comes out you get one note, as you chose to be told of things (`/bet reminders`). "
        "What you say of the other claim before and after then stands beside the crux, unless forecasts there are "
        "hidden.",
        "It takes no points and binds you to nothing. `/claim unlink` takes it back while both claims go on, and "
        "`/claim list` finds what is linked to a claim of yours.",
    )


def _book(rules: grants.Settings, currency: Currency) -> tuple[str, ...]:
    return (
        "Each server has a book of its own, and nothing crosses servers. Every movement is a transfer whose entries "
        "sum to zero. It is never edited, and is undone only by its opposite.",
        "Each transfer carries a digest over itself and the digest before it. Two people who see the same newest "
        "digest see the same book. On days when points moved it is posted in the log channel.",
        "`/ledger verify` rebuilds every balance and every digest. `/ledger export` gives you your own entries as a "
        "table; moderators get the server's.",
    )


def _moderators(rules: grants.Settings, currency: Currency) -> tuple[str, ...]:
    return (
        "Moderators can grant points and take them. Each time they say why, it is posted, and everybody finds it in "
        "`/ledger acts`.",
        "The house, the server's own account, gets points by setup alone, and that is listed there too.",
        "Crux shows your balance to you alone; only the server's export, for moderators, holds everybody's.",
    )


def _privacy(rules: grants.Settings, currency: Currency) -> tuple[str, ...]:
    return (
        "Crux stores your Discord id in one place, beside a number that the book uses, and the transfers of that "
        "number. `/privacy export` gives you all of it.",
        "`/privacy delete` takes your id out of this server's book. Your wallet goes to the house, a debt stays "
        "under the number, and what you wrote is erased. The book still balances.",
        "A keyed digest of your id is kept for a year, to refuse a second starting balance and for nothing else.",
    )
