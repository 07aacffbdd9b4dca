"""Lay out each exported file: its columns, and where each comes from."""

import sqlalchemy as sa

from ledger.compiled import JsonText
from markets.core import tables
from markets.records.export_columns import Layout, layout
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
        "claim",
        after={"opened_us": "made_us", "digest": "warned", "settings": "digest", "terms": "settings"},
        left={"typed": None},
        later={"opened_us": None},
        without=(_claims.state.not_in(_private),),
    ),
    "conditions": layout(tables.conditions, names={"on_claim": "on"}),
    "stories": layout(tables.stories),
    "items": layout(tables.items, "item", after={"by_us": "number"}),
    "clarifications": layout(tables.clarifications, "clarification", after={"at_us": "author"}),
    "offers": layout(tables.offers, "offer", amounts="maker_stake taker_stake", later={"outcomes": None}),
    "bets": layout(tables.bets, "bet", amounts="maker_stake taker_stake maker_paid taker_paid"),
    "proposals": layout(tables.proposals, "proposal", later={"outcomes": None}),
    "disputes": layout(
        tables.disputes,
        "dispute",
        after={"first_ruling": "opened_us", "posted_us": "ruled_us"},
        later={"posted_us": None},
    ),
    "arguments": layout(tables.arguments, "argument", after={"at_us": "author"}),
    "votes": layout(tables.votes),
    "volunteers": layout(tables.volunteers),
    "calls": layout(tables.calls),
    "candidates": layout(tables.candidates),
    "draws": layout(tables.draws),
    "lots": layout(tables.lots),
    "agreed_judges": layout(tables.agreed_judges),
    "resolutions": layout(tables.resolutions, "resolution"),
    "acts": layout(tables.acts, "act", names={"act": "what"}, later={"proposal": None}),
    "agreements": layout(tables.agreements, amounts="maker_gets taker_gets"),
    "moves": layout(tables.moves),
    "appointments": layout(tables.appointments),
    "counters": layout(tables.counters),
    "due": layout(tables.due_work, left=_FREE, without=(tables.due_work.c.kind.not_like("draft.%"),)),
    "cards": layout(
        tables.cards,
        idents="channel message",
        left=_FREE,
        without=((tables.cards.c.kind != "claim") | ~_of_a_draft,),
    ),
    "posts": layout(
        tables.posts,
        "post",
        idents="channel message",
        left=_FREE,
        without=(tables.posts.c.state != "sent", tables.posts.c.kind.not_like("draft.%")),
    ),
    "follows": layout(tables.follows),
    "preferences": layout(tables.preferences),
    "hushed": layout(tables.hushed),
    "markets": layout(tables.markets),
    "market_outcomes": layout(tables.market_outcomes),
    "liquidity": layout(tables.liquidity, amounts="paid returned"),
    "positions": layout(tables.positions, amounts="cost paid", keeps=(_holders_shown(tables.positions),)),
    "orders": layout(tables.orders, "order", amounts="budget amount"),
    "trades": layout(
        tables.trades,
        "trade",
        amounts="amount",
        names={"by_order": "order"},
        keeps=(_holders_shown(tables.trades),),
    ),
    "pools": layout(
        tables.pools, "pool", after={"number": "resolution"}, left={"plan": None}, later={"number": 1}
    ),
    "pool_outcomes": layout(tables.pool_outcomes, after={"pool": "staked"}, later={"pool": 1}),
    "stakes": layout(
        tables.stakes,
        "stake",
        amounts="amount paid",
        later={"pool": 1},
        keeps=(_holders_shown(tables.stakes),),
    ),
    "forecasting": layout(tables.forecasting),
    "forecasts": layout(tables.forecasts, "forecast", hides=(_shown_forecast(),)),
    "scores": layout(
        tables.scores,
        after={"peer": "at_us", "baseline": "peer", "log": "baseline"},
        keeps=(_on_the_board(),),
    ),
    "seasons": layout(tables.seasons, "season"),
    "standings": layout(tables.standings),
    "tenths": layout(tables.tenths),
    "unlisted": layout(tables.unlisted),
    "profits": layout(tables.profits, amounts="staked profit"),
    "counted_bets": layout(tables.counted_bets),
    "links": layout(tables.links),
    "rewards": layout(tables.rewards, "reward", amounts="amount"),
    "records": layout(tables.records, "record", names={"kind": "what"}),
    "record_lines": layout(tables.record_lines, "record", names={"tab": "table"}),
    "record_salts": layout(tables.record_salts, names={"tab": "table"}, hides=_salt_of_shown()),
}
