"""Lay out each exported file: its columns, and where each comes from."""

from collections.abc import Mapping

import sqlalchemy as sa

from ledger.compiled import JsonText
from markets.core import tables
from markets.records.export_columns import Layout, layout, plain
from markets.records.export_tables import Table

_claims = tables.claims.c
_salts = tables.record_salts.c
_FREE = {"owner": 0, "lease_us": 0, "fence": 0}
_private = ("draft", "dropped")
_of_a_draft = (  # a card of a claim that others don't know of
    sa.exists()
    .where(
        _claims.guild_id == tables.cards.c.guild_id,
        _claims.number == tables.cards.c.ref,
        _claims.state.in_(_private),
    )
    .correlate(tables.cards)
)


def _shown_forecast() -> sa.ColumnElement[bool]:
    """Whether everybody may see a forecast: not while its claim is open and its author hides them (C7)."""
    of, rule, claim = tables.forecasts.c, tables.forecasting.c, tables.claims.c
    return ~sa.exists().where(
        rule.guild_id == of.guild_id,
        rule.claim == of.claim,
        rule.hidden == 1,
        rule.revealed_us.is_(None),
        claim.guild_id == of.guild_id,
        claim.number == of.claim,
        claim.state.not_in(["settled", "void", "unresolved"]),
    )


def _holders_shown(of: sa.Table) -> sa.ColumnElement[bool]:
    """Whether everybody may see who holds what: where the server shows it later, not while the claim is open (E1)."""
    claim = tables.claims.c
    return ~sa.exists().where(
        claim.guild_id == of.c.guild_id,
        claim.number == of.c.claim,
        claim.state == "open",
        JsonText(claim.settings, "who_holds_what") == "closed",
    )


def _on_the_board() -> sa.ColumnElement[bool]:
    """Those who asked to be left out of the board are left out here as well (E6)."""
    of, left_out = tables.scores.c, tables.unlisted.c
    return ~sa.exists().where(left_out.guild_id == of.guild_id, left_out.player == of.player)


def _salt_of_shown() -> tuple[sa.ColumnElement[bool], ...]:
    """Whether the row that a salt belongs to is in an export without people: neither who they are nor what they
    forecast in hiding."""
    of = tables.forecasts.c
    thing = (
        sa.cast(of.claim, sa.Text())
        + "/"
        + sa.cast(of.player, sa.Text())
        + "/"
        + sa.cast(of.number, sa.Text())
    )
    hidden = sa.exists().where(
        of.guild_id == _salts.guild_id, _salts.tab == "forecasts", _salts.thing == thing, ~_shown_forecast()
    )
    return (_salts.tab != "players", ~hidden)


