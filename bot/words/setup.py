"""Show all that a server chose on one card, what is missing, and the forms that change it."""

from dataclasses import dataclass

from bot import text
from bot.permissions import INVITED, ChannelState
from bot.server_settings import Places
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, PickChannel, PickOne, PickRole
from ledger import issuance, money
from markets.core.settings import Settings

DEFAULT_FUNDING = 1_000 * money.UNIT
"""Ten default subsidies (RULES A7)."""


@dataclass(frozen=True, slots=True)
class Setup:
    """`announcements` and `log` are the chosen channels as they are now, None where none is chosen."""

    places: Places
    rules: issuance.PointSettings
    bets: Settings
    house: int
    announcements: ChannelState | None
    log: ChannelState | None
    forum: ChannelState | None
    role_gone: bool
    role_silent: bool

    @property
    def currency(self) -> Currency:
        return Currency(self.places.currency_name, self.places.currency_symbol)


def setup(seen: Setup) -> Card:
    well = all(place is not None and place.well for place in (seen.announcements, seen.log))
    rules, currency = seen.rules, seen.currency
    return Card(
        "Setup",
        (
            _place(
                "Announcements", seen.announcements, "offers, results and acts of moderators are posted there"
            ),
            _place("Log", seen.log, "the book's newest digest is posted there on days when points moved"),
            _forum(seen.forum),
            _moderators(seen),
            f"**Time zone** {seen.places.time_zone}",
            "",
            f"**Points** are written like {currency.of(2_500)}",
            f"**Starting balance** {currency.of(rules.starting_balance)}, for Discord accounts older than "
            f"{rules.account_age_days} days",
            f"**Weekly allowance** {currency.of(rules.weekly_allowance) if rules.weekly_allowance else 'off'}",
            f"**Gifts** {f'up to {currency.of(rules.starting_balance // 10)} a day' if rules.gifts else 'off'}. "
            "A bet that is lost on purpose or ended by agreement has no limit: everybody sees it",
            f"**The house** holds {currency.of(seen.house)}",
            "",
            *_bets(seen.bets, currency),
        ),
        "Run /setup again at any time. If your moderators don't see /mod, allow it for them under Server Settings, "
        "Integrations, Crux.",
        (
            Button("Channels and moderators", "setup:places", ButtonLook.PLAIN if well else ButtonLook.MAIN),
            Button("Points", "setup:points"),
            Button("Claims and bets", "setup:bets"),
            Button("Markets and pools", "setup:markets"),
            Button(
                "Switch gifts off" if rules.gifts else "Switch gifts on",
                f"setup:gifts:{int(not rules.gifts)}",
            ),
            Button("Fund the house", "setup:fund"),
            Button("A season", "setup:season"),
            Button("Check again", "setup:check"),
        ),
        accent=Accent.DONE if well else Accent.CAREFUL,
    )


def places_form(chosen: Places) -> Form:
    return Form(
        "Channels and moderators",
        "setup:save-places",
        (
            PickChannel(
                "announcements",
                "Announcements",
                "Public: offers, results, what moderators do",
                chosen.announcement_channel,
            ),
            PickChannel("log", "Log", "The book's newest digest, once a day", chosen.log_channel),
            PickChannel(
                "forum",
                "Forum for claims",
                "Each claim gets its own post there",
                chosen.forum_channel,
                forum=True,
            ),
            PickRole(
                "moderators", "Moderators", "Who may grant, take and settle disputes", chosen.moderator_role
            ),
            Line(
                "zone",
                "Time zone",
                "Such as Europe/Berlin; for deadlines that are typed",
                chosen.time_zone,
                40,
                needed=False,
            ),
        ),
    )


def bets_form(rules: Settings, currency: Currency) -> Form:
    hours = rules.window_seconds // 3_600
    return Form(
        "Claims and bets",
        "setup:save-bets",
        (
            PickOne(
                "who",
                "Who may open claims?",
                (("everyone", "Everyone"), ("moderators", "Moderators only")),
                value=rules.who_may_open,
            ),
            Line("claims", "Open claims per person", "0 is no limit", str(rules.open_claims_per_person), 6),
            Line(
                "most",
                "Most on one bet, for each side",
                "0 is no limit",
                text.number(rules.most_on_one_bet),
                20,
            ),
            Line(
                "window",
                "How long a result may be challenged",
                "At least 24 hours; longer where the proposer gains by it",
                f"{hours} hours",
                20,
            ),
            Line(
                "bond", "Bond of a challenge or an early proposal", "0 is none", text.number(rules.bond), 20
            ),
        ),
    )


