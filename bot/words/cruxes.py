"""Word cruxes: what a player would raise or lower if a claim came out so, and what they said before and since."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import forecasts, phrases
from bot.words.announced import Ask, Told
from markets.claims.claims import Claim
from markets.forecasts import crux_links
from markets.forecasts.crux_links import CruxShown
from markets.settlement import resolutions
from markets.views import claims
from markets.views.claims import ClaimSeen

BUTTONS = 5


def lines(seen: ClaimSeen) -> list[str]:
    """List a claim's cruxes for its card: those that begin here, and those that end here."""
    found = [_line(one, seen.people, seen.claim.number) for one in seen.cruxes]
    more = seen.crux_count - len(found)
    return [*found, f"- and {more} more cruxes"] if more > 0 else found


def _line(one: CruxShown, people: Mapping[int, int], here: int) -> str:
    by = phrases.who(people, one.link.player)
    begins = here == one.link.claim
    source = "this" if begins else _called(one.source)
    target = f"of {_called(one.target)}" if begins else "here"
    return f"- Crux: if {source} comes out {_if(one)}, {by} would {_would(one)} {target}{_moved(one, here)}"


def _called(claim: Claim, most: int = 70) -> str:
    return f"claim {claim.number} “{text.escape(claim.terms.title, most)}”"


def _if(one: CruxShown) -> str:
    return text.escape(one.source.terms.outcomes[one.link.outcome].name, 40)


def _would(one: CruxShown) -> str:
    name = text.escape(one.target.terms.outcomes[one.link.target_outcome].name, 40)
    return f"**{'raise' if one.link.raises else 'lower'}** {name}"


def _moved(one: CruxShown, here: int = 0) -> str:
    """Say what became of a crux once its first claim has come out."""
    if one.came is None:
        return ""
    came = "" if here == one.link.claim else f" It came out {phrases.result(one.source.terms, one.came)}."
    if one.hidden:
        return f".{came} Forecasts there are hidden still."
    if one.before is None and one.since is None:
        return f".{came} No forecast yet."
    before = "nothing" if one.before is None else forecasts.chance(one.before)
    if one.since is None:
        return f".{came} Said {before} before, and the same since."
    return f".{came} Said {before} before, **{forecasts.chance(one.since)}** since."


def linked(made: CruxShown) -> Card:
    number, target = made.link.claim, made.link.target
    return Card(
        f"Claim {number} is a crux of yours for claim {target}",
        (
            f"If **{text.escape(made.source.terms.title, 200)}** comes out {_if(made)}, you would {_would(made)} of "
            f"**{text.escape(made.target.terms.title, 200)}**.",
            "You get one note when it comes out, as you chose to be told of things. What you say of the other claim "
            "before and after is then shown beside it.",
        ),
        "It stands on both cards under your name, and binds you to nothing.",
        (Button(f"Forecast on claim {target}", f"forecast:{target}", ButtonLook.MAIN), _cut(made)),
        Accent.DONE,
    )


def _cut(of: CruxShown) -> Button:
    return Button("Take the link back", f"crux-cut:{of.link.claim}:{of.link.target}")


def unlinked(gone: crux_links.CruxLink) -> Card:
    return Card(
        f"Claim {gone.claim} is no crux of yours for claim {gone.target} any more",
        ("Its line is gone from both cards.",),
        "/claim link makes another one.",
    )


def mine(found: Sequence[CruxShown]) -> Card:
    """List the reader's own cruxes, with what they said."""
    rows = [
        f"- if {_called(one.source)} comes out {_if(one)}, you would {_would(one)} of "
        f"{_called(one.target)}{_moved(one)}"
        for one in found
    ]
    none = "You have none. `/claim link` says: if this claim comes out so, I would raise that one."
    return Card(
        "Your cruxes",
        phrases.lines(*(rows or [none])),
        "/claim unlink takes one back while both claims go on.",
    )


def resolved_post(tx: Connection, ask: Ask) -> Told | None:
    """Say how the claim came out, and what each player with a crux said they would do then."""
    number, result, players = int(ask.facts["claim"]), int(ask.facts["resolution"]), ask.facts["players"]
    if resolutions.load_resolution(tx, ask.guild, result).reversed_us is not None:
        return None
    found = crux_links.told(tx, ask.guild, number, result, players, ask.now)
    if not found:
        return None
    source, came = found[0].source, found[0].came
    assert came is not None, number
    named = claims.named(tx, ask.guild, {one.link.player for one in found})
    rows = [
        f"- {phrases.who(named, one.link.player)} would {_would(one)} of {_called(one.target)} if it came out "
        f"{_if(one)}{_said(one)}"
        for one in found
    ]
    goes_on = dict.fromkeys(one.link.target for one in found if one.target.state == "open")
    card = Card(
        f"A crux: claim {number} came out {phrases.result(source.terms, came)}",
        phrases.lines(f"**{text.escape(source.terms.title, 200)}**", *rows),
        "What is said from now on stands beside the crux on both cards.",
        tuple(Button(f"Forecast on claim {one}", f"forecast:{one}") for one in list(goes_on)[:BUTTONS]),
    )
    return Told(card, players=tuple(dict.fromkeys(one.link.player for one in found)), line=number)


def _said(one: CruxShown) -> str:
    if one.hidden or (one.before is None and one.since is None):
        return ""
    now = one.since if one.since is not None else one.before
    assert now is not None
    return f"; says {forecasts.chance(now)}"