LAYOUTS: dict[Table, Layout] = {
    "claims": layout(
        tables.claims,
        "number",
        *("claim=number", "author", '"state', '"kind', "@made=made_us", "@opened=opened_us"),
        *(
            "@closes=closes_us",
            "@deadline=deadline_us",
            "@check=check_us",
            "frozen",
            "halted",
            "supersedes",
            "resolution",
        ),
        *('"warned', "#digest", '"settings', '"terms'),
        without=(_claims.state.not_in(_private),),
        begins={"typed": None},
    ),
    "conditions": layout(
        tables.conditions,
        "claim",
        *("claim", "on=on_claim", "outcome", "days", '"state', "@decided=decided_us"),
    ),
    "stories": layout(tables.stories, "claim outcome", "claim", "outcome", "writer", '"name'),
    "items": layout(
        tables.items,
        "claim number",
        *("claim", "item=number", "@by=by_us", '"words', '"chances', '"state', "judge", "@known=known_us"),
        *("@judged=judged_us", '"evidence', '"reason'),
    ),
    "clarifications": layout(
        tables.clarifications,
        "claim number",
        "claim",
        "clarification=number",
        "author",
        "@at=at_us",
        '"words',
    ),
    "offers": layout(
        tables.offers,
        "number",
        *("offer=number", "claim", "maker", "taker", "side", "against", "$maker_stake", "$taker_stake"),
        *('"clause', "@made=made_us", "@expires=expires_us", '"state', "counters", '"outcomes'),
    ),
    "bets": layout(
        tables.bets,
        "number",
        *("bet=number", "claim", "maker", "taker", "side", "against", "$maker_stake", "$taker_stake"),
        *('"clause', "#terms", "escrow", '"state', "@accepted=accepted_us", "accepted_by"),
        *("@ended=ended_us", "$maker_paid", "$taker_paid", "paid_by", "resolution", '"dissent'),
    ),
    "proposals": layout(
        tables.proposals,
        "number",
        *("proposal=number", "claim", "proposer", '"result', '"evidence', '"reason', "@known=known_us"),
        *(
            "gains",
            "early",
            "confirm",
            "bond",
            "@made=made_us",
            "window_seconds",
            "@window_from=window_from_us",
        ),
        *("@window_to=window_to_us", '"state', "@ended=ended_us", '"outcomes'),
    ),
    "disputes": layout(
        tables.disputes,
        "number",
        *("dispute=number", "claim", "proposal", "challenger", '"ground', '"reason', "bond", '"state'),
        *("@opened=opened_us", '"first_ruling', '"ruling', '"ruling_reason', "@ruled=ruled_us"),
        *("@posted=posted_us", "appellant", '"appeal_reason', "appeal_bond"),
    ),
    "arguments": layout(
        tables.arguments, "dispute number", "dispute", "argument=number", "author", "@at=at_us", '"words'
    ),
    "votes": layout(
        tables.votes,
        "dispute round judge",
        *("dispute", "round", "judge", '"result', '"reason', "@at=at_us"),
    ),
    "volunteers": plain(tables.volunteers),
    "calls": plain(tables.calls),
    "candidates": plain(tables.candidates),
    "draws": plain(tables.draws),
    "lots": plain(tables.lots),
    "agreed_judges": plain(tables.agreed_judges),
    "resolutions": layout(
        tables.resolutions,
        "number",
        *("resolution=number", "claim", '"result', "proposal", "dispute", "@at=at_us", "@pays=pays_us"),
        *("@paid=paid_us", "@reversed=reversed_us", "reversed_by", '"reversed_why'),
        "#reversed_salt",
    ),
    "acts": layout(
        tables.acts,
        "number",
        *("act=number", "claim", "actor", '"what=act', '"reason', "@at=at_us", "proposal"),
    ),
    "agreements": layout(
        tables.agreements, "bet", "bet", "suggested_by", '"ending', "$maker_gets", "$taker_gets", "@at=at_us"
    ),
    "moves": layout(tables.moves, "bet", "bet", "to_claim", "#terms", "signed_by", "@at=at_us"),
    "appointments": layout(tables.appointments, "claim side", "claim", "side", "judge", "@at=at_us"),
    "counters": layout(tables.counters, "name", '"name', "last"),
    "due": layout(
        tables.due_work,
        "kind ref",
        *('"kind', "ref", "@due=due_us", '"state', "tries", '"last_error'),
        without=(tables.due_work.c.kind.not_like("draft.%"),),
        begins=_FREE,
    ),
    "cards": layout(
        tables.cards,
        "kind ref",
        *('"kind', "ref", "&channel", "&message", "wanted", "shown", '"state', "@begun=begun_us"),
        *("tries", '"last_error'),
        without=((tables.cards.c.kind != "claim") | ~_of_a_draft,),
        begins=_FREE,
    ),
    "posts": layout(
        tables.posts,
        "number",
        *("post=number", "line", '"kind', '"facts', "@made=made_us", "&channel", "&message"),
        *('"state', "@begun=begun_us", "tries", '"last_error'),
        without=(tables.posts.c.state != "sent", tables.posts.c.kind.not_like("draft.%")),
        begins=_FREE,
    ),
    "follows": layout(tables.follows, "claim player", "claim", "player"),
    "preferences": layout(tables.preferences, "player", "player", '"mentions'),
    "hushed": plain(tables.hushed),
    "markets": layout(
        tables.markets,
        "claim",
        *(
            "claim",
            "opener",
            "house",
            "let_by",
            "escrow",
            "liquidity",
            "trades",
            '"state',
            "@opened=opened_us",
        ),
        *("resolution", "phase", "cursor", "chunks"),
    ),
    "market_outcomes": layout(
        tables.market_outcomes,
        "claim outcome",
        *("claim", "outcome", "opening", "weight", "moved", "sold"),
    ),
    "liquidity": layout(
        tables.liquidity,
        "claim number",
        *("claim", "number", "player", "actor", "liquidity", "$paid", "transfer", "@at=at_us", "$returned"),
    ),
    "positions": layout(
        tables.positions,
        "claim player outcome",
        *("claim", "player", "outcome", "shares", "$cost", "$paid"),
        keeps=(_holders_shown(tables.positions),),
    ),
    "orders": layout(
        tables.orders,
        "number",
        *(
            "order=number",
            "claim",
            "player",
            "outcome",
            "sells",
            "limit_bps",
            "$budget",
            "quantity",
            "reserve",
        ),
        *("filled", "$amount", "@made=made_us", "@expires=expires_us", '"state', "@ended=ended_us"),
    ),
    "trades": layout(
        tables.trades,
        "claim number",
        *("claim", "trade=number", "player", "outcome", "quantity", "$amount", '"prices', "order=by_order"),
        *("transfer", "@at=at_us"),
        keeps=(_holders_shown(tables.trades),),
    ),
    "pools": layout(
        tables.pools,
        "claim number",
        *("claim", "opener", "escrow", "@opened=opened_us", "@closes=closes_us", "stakes"),
        *('"state', "resolution", "pool=number"),
        begins={"plan": None, "number": 1},
    ),
    "pool_outcomes": layout(
        tables.pool_outcomes,
        "claim outcome pool",
        *("claim", "outcome", "staked", "pool"),
        begins={"pool": 1},
    ),
    "stakes": layout(
        tables.stakes,
        "claim number",
        *("claim", "stake=number", "player", "outcome", "$amount", "transfer", "@at=at_us", '"state', "late"),
        *("$paid", "paid_by", "pool"),
        begins={"pool": 1},
        keeps=(_holders_shown(tables.stakes),),
    ),
    "forecasting": plain(tables.forecasting),
    "forecasts": layout(
        tables.forecasts,
        "claim player number",
        *("claim", "player", "forecast=number", '"chances', '"quantiles', "@from=from_us", "@until=until_us"),
        hides=(_shown_forecast(),),
    ),
    "scores": layout(
        tables.scores,
        "resolution player",
        *("resolution", "player", "claim", "@at=at_us", "peer", "baseline", "log", "brier", "coverage"),
        *('"chances', "outcome", "counted"),
        keeps=(_on_the_board(),),
    ),
    "seasons": layout(
        tables.seasons, "number", *("season=number", '"name', "@from=from_us", "@to=to_us", "made_by")
    ),
    "standings": plain(tables.standings),
    "tenths": plain(tables.tenths),
    "unlisted": plain(tables.unlisted),
    "profits": layout(
        tables.profits, "claim player", *("claim", "player", "@at=at_us", "$staked", "$profit")
    ),
    "counted_bets": plain(tables.counted_bets),
    "links": plain(tables.links),
    "rewards": layout(
        tables.rewards,
        "number",
        *("reward=number", "claim", "owner", "$amount", "reserve", '"words', "locked_by", "@made=made_us"),
        *("@until=until_us", '"state', "winner", '"why', "@ended=ended_us", "ended_by"),
    ),
    "records": layout(
        tables.records,
        "number",
        *("record=number", "format", '"what=kind', "@at=at_us", "transfers", "#head", "#digest"),
    ),
    "record_lines": layout(
        tables.record_lines, "number tab thing", "record=number", '"table=tab', '"thing', "#digest"
    ),
    "record_salts": layout(
        tables.record_salts, "tab thing", '"table=tab', '"thing', "#salt", hides=_salt_of_shown()
    ),
}

LATER: Mapping[Table, tuple[str, ...]] = {
    "claims": ("opened",),
    "offers": ("outcomes",),
    "proposals": ("outcomes",),
    "disputes": ("posted",),
    "acts": ("proposal",),
    "pools": ("pool",),
    "pool_outcomes": ("pool",),
    "stakes": ("pool",),
}
"""Columns that exports of before they were there don't have; an import takes those exports all the same."""
