"""Scenarios (RULES E7): each side writes a story, the judges go through the items, and the closest story wins.

All stories of a claim speak of one list of items, so all are measured by the same; what a story doesn't price counts
as 50%. The draft's author decides what is on the list, others add to it as long as it is a draft. The answer to
the last item is a proposal like any other: it can be challenged, and the judges' ruling goes before the arithmetic.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.types import to_us
from markets.claims import claims, drafts, editing, stories
from markets.claims.claims import Claim
from markets.claims.stories import TRUE, Judged
from markets.claims.terms import Actor, Item, Outcome, Scenario, Terms
from markets.core import lifecycle, tables, text_limits
from markets.core.errors import (
    BadOutcome,
    BadTerms,
    BadTimes,
    ClaimMoved,
    DraftNotShared,
    Needed,
    NoScenario,
    NotWriter,
    TermsChanged,
    TooEarlyToPropose,
)
from markets.mechanisms.story_scores import EVEN

AnswerName = Literal["true", "false", "dropped"]

JUDGED = "item"
"""The act of judging one item, in the list that members can read."""

MOST_NAME, MOST_STORY = 60, 900
SHARED = "shared"
"""In what a draft's forms hold: whether others were asked for their stories."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a story: what comes true before when, and its writer's chance of that."""

    words: str
    by_us: int
    chance_bps: int


@dataclass(frozen=True, slots=True)
class TellStory:
    """Write a story, or change the one that is outcome number `story`, and is `named` so. `warned` as in
    `claims.Edit`."""

    guild: int
    key: str
    writer: int
    claim: int
    story: int | None
    name: str
    prose: str
    said: tuple[Said, ...]
    warned: tuple[str, ...] = ()
    named: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep what a player typed for a story and that can't be taken as it is (B6)."""

    guild: int
    key: str
    writer: int
    claim: int
    typed: str


