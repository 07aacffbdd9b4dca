"""Show the leaderboard, calibration and seasons (RULES E6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import text
from bot.charts import models
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, turning
from bot.words import phrases
from bot.words.forecasts import score
from ledger.types import from_us
from markets.forecasts.leaderboard import PAGE, Season, Standing, Top
from markets.forecasts.score_keeping import ALL_TIME, NEEDED, RANKINGS, Ranking
from markets.mechanisms import scoring
from markets.mechanisms.scoring import CalibrationBin

TITLES: Mapping[Ranking, str] = {
    "accuracy": "Accuracy",
    "miss": "Calibration",
    "gain": "Profit",
    "return_bps": "Return on stake",
}
ABOUT: Mapping[Ranking, str] = {
    "accuracy": "By mean peer score: how much better than the others' forecasts, over the whole time of each claim. "
    "It counts claims with two others' forecasts beside one's own, a third of them at most by one author. "
    "Brier and log beside it rank nobody.",
    "miss": "By how far chances were from what came of them, in tenths: 0 is perfect. Those who say the same always "
    "can do well here.",
    "gain": "Payouts less stakes over settled claims. Grants, gifts and bonds never count.",
    "return_bps": "Profit for each 100 points staked.",
}


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A page of the board. `mine` is the reader's own standing with their rank."""

    by: Ranking
    top: Top
    mine: Standing | None
    rank: int | None
    season: Season | None
    currency: Currency
    people: Mapping[int, int] = field(default_factory=dict[int, int])
    newest: Season | None = None


def board(seen: BoardPage) -> Card:
    """Rank by accuracy; a row says what ranks it and what else is known."""
    rows = [
        f"**{seen.top.first + place}.** {phrases.who(seen.people, row.player)}: {_row(seen, row)}"
        for place, row in enumerate(seen.top.rows)
    ] or [f"Nobody has a rank yet: it needs {NEEDED} settled claims."]
    season = seen.season.number if seen.season else ALL_TIME
    skip = seen.top.first - 1
    turn = turning(
        Button("Back", _page(seen.by, season, max(skip - PAGE, 0)), off=skip == 0),
        Button("More", _page(seen.by, season, skip + PAGE), off=not seen.top.more),
    )
    others = [
        Button(
            title,
            _first(by, season),
            ButtonLook.MAIN if by == seen.by else ButtonLook.PLAIN,
            off=by == seen.by,
        )
        for by, title in TITLES.items()
    ]
    return Card(
        TITLES[seen.by] + (f", {text.escape(seen.season.name, 60)}" if seen.season else ""),
        phrases.lines(*rows, _mine(seen)),
        f"{ABOUT[seen.by]} {_window(seen.season)}",
        (*others, *turn, *_other_season(seen), Button("My calibration", "board-calibration")),
    )


def _other_season(seen: BoardPage) -> tuple[Button, ...]:
    """Build the button that leads from all time to the newest season, and back."""
    if seen.season is not None:
        return (Button("All time", _page(seen.by, ALL_TIME, 0)),)
    if seen.newest is not None:
        return (Button(text.clean(seen.newest.name, 60), _page(seen.by, seen.newest.number, 0)),)
    return ()


def _first(by: Ranking, season: int) -> str:
    """Write the id of the button to another ranking. It differs from *Back*, which may lead to the same page."""
    return f"board-by:{RANKINGS.index(by)}:{season}"


def _page(by: Ranking, season: int, skip: int) -> str:
    return f"board:{RANKINGS.index(by)}:{season}:{skip}"


def _row(seen: BoardPage, row: Standing) -> str:
    claims = text.count(row.claims, "claim")
    match seen.by:
        case "accuracy":
            return (
                f"**{score(row.accuracy or 0)}** over {claims}, covering {percent(row.mean('coverage'))} of their "
                f"time · Brier {row.mean('brier'):.3f} · log {_minus(row.mean('log'), 3)}"
            )
        case "miss":
            return f"**{percent((row.miss or 0) / scoring.UNIT)}** off over {claims}"
        case "gain":
            return f"**{seen.currency.of(row.profit)}** over {row.settled} settled"
        case "return_bps":
            rate = (row.return_bps or 0) / 10_000
            return f"**{percent(rate)}** of {seen.currency.of(row.staked)} staked over {row.settled} settled"


def _mine(seen: BoardPage) -> str:
    """Say where the reader stands, and what is missing for a rank."""
    mine = seen.mine
    if mine is None:
        return ""
    if not mine.listed:
        return "You asked to be left out of the board. `/board listed` brings you back."
    if seen.rank is not None:
        return f"You: **{seen.rank}.** {_row(seen, mine)}"
    have = mine.claims if seen.by in ("accuracy", "miss") else mine.settled
    left = max(NEEDED - have, 0)
    return f"You have {have} settled; {left} more make a rank." if left else ""


def _window(season: Season | None) -> str:
    if season is None:
        return "Over all time."
    return (
        f"Claims settled from {text.day(from_us(season.from_us))} to {text.day(from_us(season.to_us - 1))}."
    )


def percent(share: float) -> str:
    return f"{_minus(100 * share, 1)}%"


def _minus(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class CalibrationShown:
    person: int
    bins: tuple[CalibrationBin, ...]
    people: Mapping[int, int] = field(default_factory=dict[int, int])


def calibration(seen: CalibrationShown) -> Card:
    """Show how much happened of what a player called likely, with counts and 95% intervals."""
    who = phrases.who(seen.people, seen.person)
    rows = [
        f"- said {one.from_bp // 100} to {one.to_bp // 100}%: {one.came} of {one.count} happened, "
        f"**{percent(one.rate)}** (likely {percent(one.low)} to {percent(one.high)})"
        for one in seen.bins
    ] or ["Nothing that was forecast has settled yet. `/forecast give` makes a forecast."]
    bins = tuple(models.Bin(one.said, one.rate, one.low, one.high, one.count) for one in seen.bins)
    return Card(
        "Calibration",
        phrases.lines(f"How often what {who} called likely happened:", *rows),
        "The last forecast on each settled claim counts. Few forecasts say little: the range in brackets holds 95 of "
        "100 times.",
        chart=models.CalibrationChart("What was said, and what happened", bins) if bins else None,
    )


def listed(on: bool) -> Card:
    if on:
        return Card("You are on the board again", ("With all that has settled.",), accent=Accent.DONE)
    return Card(
        "You are left out of the board", ("Nobody sees your rank; your scores are kept.",), accent=Accent.DONE
    )


def season_form(asked: int) -> Form:
    return Form(
        "A season",
        f"setup:save-season:{asked}",
        (
            Line("name", "Its name", "Such as Winter 2026", "", 60),
            Line("begins", "First day", "Such as 2026-12-01", "", 20),
            Line("ends", "Last day", "Such as 2027-02-28", "", 20),
        ),
        "A board of its own over the claims that settle within it. It resets nothing.",
    )


def season(made: Season) -> Card:
    return Card(
        f"Season {made.number}: {text.escape(made.name, 60)}",
        (_window(made),),
        "/board show offers it.",
        (Button("Its board", _page("accuracy", made.number, 0), ButtonLook.MAIN),),
        Accent.DONE,
    )