def markets_form(rules: Settings) -> Form:
    return Form(
        "Markets and pools",
        "setup:save-markets",
        (
            PickOne(
                "shown",
                "Who sees who holds what?",
                (("always", "Everybody, at any time"), ("closed", "Everybody, once it has closed")),
                value=rules.who_holds_what,
            ),
            Line(
                "liquidity",
                "Liquidity of a market, if nobody says another",
                "In points: more of it, and prices move slower, and opening costs more",
                text.number(rules.liquidity),
                20,
            ),
        ),
        "Claims that are open keep what they were opened under.",
    )


def _bets(rules: Settings, currency: Currency) -> tuple[str, ...]:
    who = "everyone" if rules.who_may_open == "everyone" else "moderators only"
    each = f", up to {rules.open_claims_per_person} open at once for each person"
    most = f"up to {currency.of(rules.most_on_one_bet)} a side" if rules.most_on_one_bet else "of any size"
    hours, days = rules.window_seconds // 3_600, rules.window_gains_seconds // 86_400
    return (
        f"**Claims** may be opened by {who}{each if rules.open_claims_per_person else ''}",
        f"**Bets** {most}",
        f"**Markets** open with a liquidity of {text.number(rules.liquidity)}; who holds what in them and in pools "
        f"is shown {'at any time' if rules.who_holds_what == 'always' else 'once they have closed'}",
        f"**Results** may be challenged for {hours} hours, or {days} days where the proposer gains; the bond is "
        f"{currency.of(rules.bond)}",
    )


def _forum(place: ChannelState | None) -> str:
    if place is None:
        return "**Forum** none: claims are posted with the announcements"
    return _place("Forum", place, "each claim gets its own post there")


def points_form(chosen: Places, rules: issuance.PointSettings) -> Form:
    return Form(
        "Points",
        "setup:save-points",
        (
            Line(
                "name",
                "What they are called",
                'In the plural; nothing is "points"',
                chosen.currency_name,
                20,
                needed=False,
            ),
            Line(
                "symbol",
                "A sign before amounts",
                "Such as ◆; nothing for none",
                chosen.currency_symbol,
                3,
                needed=False,
            ),
            Line(
                "start",
                "Starting balance",
                "Once per person, on their first press",
                text.number(rules.starting_balance),
                20,
            ),
            Line(
                "weekly",
                "Weekly allowance",
                "For whoever is below the starting balance; 0 is off",
                text.number(rules.weekly_allowance),
                20,
            ),
            Line("age", "Days a Discord account must be old", "", str(rules.account_age_days), 4),
        ),
    )


def fund_form(asked: int, currency: Currency) -> Form:
    return Form(
        "Fund the house",
        f"setup:save-fund:{asked}",
        (
            Line("amount", f"How many {currency.name}", "", text.number(DEFAULT_FUNDING), 20),
            Line(
                "reason",
                "Why?",
                "Everybody in this server can read it.",
                "For the house's own subsidies",
                300,
                long=True,
            ),
        ),
        "The house pays for markets that moderators open in its name. Funding it makes new points; it is posted, "
        "and listed in `/ledger acts`.",
    )


def _place(name: str, place: ChannelState | None, use: str) -> str:
    if place is None:
        return f"**{name}** not chosen yet: {use}"
    if place.gone:
        return f"**{name}** the channel you chose was deleted: choose another"
    if place.missing:
        return f"**{name}** {text.channel(place.id)}: Crux lacks {text.listed(list(place.missing))} there"
    return f"**{name}** {text.channel(place.id)}"


def _moderators(seen: Setup) -> str:
    if seen.role_gone:
        return (
            "**Moderators** the role you chose was deleted: choose another. Until then, only people who may manage "
            "the server"
        )
    if not seen.places.moderator_role:
        return "**Moderators** no role chosen: only people who may manage the server"
    role = text.role(seen.places.moderator_role)
    right = f"`{INVITED['mention_everyone'].name}`"  # in quotes, or Discord would show two mentions
    silent = (
        "\nA mention of that role calls nobody where claims are posted: let everybody mention it in its settings, or "
        f"give Crux the right {right} there"
    )
    return f"**Moderators** {role}, and people who may manage the server{silent if seen.role_silent else ''}"