@dataclass(frozen=True, slots=True)
class Share:
    """Ask others for their stories: from now on anybody may add theirs to this draft."""

    guild: int
    key: str
    author: int
    claim: int


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Take a story out of a draft, which is outcome number `story` and `named` so: its writer or the draft's
    author."""

    guild: int
    key: str
    player: int
    claim: int
    story: int
    named: str = ""


@dataclass(frozen=True, slots=True)
class JudgeItem:
    """Say what became of one item, with evidence; `known_us` is when it came true, if it did."""

    guild: int
    key: str
    actor: Actor
    claim: int
    item: int
    answer: AnswerName
    evidence: str
    reason: str = ""
    known_us: int | None = None


# --- stories ----------------------------------------------------------------------------------


_tellings = tables.tellings.c
_items = tables.items.c
_this = (in_guild(_tellings), _tellings.claim == param("n"), _tellings.writer == param("p"))
_KEPT = sa.select(_tellings.typed).where(*_this)
_UNKEEP = sa.delete(tables.tellings).where(*_this)
_UNKEEP_ALL = sa.delete(tables.tellings).where(in_guild(_tellings), _tellings.writer == param("p"))
_ERASE = sa.update(tables.items).where(in_guild(_items), _items.judge == param("p")).values(reason=None)


def tell(tx: Connection, request: TellStory, now: datetime) -> Claim:
    """Write a story into a scenario; standing offers die with the claim's old words (B5).

    Raises:
        NoScenario, DraftNotShared: The claim's outcomes are no stories, or its draft is its author's alone.
        NotWriter: That story is another player's, or the claim is open and takes no more stories.
        ClaimMoved: It has ended, or a bet, a stake, a trade or a forecast hangs on it.
        Needed, BadOutcome, BadTerms, BadTimes: The story can't stand.
    """
    claim = require_tell(tx, request.guild, request.claim, request.writer, request.story, now)
    _require_named(claim, request.story, request.named)
    terms = told(claim.terms, request, author=claim.author)
    assert terms.scenario is not None
    stories.require_items(terms.scenario)
    tx.execute(_UNKEEP, {"g": claim.guild, "n": claim.number, "p": request.writer})
    editing.rewrite(tx, claim, terms, request.warned, now)
    return claims.load(tx, claim.guild, claim.number)


def require_tell(
    tx: Connection, guild: int, number: int, writer: int, story: int | None, now: datetime
) -> Claim:
    """Check who may write a story, also before they are asked for it: raise what `tell` raises before it looks at the
    words."""
    claim = claims.load(tx, guild, number)
    require_seen(tx, claim, writer)
    scenario = scenario_of(claim)
    claim.require("edit", now)
    if claim.frozen:
        raise ClaimMoved(number, "frozen")
    if story is None and claim.state != lifecycle.DRAFT:
        raise NotWriter(number)
    if story is None and len(scenario.writers) >= claims.MOST:
        raise BadOutcome("outcomes", "count", count=claims.MOST + 1)
    if story is not None and not 0 <= story < len(scenario.writers):
        raise BadOutcome("outcomes", "unknown")
    if story is not None and writer != scenario.writers[story]:
        raise NotWriter(number)
    return claim


def told(terms: Terms, request: TellStory, *, author: int) -> Terms:
    """Return the terms with a story written or changed.

    A line that says what an item says already, by the same date, prices it; any other is a new item, of which the
    other stories say 50% until they say otherwise. The list is the author's: what isn't in their own story is gone,
    but for what another player's story says something of. Their words are theirs (E7).

    Raises:
        Needed, BadOutcome, BadTerms: It has no name or that of another story, or is too long; or names an item twice.
    """
    scenario = terms.scenario or Scenario()
    outcome = Outcome(
        text_limits.words("story_name", request.name, most=MOST_NAME),
        text_limits.words("story", request.prose, needed=False, most=MOST_STORY),
    )
    at = len(scenario.writers) if request.story is None else request.story
    outcomes, writers = list(terms.outcomes), list(scenario.writers)
    if at == len(writers):
        outcomes.append(outcome)
        writers.append(request.writer)
    else:
        outcomes[at] = outcome
    editing.require_distinct([one.name for one in outcomes])
    chances = {stories.key(one.by_us, one.words): one.chance_bps for one in request.said}
    if len(chances) < len(request.said):
        raise BadTerms("items", "item_twice", item=_twice(request.said))
    items: list[Item] = []
    for item in scenario.items:
        mine = chances.pop(stories.key(item.by_us, item.words), None)
        said = any(
            chance != EVEN and who != request.writer
            for who, chance in zip(scenario.writers, item.chances, strict=True)
        )
        if mine is not None or request.writer != author or said:
            items.append(replace(item, chances=_with(item.chances, at, EVEN if mine is None else mine)))
    for one in request.said:
        if stories.key(one.by_us, one.words) in chances:
            others = _with((EVEN,) * len(writers), at, one.chance_bps)
            items.append(Item(" ".join(one.words.split()), one.by_us, others))
    items.sort(key=lambda item: item.by_us)
    return _dated(terms, tuple(outcomes), Scenario(tuple(writers), tuple(items)))


def take_out(tx: Connection, request: TakeOut, now: datetime) -> Claim:
    """Take a story out of a draft; its items stay.

    Raises:
        NoScenario, NotWriter, ClaimMoved: It is nobody's, another player's, or the claim is open already.
        BadTimes: Another story stands there by now.
    """
    claim = claims.load(tx, request.guild, request.claim)
    scenario = scenario_of(claim)
    if claim.state != lifecycle.DRAFT:
        raise ClaimMoved(claim.number, claim.state)
    if not 0 <= request.story < len(scenario.writers):
        raise BadOutcome("outcomes", "unknown")
    if request.player not in (claim.author, scenario.writers[request.story]):
        raise NotWriter(claim.number)
    _require_named(claim, request.story, request.named)

    def without(values: Sequence[int]) -> tuple[int, ...]:
        return tuple(one for at, one in enumerate(values) if at != request.story)

    outcomes = tuple(one for at, one in enumerate(claim.terms.outcomes) if at != request.story)
    items = tuple(replace(item, chances=without(item.chances)) for item in scenario.items)
    left = Scenario(without(scenario.writers), items)
    editing.rewrite(tx, claim, replace(claim.terms, outcomes=outcomes, scenario=left), (), now)
    return claims.load(tx, claim.guild, claim.number)


def keep(tx: Connection, request: Keep, now: datetime) -> int:
    """Keep what a player typed; returns the claim's number.

    Raises:
        What `require_tell` raises for a player who may write nothing there.
    """
    claim = claims.load(tx, request.guild, request.claim)
    require_tell(tx, claim.guild, claim.number, request.writer, _own(claim, request.writer), now)
    row = {"g": claim.guild, "n": claim.number, "p": request.writer}
    tx.execute(_UNKEEP, row)
    tx.execute(
        sa.insert(tables.tellings),
        {"guild_id": claim.guild, "claim": claim.number, "writer": request.writer, "typed": request.typed},
    )
    return claim.number


def kept(tx: Connection, guild: int, claim: int, writer: int) -> str | None:
    """Return what a player typed for a story and that couldn't be taken, as JSON."""
    return tx.execute(_KEPT, {"g": guild, "n": claim, "p": writer}).scalar()


