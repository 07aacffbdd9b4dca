"""Tables of forecasts, of their scores, and of the standings that come of them."""

import sqlalchemy as sa
from sqlmodel import Field

from ledger.schema import STRICT, TableModel, core
from ledger.types import Flag, Moment, Whole, Words
from markets.core.tables.keys import of_claim, of_player


class ForecastingTable(TableModel, table=True):
    """Forecasts on a claim, from the first one or from when its author made them hidden (C7): what scores are
    averaged over begins with `from_us`. Hidden ones are shown from `revealed_us` on, or once trading has closed."""

    __table_args__ = (
        of_claim(),
        sa.CheckConstraint("hidden IN (0, 1) AND (revealed_us IS NULL OR hidden = 1)", name="hidden"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    from_us: int = Field(sa_type=Moment)
    hidden: int = Field(sa_type=Flag, default=0)
    revealed_us: int | None = Field(sa_type=Moment, default=None)


forecasting = core(ForecastingTable)


class ForecastsTable(TableModel, table=True):
    """What a player said, each time they said it; the one without `until_us` is what they say now.

    `chances` are millionths, one for each outcome, adding up to a million, as a JSON array; `quantiles` the 10%, 50%
    and 90% that they were worked out from, as they were typed, where they were.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["forecasting.guild_id", "forecasting.claim"]),
        of_player("player"),
        sa.CheckConstraint("number >= 1 AND (until_us IS NULL OR until_us >= from_us)", name="times"),
        sa.Index("ix_forecasts_player", "guild_id", "player", "until_us"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    chances: str = Field(sa_type=Words)
    quantiles: str | None = Field(sa_type=Words, default=None)
    from_us: int = Field(sa_type=Moment)
    until_us: int | None = Field(sa_type=Moment, default=None)


forecasts = core(ForecastsTable)


class ScoresTable(TableModel, table=True):
    """A player's scores on one claim, in millionths, as its resolution made them; gone when that is taken back.

    `chances` are those of the last forecast that counted. `outcome` is what happened, for calibration; empty for
    judged weights. `counted` is 1 once the standings hold it.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "resolution"], ["resolutions.guild_id", "resolutions.number"]),
        of_claim(),
        of_player("player"),
        sa.CheckConstraint("coverage BETWEEN 1 AND 1000000 AND counted IN (0, 1)", name="coverage"),
        sa.Index("ix_scores_counted", "guild_id", "resolution", "counted", "player"),
        sa.Index("ix_scores_player", "guild_id", "player", "at_us"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    resolution: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)
    brier: int = Field(sa_type=Whole)
    log: int = Field(sa_type=Whole)
    baseline: int = Field(sa_type=Whole)
    peer: int = Field(sa_type=Whole)
    coverage: int = Field(sa_type=Whole)
    chances: str = Field(sa_type=Words)
    outcome: int | None = Field(sa_type=Whole, default=None)
    counted: int = Field(sa_type=Flag, default=0)


scores = core(ScoresTable)


