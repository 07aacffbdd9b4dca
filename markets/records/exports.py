"""Export claims, bets, markets and results as CSV, joined to the book's files (`ledger.files.exports`).

Streamed page by page like those, cells as `ledger.files.cells` says; `markets.records.imports` reads them back. The
ids are the stable ones: the guild, and the number of a claim, offer (a bet has its offer's), proposal, dispute,
resolution or act; players, accounts (escrow, bond) and transfers (accepted_by, paid_by) are numbered as in the book.
Rows are as they stand when they are read: what moved points, and when, is in the book's files for good. Drafts are
their author's and are left out, with all about them. Forecasts that are hidden still are in no export but the one
with people, which a whole book is moved by: it holds what the database holds, and nobody but its operator makes it.

Beside what people read stands what Crux needs to go on elsewhere: what is due, what isn't told yet, which message
shows what. Which process holds a row just now stays behind.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from ledger.compiled import JsonText, param
from ledger.errors import AlreadyThere, BadFolder
from ledger.files import paging, read_back
from ledger.files.cells import ident, moment, word
from ledger.files.paging import PageQuery, Rows, Steps
from ledger.money import points
from ledger.storage.database import Database
from markets.core import tables

FORMAT = 1
MANIFEST = "manifest.json"
FOLDER = "claims"
"""The folder inside that of a whole book."""

Table = Literal[
    "claims",
    "conditions",
    "stories",
    "items",
    "clarifications",
    "offers",
    "bets",
    "proposals",
    "disputes",
    "arguments",
    "votes",
    "resolutions",
    "acts",
    "agreements",
    "moves",
    "appointments",
    "counters",
    "due",
    "cards",
    "posts",
    "follows",
    "preferences",
    "markets",
    "market_outcomes",
    "liquidity",
    "orders",
    "positions",
    "trades",
    "pools",
    "pool_outcomes",
    "stakes",
    "forecasting",
    "forecasts",
    "scores",
    "seasons",
    "standings",
    "tenths",
    "unlisted",
    "profits",
    "counted_bets",
    "links",
    "rewards",
]
TABLES: tuple[Table, ...] = get_args(Table)

PEOPLES: tuple[Table, ...] = ("follows", "preferences", "unlisted")
"""What people chose for themselves: it is exported with their ids only, and of no use without."""

ABOUT = """\
Claims and bets of one Discord server, as Crux kept them; the points they moved are in the book's files beside this
folder, under the same numbers of players, accounts and transfers.

claims.csv          what was claimed: terms as JSON with their SHA-256, state, times, what it supersedes
conditions.csv      claims that hang on another's outcome, by its number there, and whether that has come; with `days`
                    the deadline counts from `decided`. The terms say the same
stories.csv         scenarios: the stories that are a claim's outcomes, and who wrote each
items.csv           what they speak of: each story's chance in basis points, and what its judges said of it. Of the
                    items that are `true` or `false` the mean of (chance - came)^2 is a story's score, the lowest wins
clarifications.csv  dated additions by judges
offers.csv          bets proposed; `taker` 0 is anyone; the maker backs outcome `side`, or all but it if `against`;
                    `outcomes` are those it was made on, where the claim has others by now
bets.csv            offers that were taken, under the same number: stakes, escrow, and what each side got back
proposals.csv       results that somebody named, with their evidence, when they became public (in results elsewhere
                     that is `known_us`, in microseconds since 1970) and the time to object; `outcomes` as of offers
disputes.csv        objections, what was ruled and appealed; `posted` is when the ruling was, or what counts as that
arguments.csv       what others added to a dispute
votes.csv           judges' votes; round 1 is the ruling, 2 the appeal
resolutions.csv     how each claim came out; `reversed` where a result was taken back
acts.csv            what moderators and judges did, with the reason
agreements.csv      endings that one side of a bet suggested and the other has not signed yet
moves.csv           bets that one side would move to a better wording
appointments.csv    whom the sides of a dispute would have judge it
counters.csv        the last number that was given to a claim, an offer and so on
due.csv             what time will make necessary, and when
cards.csv           which message in Discord shows a claim, an offer or a dispute
posts.csv           what is still to be told
follows.csv         who follows which claim; only where Discord ids are exported too
preferences.csv     who wants to be told otherwise than by a mention; only where Discord ids are exported too
markets.csv         share markets: liquidity, escrow, who opened them; `house` 1 where the house pays
market_outcomes.csv a market's outcomes: opening weight, shares sold; prices follow from `moved` and `weight`
liquidity.csv       who paid which part of a subsidy, and what returned; `player` 0 is the house
positions.csv       what each player holds or held of an outcome, its cost less sales, and what it paid
orders.csv          limit orders: budget or quantity, reserve, and how much of them was filled
trades.csv          every purchase and sale in order, below zero for a sale, with all prices after it in millionths
pools.csv           pools with their escrows, one at most on a claim
stakes.csv          what was put into them, and what each stake got back; `late` ones returned before the split
forecasts.csv       chances in millionths, one for each outcome; the one without `until` is what somebody says now.
                    Those that are hidden still stand only in the export with people, which moves a whole book