def share(tx: Connection, request: Share, now: datetime) -> int:
    """Let others add their stories to a draft; returns its number.

    Raises:
        NotAuthor, ClaimMoved: It is another player's, or no draft.
        NoScenario: Its outcomes are no stories.
    """
    claim = claims.load(tx, request.guild, request.claim)
    drafts.require_draft_of(claim, request.author)
    scenario_of(claim)
    held = json.loads(claims.typed_of(tx, claim.guild, claim.number)) | {SHARED: "1"}
    request_ = drafts.SaveDraft(
        claim.guild, request.key, claim.author, claim.terms, claim.number, json.dumps(held, sort_keys=True)
    )
    return drafts.save_draft(tx, request_, now)


def require_seen(tx: Connection, claim: Claim, player: int) -> None:
    """Check that a scenario is there to be read.

    Raises:
        NoScenario, UnknownClaim: It has no stories, or isn't there any more.
        DraftNotShared: It is a draft that its author hasn't shown.
    """
    scenario_of(claim)
    if claim.state != lifecycle.DRAFT:
        claims.require_public(claim)
    elif player != claim.author and not is_shared(tx, claim):
        raise DraftNotShared(claim.number, claim.state)


def is_shared(tx: Connection, claim: Claim) -> bool:
    """Return whether others may add their stories to a draft."""
    return SHARED in json.loads(claims.typed_of(tx, claim.guild, claim.number))


# --- items ------------------------------------------------------------------------------------


def forget(tx: Connection, guild: int, player: int) -> None:
    """Forget what a player who had themselves deleted typed and kept, and why they judged an item so (E4)."""
    tx.execute(_UNKEEP_ALL, {"g": guild, "p": player})
    tx.execute(_ERASE, {"g": guild, "p": player})


def _require_named(claim: Claim, story: int | None, name: str) -> None:
    """Raises BadTimes where another story stands at that place than the one that was shown, if its name is given."""
    if story is not None and name and claim.terms.names[story] != name:
        raise TermsChanged()


def scenario_of(claim: Claim) -> Scenario:
    if claim.terms.scenario is None:
        raise NoScenario(claim.number, claim.state)
    return claim.terms.scenario


def _own(claim: Claim, writer: int) -> int | None:
    """A story of theirs, for who may write at all; the author's first where they have none."""
    writers = scenario_of(claim).writers
    if writer in writers:
        return writers.index(writer)
    return None


def require_time(claim: Claim, item: Judged, request: JudgeItem, now: datetime) -> None:
    over = to_us(now) >= item.by_us
    if request.answer != TRUE:
        if request.known_us is not None:
            raise BadTerms("known_us", "foreign")
        if not over:
            raise TooEarlyToPropose(claim.number, claim.state, item.by_us)
        return
    if request.known_us is None:
        if over:
            raise Needed("came_true", "empty")
        return
    if request.known_us > to_us(now):
        raise BadTimes("known_us", "future")
    if request.known_us >= item.by_us:
        raise BadTimes("known_us", "after_item")


def _with(chances: Sequence[int], at: int, mine: int) -> tuple[int, ...]:
    """The chances of each story, with one of them changed or added."""
    return (*chances[:at], mine, *chances[at + 1 :])


def _twice(said: Sequence[Said]) -> int:
    """The place of the first line that says what an earlier one says."""
    keys = [stories.key(one.by_us, one.words) for one in said]
    return next(place for place, one in enumerate(keys, 1) if one in keys[: place - 1])


def _dated(terms: Terms, outcomes: tuple[Outcome, ...], scenario: Scenario) -> Terms:
    """Its deadline is that of the last item; what was asked for at the old deadline follows it."""
    before, after = terms.deadline_us, scenario.last_us
    assert after is not None or not scenario.items

    def moved(at_us: int | None) -> int | None:
        return after if at_us is None or at_us == before else at_us

    closes, check = moved(terms.closes_us), moved(terms.check_us)
    if after is not None:
        closes, check = min(closes or after, after), max(check or after, after)
    return replace(
        terms,
        kind="choice",
        outcomes=outcomes,
        scenario=scenario,
        deadline_us=after,
        closes_us=closes,
        check_us=check,
    )
