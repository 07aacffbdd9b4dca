"""Whatever a message has to say fits into what Discord takes of one, and nothing goes without a word."""

import itertools
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot import text
from bot.app import COMMANDS as COMMANDS  # all words are known
from bot.background.sends import Sending, message_of
from bot.ui import discord_limits
from bot.ui.cards import Button, Card
from bot.words import said_pages
from bot.words.announced import Ask, Told
from bot.words.table import CARDS, POSTS
from ledger.storage.database import Database
from markets.claims.terms import Actor, Outcome, Result
from markets.core.tables import cards, posts
from markets.settlement import disputes, recusal, voting
from markets.views import claims
from markets.views import disputes as view_disputes
from tests.markets.club import Club

WHOLE = Button("All that was said", "said:1:0")
PEOPLE = [1_300_000_000_000_000_000 + at for at in range(discord_limits.MENTIONS + 1)]


@pytest.fixture
async def club(db: Database, guild: int) -> Club:
    return await Club.make(db, guild)


def sizes(told: Told) -> tuple[int, int]:
    """Letters and components of the message, with as many people named as one names at most."""
    sending = Sending(told, tuple(PEOPLE), (7,), (), 2_000, more=54)
    view = message_of(sending)
    view.stop()
    parts = list(view.walk_children())
    texts = [part.content for part in parts if hasattr(part, "content")]  # pyright: ignore
    assert any("and 54 more who have something on it" in text for text in texts)
    return sum(map(discord_limits.letters, texts)), len(parts)


words = st.text("ab *_[]()<>\\“”😀👩‍🚀é", max_size=700)


@settings(max_examples=50)
@given(st.lists(words, max_size=9), st.integers(200, 4_000))
def test_any_text_is_brought_down_to_any_room_and_says_so(lines: list[str], room: int):
    card = Card("Ruled NO", tuple(lines), "Claim 1")
    made = discord_limits.fitted(card, room, WHOLE)
    assert discord_limits.letters(discord_limits.body(made)) <= room
    if made != card:
        assert discord_limits.SHORTENED in made.small
        assert WHOLE in made.buttons
        assert discord_limits.fitted(made, room, WHOLE) == made


@settings(max_examples=50)
@given(words, st.integers(20, 300))
def test_a_cut_line_tears_no_letter_and_no_markdown_apart(line: str, most: int):
    shown = f"**A** says [this](https://example.org/a) to <@1>: {text.escape(line)}"
    made = discord_limits.cut(shown, most)
    assert discord_limits.letters(made) <= most + 2
    if made != shown:
        kept = made.removesuffix("**").removesuffix("…").rstrip()
        assert shown.startswith(kept)
        assert (len(kept) - len(kept.rstrip("\\"))) % 2 == 0


@settings(max_examples=50)
@given(st.text("ab 😀", max_size=9_000), st.integers(100, 3_400))
def test_a_text_is_parted_into_pieces_that_fit_and_lose_no_word(line: str, most: int):
    parts = discord_limits.parts(line, most)
    assert all(discord_limits.letters(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(line.split())


def test_quotes_go_first_and_what_each_result_pays_stays():
    pays = tuple(f"- **{name}**: <@1> +10, <@2> −10" for name in ("YES", "NO", "unclear"))
    card = Card("Dispute 1", (f"Challenged: “{'It is so. ' * 50}”", f"- Ada: “{'No. ' * 125}”", *pays))
    made = discord_limits.fitted(card, 700, WHOLE)
    assert made.text[2:] == pays
    assert all(line.endswith("…”") for line in made.text[:2])


LONG = "🧪 the word, and another one; " * 40


async def _worst(club: Club) -> int:
    """Ten outcomes with long names, many in bets, and everybody said as much as a form takes."""
    people = [await club.member(PEOPLE[at]) for at in range(24)]
    mods = [await club.member(900 + at) for at in range(3)]
    outcomes = tuple(Outcome(f"{at} {LONG[:57]}", LONG[:300]) for at in range(10))
    claim = await club.claim(
        mods[0], title=LONG[:150], statement=LONG[:600], outcomes=outcomes, kind="choice"
    )
    for (maker, taker), side in zip(itertools.pairwise(people), itertools.cycle(range(10)), strict=False):
        await club.bet(maker, taker, claim, side=side, maker_stake=12_345, taker_stake=6_789)
    request = recusal.Clarify(
        club.guild, club.key(), Actor(mods[0].number, moderator=True), claim.number, LONG[:500]
    )
    await club.db.write(recusal.clarify, request, club.now)
    club.now += timedelta(days=31)
    await club.propose(people[0], claim, Result("outcome", outcome=0), reason=LONG[:400])
    await club.announced(await club.read_proposal(1))
    await club.challenge(people[1], claim, reason=LONG[:500])
    for who in people[2:9]:
        argue = disputes.Argue(club.guild, club.key(), who.number, claim.number, LONG[:500])
        await club.db.write(disputes.argue, argue, club.now)
    vote = voting.Vote(
        club.guild,
        club.key(),
        Actor(mods[1].number, moderator=True),
        1,
        Result("outcome", outcome=9),
        LONG[:500],
    )
    await club.db.write(voting.vote, vote, club.now)
    return claim.number


def _told(tx: Connection, club: Club) -> dict[str, Told]:
    """All that waits to be told, and as if all of it were to be told now."""
    found: dict[str, Told] = {}
    for row in tx.execute(posts.select().where(posts.c.guild_id == club.guild)).all():
        facts: dict[str, Any] = json.loads(row.facts)
        told = POSTS[row.kind](tx, Ask(club.guild, club.now, facts=facts))
        found |= {row.kind: told} if told else {}
    for row in tx.execute(cards.select().where(cards.c.guild_id == club.guild)).all():
        told = CARDS[row.kind](tx, Ask(club.guild, club.now, ref=row.ref))
        found |= {f"card {row.kind}": told} if told else {}
    return found


@pytest.mark.rule("E2")
@pytest.mark.rule("D6")
async def test_every_message_about_the_largest_claim_fits(club: Club):
    number = await _worst(club)
    seen: dict[str, Told] = {}
    seen |= await club.db.read(_told, club)
    await club.posted(1)
    club.now += timedelta(days=1)
    await club.sweep()
    seen |= await club.db.read(_told, club)
    mod = await club.member(955)
    await club.reverse_result(mod, await club.read_claim(number))
    seen |= await club.db.read(_told, club)
    wanted = {"dispute.ruled", "claim.clarified", "bets.paid", "claim.reversed", "card dispute", "card claim"}
    assert wanted <= set(seen)
    for kind, told in seen.items():
        letters, parts = sizes(told)
        assert letters <= discord_limits.LETTERS, kind
        assert parts <= discord_limits.PARTS, kind
    assert {WHOLE.id} <= {one.id for one in seen["card dispute"].card.buttons}


@pytest.mark.rule("D6")
async def test_what_a_message_shortens_stands_whole_in_its_pages(club: Club):
    await _worst(club)
    claim = await club.db.read(claims.claim, club.guild, 1, club.now)
    dispute = await club.db.read(view_disputes.dispute, club.guild, 1, club.now)
    pages: list[Card] = []
    for at in range(30):
        pages.append(said_pages.words(said_pages.SaidPage(claim, dispute, at)))
        assert discord_limits.fitted(pages[-1]) == pages[-1]
    said = "\n".join(line for page in pages for line in page.text)
    assert said.count("🧪") >= 30
    assert pages[-1].buttons[1].off