scores.csv          how forecasts did, in millionths: peer, baseline, log, Brier, and the part of the time they stood
profits.csv         what each player staked and gained or lost on a settled claim
seasons.csv         windows of settlement dates with boards of their own
links.csv           cruxes: if `claim` comes out as `outcome`, the player would raise `target_outcome` of `target`, or
                    lower it; `told` is the result of which they had their note
rewards.csv         points locked for an argument that moves a forecast, and whom they went to or that they returned
standings.csv ...   what the board is kept in, and who asked to be left out (only where Discord ids are exported too)
manifest.json       which server, and the digest of each file

A payout's transfer has the key resolution:N:bet:B, its reversal resolution:N:back:B; those of a market's end are
resolution:N:market:1, 2 and so on. Shares are in units, of which each pays 0.01 points. Amounts are whole
hundredths of a point; the columns ending in _points show the same with two decimals. Times are UTC. Points have no
cash value.
"""

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
_claims = tables.claims.c
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


def columns(table: Table) -> list[str]:
    """The header of a file."""
    return LAYOUTS[table].header


def blocks(tx: Connection, guild: int, table: Table, *, hidden: bool = False) -> Iterator[str]:
    """A table as CSV, some whole lines at a time; with what is `hidden` from everybody still, or without it.

    Raises:
        UnknownGuild: There is no such book.
    """
    return paging.run(tx, paging.guarded(guild, _told(guild, table, hidden=hidden)))


def stream(db: Database, guild: int, table: Table, *, public: bool = False) -> AsyncIterator[str]:
    """The same of an open database, beside its writes; where it is `public`, only what every member may see."""
    return paging.stream(db, paging.guarded(guild, _told(guild, table, public=public)))


def add_to_folder(tx: Connection, guild: int, folder: Path, *, with_people: bool = False) -> dict[str, int]:
    """Write every table into a new folder `claims` inside that of the book, all or none; how many rows of each.

    Nothing is written where there is no claim, but for drafts.

    Raises:
        UnknownGuild: There is no such book.
        AlreadyThere, BadFolder: It can't be written.
    """
    place = folder / FOLDER
    if place.exists():
        raise AlreadyThere(place)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder))
        try:
            counts = _write_all(tx, guild, made, with_people=with_people)
            if not counts["claims"]:  # a book without claims stays as it was
                shutil.rmtree(made)
                return counts
            made.chmod(0o755)
            made.rename(place)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise BadFolder(place, error.strerror or type(error).__name__) from error
    return counts


def written(*, people: bool) -> tuple[Table, ...]:
    """The tables of an export, in the order in which one may point to another before it."""
    return tuple(table for table in TABLES if people or table not in PEOPLES)


def _write_all(tx: Connection, guild: int, place: Path, *, with_people: bool) -> dict[str, int]:
    files: dict[str, dict[str, int | str]] = {}
    for table in written(people=with_people):
        digest, lines = hashlib.sha256(), 0
        with (place / f"{table}.csv").open("xb") as file:
            for block in blocks(tx, guild, table, hidden=with_people):
                data = block.encode()
                file.write(data)
                digest.update(data)
                lines += block.count("\n")
        files[f"{table}.csv"] = {"lines": lines, "sha256": digest.hexdigest()}
    (place / "README.txt").write_text(ABOUT, encoding="utf-8", newline="\n")
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "crux": version("crux-bot"),
        "guild": str(guild),
        "people": with_people,
    }
    manifest["files"] = files
    (place / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8", newline="\n")
    return {table: int(files[f"{table}.csv"]["lines"]) - 1 for table in written(people=with_people)}


def _told(guild: int, table: Table, *, hidden: bool = False, public: bool = False) -> Steps:
    yield from paging.note(paging.Selection(guild))  # raises UnknownGuild
    layout = LAYOUTS[table]
    yield ",".join(layout.header) + "\n"
    after = tuple("" if column.type.python_type is str else 0 for column in layout.key)
    statement = _statement(layout, hidden=hidden, public=public)
    while rows := (yield PageQuery(statement, _values(guild, after))):
        yield _lines(guild, layout, rows)
        after = tuple(rows[-1][: len(layout.key)])


def _values(guild: int, after: tuple[int | str, ...]) -> dict[str, Any]:
    return {"g": guild, "most": paging.PAGE} | {f"after_{place}": value for place, value in enumerate(after)}


def _lines(guild: int, layout: Layout, rows: Rows) -> str:
    start, skip = ident(guild), len(layout.key)
    made: list[str] = []
    for row in rows:
        cells = [
            "" if value is None else cell(value)
            for column, value in zip(layout.columns, row[skip:], strict=True)
            for cell in column.cells
        ]
        made.append(f"{start},{','.join(cells)}\n")
    return "".join(made)


def _statement(layout: Layout, *, hidden: bool, public: bool) -> sa.Select[*tuple[Any, ...]]:
    after = sa.tuple_(*(param(f"after_{place}") for place in range(len(layout.key))))
    return (
        sa.select(*layout.key, *(column.source.label(f"c{n}") for n, column in enumerate(layout.columns)))
        .where(
            layout.guild == param("g"),
            sa.tuple_(*layout.key) > after,
            *layout.where,
            *(() if hidden else layout.hides),
            *(layout.keeps if public else ()),
        )
        .order_by(*layout.key)
        .limit(param("most"))
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