class SeasonsTable(TableModel, table=True):
    """A window of settlement dates with standings of its own (E6); it resets nothing."""

    __table_args__ = (
        of_player("made_by"),
        sa.CheckConstraint("number >= 1 AND from_us < to_us", name="times"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    name: str = Field(sa_type=Words)
    from_us: int = Field(sa_type=Moment)
    to_us: int = Field(sa_type=Moment)
    made_by: int = Field(sa_type=Whole)


seasons = core(SeasonsTable)


class StandingsTable(TableModel, table=True):
    """What the board shows of a player, kept as claims settle: over all time (season 0) and over each season (E6).

    Sums of scores are millionths. What ranks is empty while one has too few claims for it: `accuracy` is the mean
    peer score, `miss` how far one's chances were from what came of them on average, both in millionths; `gain` is
    the profit, `return_bps` the profit by what was staked.
    """

    __table_args__ = (
        of_player("player"),
        sa.CheckConstraint("season >= 0 AND claims >= 0 AND settled >= 0 AND staked >= 0", name="counts"),
        sa.CheckConstraint("listed IN (0, 1)", name="listed"),
        sa.Index("ix_standings_accuracy", "guild_id", "season", "listed", "accuracy", "player"),
        sa.Index("ix_standings_miss", "guild_id", "season", "listed", "miss", "player"),
        sa.Index("ix_standings_gain", "guild_id", "season", "listed", "gain", "player"),
        sa.Index("ix_standings_return", "guild_id", "season", "listed", "return_bps", "player"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    season: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    listed: int = Field(sa_type=Flag, default=1)
    claims: int = Field(sa_type=Whole, default=0)
    peer: int = Field(sa_type=Whole, default=0)
    coverage: int = Field(sa_type=Whole, default=0)
    brier: int = Field(sa_type=Whole, default=0)
    log: int = Field(sa_type=Whole, default=0)
    baseline: int = Field(sa_type=Whole, default=0)
    settled: int = Field(sa_type=Whole, default=0)
    staked: int = Field(sa_type=Whole, default=0)
    profit: int = Field(sa_type=Whole, default=0)
    accuracy: int | None = Field(sa_type=Whole, default=None)
    miss: int | None = Field(sa_type=Whole, default=None)
    gain: int | None = Field(sa_type=Whole, default=None)
    return_bps: int | None = Field(sa_type=Whole, default=None)


standings = core(StandingsTable)


class TenthsTable(TableModel, table=True):
    """A player's calibration, kept: of the chances they gave between two tenths how many there were, how many came
    true, and their sum in millionths."""

    __table_args__ = (
        of_player("player"),
        sa.CheckConstraint(
            "tenth BETWEEN 0 AND 9 AND given >= came AND came >= 0 AND said >= 0 AND season >= 0",
            name="counts",
        ),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    season: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    tenth: int = Field(sa_type=Whole, primary_key=True)
    given: int = Field(sa_type=Whole)
    came: int = Field(sa_type=Whole)
    said: int = Field(sa_type=Whole)


tenths = core(TenthsTable)


class UnlistedTable(TableModel, table=True):
    """Who asked to be left out of the board (E6)."""

    __table_args__ = (of_player("player"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)


unlisted = core(UnlistedTable)


class ProfitsTable(TableModel, table=True):
    """What a player staked on a settled claim and gained or lost by it, on all its instruments, in minor units (E6).

    `at_us` is when it was settled. What is taken back is taken out again.
    """

    __table_args__ = (
        of_claim(),
        of_player("player"),
        sa.CheckConstraint("staked >= 0", name="staked"),
        sa.Index("ix_profits_player", "guild_id", "player", "at_us"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    at_us: int = Field(sa_type=Moment)
    staked: int = Field(sa_type=Whole)
    profit: int = Field(sa_type=Whole)


profits = core(ProfitsTable)


class CountedBetsTable(TableModel, table=True):
    """A bet that ended by agreement and counts, because its claim later came out the same way (E6)."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "bet"], ["bets.guild_id", "bets.number"]),
        sa.ForeignKeyConstraint(["guild_id", "resolution"], ["resolutions.guild_id", "resolutions.number"]),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    bet: int = Field(sa_type=Whole, primary_key=True)
    resolution: int = Field(sa_type=Whole)


counted_bets = core(CountedBetsTable)


class LinksTable(TableModel, table=True):
    """A crux: if `claim` comes out as `outcome`, the player would raise what they say of `target_outcome` of
    `target`, or lower it where `raises` is 0. `told` is the resolution of `claim` that they had their note of."""

    __table_args__ = (
        of_player("player"),
        of_claim(),
        of_claim("target"),
        sa.ForeignKeyConstraint(["guild_id", "told"], ["resolutions.guild_id", "resolutions.number"]),
        sa.CheckConstraint(
            "claim <> target AND outcome >= 0 AND target_outcome >= 0 AND raises IN (0, 1)", name="ends"
        ),
        sa.Index("ix_links_claim", "guild_id", "claim", "player"),
        sa.Index("ix_links_target", "guild_id", "target", "player"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    target: int = Field(sa_type=Whole, primary_key=True)
    outcome: int = Field(sa_type=Whole)
    target_outcome: int = Field(sa_type=Whole)
    raises: int = Field(sa_type=Flag)
    made_us: int = Field(sa_type=Moment)
    told: int | None = Field(sa_type=Whole, default=None)


links = core(LinksTable)
