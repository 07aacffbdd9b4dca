"""Lay out each exported file: its columns, and where each comes from."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from ledger.compiled import JsonText
from ledger.files import read_back
from ledger.files.cells import ident, moment, word
from ledger.money import points
from markets.core import tables
from markets.records.export_tables import Table

_claims = tables.claims.c
Cell = Callable[[Any], str]


class Kind(NamedTuple):
    """How a value is written, in one cell or two, and read again from the first."""

    cells: tuple[Cell, ...]
    read: read_back.Reader


class Column(NamedTuple):
    """A column of a file: what it is called, and which column of the table it is."""

    name: str
    source: sa.Column[Any]
    kind: Kind

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.kind.cells

    @property
    def readers(self) -> tuple[read_back.Reader, ...]:
        """One a cell. An empty cell is nothing, or no words where there must be some."""
        nothing = None if self.source.nullable else ""
        empty = self.source.nullable or self.kind.read is read_back.text

        def read(cell: str) -> Any:
            return nothing if cell == "" and empty else self.kind.read(cell)

        return (read, *(str for _ in self.cells[1:]))


@dataclass(frozen=True, slots=True)
class Layout:
    """A file: its columns, the columns of its key in order, and which rows are in it.

    `begins` is what stands in the table's other columns after an import: nobody holds the row. `hides` leaves out
    what is nobody's to read yet, but for the export that moves a whole book; `keeps` what members don't see, in the
    export that they make themselves.
    """

    table: sa.Table
    key: tuple[sa.ColumnElement[Any], ...]
    columns: tuple[Column, ...]
    where: tuple[sa.ColumnElement[bool], ...]
    begins: dict[str, Any]
    hides: tuple[sa.ColumnElement[bool], ...] = ()
    keeps: tuple[sa.ColumnElement[bool], ...] = ()

    @property
    def guild(self) -> sa.ColumnElement[Any]:
        return self.table.c.guild_id

    def without(self, names: Collection[str]) -> "Layout":
        """The same file without some of its columns."""
        return replace(self, columns=tuple(one for one in self.columns if one.name not in names))

    @property
    def header(self) -> list[str]:
        """Amounts take two columns, in minor units and in points."""
        named = [(column.name, f"{column.name}_points") for column in self.columns]
        pairs = zip(self.columns, named, strict=True)
        return ["guild", *(name for column, names in pairs for name in names[: len(column.cells)])]


_MARKS: dict[type[Any], str] = {sa.Text: '"', sa.LargeBinary: "#"}


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


def _hex(data: bytes) -> str:
    return word(bytes(data).hex())


_KINDS = {
    "$": Kind((str, points), read_back.whole_number),
    "@": Kind((moment,), read_back.moment),
    '"': Kind((word,), read_back.text),
    "#": Kind((_hex,), read_back.hexed),
    "&": Kind((ident,), read_back.ident),
}


_NUMBER = Kind((str,), read_back.whole_number)


def _layout(
    table: sa.Table,
    key: str,
    *wanted: str,
    without: tuple[sa.ColumnElement[bool], ...] = (),
    begins: dict[str, Any] | None = None,
    hides: tuple[sa.ColumnElement[bool], ...] = (),
    keeps: tuple[sa.ColumnElement[bool], ...] = (),
) -> Layout:
    """A file of one table. Each column as `name`, or `name=column`; before it `$` for an amount, `@` for a moment,
    `"` for text, `#` for bytes, `&` for an id of Discord."""
    made: list[Column] = []
    for one in wanted:
        name, _, source = one.lstrip('$@"#&').partition("=")
        made.append(Column(name, table.c[source or name], _KINDS.get(one[0], _NUMBER)))
    keys = tuple(table.c[name] for name in key.split())
    return Layout(
        table, tuple(_exactly(one) for one in keys), tuple(made), without, begins or {}, hides, keeps
    )


def _plain(table: sa.Table) -> Layout:
    """A file with every column under its own name, written as its type says."""
    wanted: list[str] = []
    for column in table.c:
        kind = "@" if column.name.endswith("_us") else _MARKS.get(type(column.type), "")
        name = column.name.removesuffix("_us")
        if column.name != "guild_id":
            wanted.append(f"{kind}{name}={column.name}")
    key = " ".join(column.name for column in table.primary_key.columns if column.name != "guild_id")
    return _layout(table, key, *wanted)


class _Exact(sa.ColumnElement[str]):
    """A text column in the order of its bytes, which both databases agree on."""

    inherit_cache = True
    _traverse_internals = [("column", InternalTraversal.dp_clauseelement)]  # noqa: RUF012 - SQLAlchemy reads a plain list
    type = sa.Text()

    def __init__(self, column: sa.Column[Any]) -> None:
        self.column = column


@compiles(_Exact)
def _as_it_is(element: _Exact, compiler: SQLCompiler, **more: Any) -> str:
    return compiler.process(element.column, **more)


@compiles(_Exact, "postgresql")
def _in_c(element: _Exact, compiler: SQLCompiler, **more: Any) -> str:
    return f'{compiler.process(element.column, **more)} COLLATE "C"'


def _exactly(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return _Exact(column) if column.type.python_type is str else column


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


LAYOUTS: dict[Table, Layout] = {
    "claims": _layout(
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
    "conditions": _layout(
        tables.conditions,
        "claim",
        *("claim", "on=on_claim", "outcome", "days", '"state', "@decided=decided_us"),
    ),
    "stories": _layout(tables.stories, "claim outcome", "claim", "outcome", "writer", '"name'),
    "items": _layout(
        tables.items,
        "claim number",
        *("claim", "item=number", "@by=by_us", '"words', '"chances', '"state', "judge", "@known=known_us"),
        *("@judged=judged_us", '"evidence', '"reason'),
    ),
    "clarifications": _layout(
        tables.clarifications,
        "claim number",
        "claim",
        "clarification=number",
        "author",
        "@at=at_us",
        '"words',
    ),
    "offers": _layout(
        tables.offers,
        "number",
        *("offer=number", "claim", "maker", "taker", "side", "against", "$maker_stake", "$taker_stake"),
        *('"clause', "@made=made_us", "@expires=expires_us", '"state', "counters", '"outcomes'),
    ),
    "bets": _layout(
        tables.bets,
        "number",
        *("bet=number", "claim", "maker", "taker", "side", "against", "$maker_stake", "$taker_stake"),
        *('"clause', "#terms", "escrow", '"state', "@accepted=accepted_us", "accepted_by"),
        *("@ended=ended_us", "$maker_paid", "$taker_paid", "paid_by", "resolution", '"dissent'),
    ),
    "proposals": _layout(
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
    "disputes": _layout(
        tables.disputes,
        "number",
        *("dispute=number", "claim", "proposal", "challenger", '"ground', '"reason', "bond", '"state'),
        *("@opened=opened_us", '"first_ruling', '"ruling', '"ruling_reason', "@ruled=ruled_us"),
        *("@posted=posted_us", "appellant", '"appeal_reason', "appeal_bond"),
    ),
    "arguments": _layout(
        tables.arguments, "dispute number", "dispute", "argument=number", "author", "@at=at_us", '"words'
    ),
    "votes": _layout(
        tables.votes,
        "dispute round judge",
        *("dispute", "round", "judge", '"result', '"reason', "@at=at_us"),
    ),
    "resolutions": _layout(
        tables.resolutions,
        "number",
        *("resolution=number", "claim", '"result', "proposal", "dispute", "@at=at_us", "@pays=pays_us"),
        *("@paid=paid_us", "@reversed=reversed_us", "reversed_by", '"reversed_why'),
        "#reversed_salt",
    ),
    "acts": _layout(
        tables.acts, "number", *("act=number", "claim", "actor", '"what=act', '"reason', "@at=at_us")
    ),
    "agreements": _layout(
        tables.agreements, "bet", "bet", "suggested_by", '"ending', "$maker_gets", "$taker_gets", "@at=at_us"
    ),
    "moves": _layout(tables.moves, "bet", "bet", "to_claim", "#terms", "signed_by", "@at=at_us"),
    "appointments": _layout(tables.appointments, "claim side", "claim", "side", "judge", "@at=at_us"),
    "counters": _layout(tables.counters, "name", '"name', "last"),
    "due": _layout(
        tables.due_work,
        "kind ref",
        *('"kind', "ref", "@due=due_us", '"state', "tries", '"last_error'),
        without=(tables.due_work.c.kind.not_like("draft.%"),),
        begins=_FREE,
    ),
    "cards": _layout(
        tables.cards,
        "kind ref",
        *('"kind', "ref", "&channel", "&message", "wanted", "shown", '"state', "@begun=begun_us"),
        *("tries", '"last_error'),
        without=((tables.cards.c.kind != "claim") | ~_of_a_draft,),
        begins=_FREE,
    ),
    "posts": _layout(
        tables.posts,
        "number",
        *("post=number", "line", '"kind', '"facts', "@made=made_us", "&channel", "&message"),
        *('"state', "@begun=begun_us", "tries", '"last_error'),
        without=(tables.posts.c.state != "sent", tables.posts.c.kind.not_like("draft.%")),
        begins=_FREE,
    ),
    "follows": _layout(tables.follows, "claim player", "claim", "player"),
    "preferences": _layout(tables.preferences, "player", "player", '"mentions'),
    "markets": _layout(
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
    "market_outcomes": _layout(
        tables.market_outcomes,
        "claim outcome",
        *("claim", "outcome", "opening", "weight", "moved", "sold"),
    ),
    "liquidity": _layout(
        tables.liquidity,
        "claim number",
        *("claim", "number", "player", "actor", "liquidity", "$paid", "transfer", "@at=at_us", "$returned"),
    ),
    "positions": _layout(
        tables.positions,
        "claim player outcome",
        *("claim", "player", "outcome", "shares", "$cost", "$paid"),
        keeps=(_holders_shown(tables.positions),),
    ),
    "orders": _layout(
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
    "trades": _layout(
        tables.trades,
        "claim number",
        *("claim", "trade=number", "player", "outcome", "quantity", "$amount", '"prices', "order=by_order"),
        *("transfer", "@at=at_us"),
        keeps=(_holders_shown(tables.trades),),
    ),
    "pools": _layout(
        tables.pools,
        "claim",
        *("claim", "opener", "escrow", "@opened=opened_us", "@closes=closes_us", "stakes"),
        *('"state', "resolution"),
        begins={"plan": None},
    ),
    "pool_outcomes": _plain(tables.pool_outcomes),
    "stakes": _layout(
        tables.stakes,
        "claim number",
        *("claim", "stake=number", "player", "outcome", "$amount", "transfer", "@at=at_us", '"state', "late"),
        *("$paid", "paid_by"),
        keeps=(_holders_shown(tables.stakes),),
    ),
    "forecasting": _plain(tables.forecasting),
    "forecasts": _layout(
        tables.forecasts,
        "claim player number",
        *("claim", "player", "forecast=number", '"chances', '"quantiles', "@from=from_us", "@until=until_us"),
        hides=(_shown_forecast(),),
    ),
    "scores": _layout(
        tables.scores,
        "resolution player",
        *("resolution", "player", "claim", "@at=at_us", "peer", "baseline", "log", "brier", "coverage"),
        *('"chances', "outcome", "counted"),
        keeps=(_on_the_board(),),
    ),
    "seasons": _layout(
        tables.seasons, "number", *("season=number", '"name', "@from=from_us", "@to=to_us", "made_by")
    ),
    "standings": _plain(tables.standings),
    "tenths": _plain(tables.tenths),
    "unlisted": _plain(tables.unlisted),
    "profits": _layout(
        tables.profits, "claim player", *("claim", "player", "@at=at_us", "$staked", "$profit")
    ),
    "counted_bets": _plain(tables.counted_bets),
    "links": _plain(tables.links),
    "rewards": _layout(
        tables.rewards,
        "number",
        *("reward=number", "claim", "owner", "$amount", "reserve", '"words', "locked_by", "@made=made_us"),
        *("@until=until_us", '"state', "winner", '"why', "@ended=ended_us", "ended_by"),
    ),
}


LATER: Mapping[Table, tuple[str, ...]] = {
    "claims": ("opened",),
    "offers": ("outcomes",),
    "proposals": ("outcomes",),
    "disputes": ("posted",),
}
"""Columns that exports of before version 0012 don't have; an import takes those exports all the same."""
