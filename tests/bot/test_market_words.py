"""Every refusal of the markets has a sentence that says what to do, and foreign words do nothing in cards."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from bot.text import Currency
from bot.words import market_refusals, phrases, results, typed_refusals
from ledger.accounts import Account
from markets.bets.bets import Bet
from markets.bets.offers import Offer
from markets.claims import ambiguity
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.claims.terms import Outcome, Result, Terms
from markets.claims.wording import Remark
from markets.core import errors, lifecycle
from markets.core.settings import Settings
from markets.mechanisms.two_party import Payout
from markets.settlement import pay_bets
from markets.settlement.disputes import GROUNDS
from markets.views import people

MARKETS = Path(errors.__file__).parents[1]
FACTS = {
    "guild": 1,
    "number": 7,
    "state": "open",
    "from_us": 1_800_000_000_000_000,
    "limit": 500,
    "what": "offers",
    "target": 9,
    "claim": 9,
    "proposal": 3,
    "until_us": 1_800_000_000_000_000,
    "outcome": 1,
    "free": 100_000,
    "claims": (7, 9),
    "seen_bps": 5_000,
    "now_bps": 5_525,
    "remarks": (Remark("blocks", "no_deadline"),),
}


def leaves(kind: type[Exception]) -> list[type[Exception]]:
    below = [leaf for child in kind.__subclasses__() for leaf in leaves(child)]
    return [kind, *below] if kind.__module__ == errors.__name__ else below


def made(kind: type[Exception]) -> Exception:
    names = list(inspect.signature(kind.__init__).parameters)[1:]
    return kind(*[FACTS[name] for name in names if name in FACTS])


PLAIN = [
    kind
    for kind in leaves(errors.MarketError)
    if not issubclass(kind, errors.BadTerms) and kind not in (errors.MarketError, errors.Unknown)
]


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_sentence(kind: type[Exception]):
    said = market_refusals.refusal(made(kind), Currency())
    assert said
    assert said[0].isupper()
    assert said.endswith(".")
    assert "None" not in said


def test_every_code_that_is_raised_for_bad_terms_has_a_sentence():
    """Read from the source: `raise BadTimes("field", "code")`."""
    kinds = {kind.__name__ for kind in leaves(errors.BadTerms)}
    raised: set[tuple[str, str, str]] = set()
    for path in MARKETS.rglob("*.py"):
        for call in calls(path.read_text(), tuple(kinds - {"TermsChanged"})):
            field, code = call.args[:2]
            name = str(field.value) if isinstance(field, ast.Constant) else "reason"
            parts = [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]
            kind = getattr(call.func, "id", "BadTerms")
            raised |= {(kind, name, str(part.value)) for part in parts if isinstance(part, ast.Constant)}
    assert len(raised) > 10
    for kind, field, code in sorted(raised):
        error = getattr(errors, kind)(
            field,
            code,
            outcomes=2,
            most=4_000,
            letters=4_321,
            pot=100,
            name="x",
            value="y",
            on=1,
            claim=2,
            item=3,
            one="a",
            other="b",
            from_us=1,
            until_us=2,
        )
        said = market_refusals.refusal(error, Currency())
        assert said, f'{kind}("{field}", "{code}")'
        assert said.endswith("."), said


def codes_of(kind: type[errors.BadTerms]) -> set[str]:
    """The closed set of a class, as its own signature says it."""
    return set(get_args(get_type_hints(kind.__init__).get("code", None)))


def test_every_code_of_a_class_has_words_and_no_other_has():
    assert {*typed_refusals.WORDS} == {*leaves(errors.BadTerms)}
    for kind, words_of in typed_refusals.WORDS.items():
        words = set(words_of)
        if kind is errors.TermsChanged:
            assert words == {"changed"}
        elif kind is errors.BadTerms:  # a clause's own codes have words of their own
            assert words == codes_of(kind) - set(get_args(ambiguity.ClauseCode))
        else:
            assert words == codes_of(kind), kind.__name__


def test_a_trade_is_refused_in_the_words_of_a_trade():
    said = market_refusals.refusal(errors.BadTrade("quantity", "too_large"), Currency())
    assert said == "That is more than one trade can be: make it smaller."
    said = market_refusals.refusal(errors.BadTrade("amount", "too_small"), Currency())
    assert said == "That is too little to trade: choose more."
    said = market_refusals.refusal(errors.BadStake("stake", "too_large"), Currency())
    assert said == "That is more than can be staked: stake less."


@pytest.mark.parametrize("code", get_args(ambiguity.ClauseCode))
def test_every_bad_clause_has_a_sentence(code: ambiguity.ClauseCode):
    assert market_refusals.refusal(ambiguity.BadClause(code), Currency())


def test_every_state_ground_and_ending_has_words():
    states = {
        state for move in lifecycle.MOVES.values() for state in (*move.come_from, move.goes_to) if state
    }
    assert states <= phrases.STATES.keys()
    assert set(GROUNDS) == results.GROUNDS.keys()
    assert set(get_args(claim_terms.Early)) == phrases.EARLY.keys()


NEVER = (0, 0, None, None, None, None, None)
"""Nothing happened to a bet since it was accepted."""


def claim(said: Terms) -> Claim:
    return Claim(1, 3, 10, "open", said, "0" * 64, Settings(), None, None, None, True, False, None, None)


def terms(*names: str) -> Terms:
    return Terms(title="T", outcomes=tuple(Outcome(name, "") for name in names), clause='["return",0]')


def test_results_in_words():
    yes_no = terms("YES", "NO")
    assert phrases.result(yes_no, Result("outcome", outcome=1)) == "NO"
    assert phrases.result(yes_no, Result("weights", weights=(60, 40))) == "60% YES and 40% NO"
    assert phrases.result(yes_no, Result("early")) == "too early"
    assert phrases.result(yes_no, Result("outcome", outcome=0, value="718.8")) == "YES (718.8)"


def test_sides_in_words():
    assert phrases.side(terms("YES", "NO"), 0, True) == "NO"
    assert phrases.side(terms("a", "b", "c"), 1, True) == "not b"


def test_a_clause_in_words():
    yes_no = terms("YES", "NO")
    assert phrases.clause(yes_no, ambiguity.even(2, 30)) == "half and half, from 30 days after the deadline"
    assert phrases.clause(yes_no, ambiguity.counts_as(2, 0)) == "doubt counts as YES"
    assert phrases.clause(yes_no, ambiguity.JudgesChoose()) == "the judges choose weights"


def test_only_a_plain_link_is_one():
    assert (
        phrases.link("https://example.org/a_b", "evidence")
        == "[evidence](https://example.org/a_b) (example.org)"
    )
    for nasty in ("javascript:x", "https://a.b)[x](http://c.d", "https://a.b/<@1>", "see @everyone"):
        shown = phrases.link(nasty, "evidence")
        assert not shown.startswith("[evidence]("), nasty
        assert "@everyone" not in shown.replace("\\@everyone", "")


def test_the_record_and_changes_in_words():
    assert phrases.record(people.Record(9, 2, 0, 1)) == (
        "9 settled, 2 agreed, 0 disputed and lost, 1 void asked for"
    )
    assert [phrases.change(by) for by in (0, 100, 30_000, -10_050)] == ["±0", "+1", "+300", "−100.50"]


def calls(source: str, names: tuple[str, ...]) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func
            if (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")) in names:
                yield node


CLAUSES = [
    ambiguity.StakesReturn(),
    ambiguity.JudgesChoose(),
    ambiguity.PaysHalf("taker"),
    ambiguity.even(2),
    ambiguity.counts_as(2, 1),
]


@pytest.mark.rule("C1")
@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: type(clause).__name__)
@pytest.mark.parametrize("side", [(0, False), (1, False), (0, True)])
def test_an_offer_shows_what_each_ending_would_pay_the_bet(clause: ambiguity.Clause, side: tuple[int, bool]):
    found = claim(replace(terms("YES", "NO"), clause=ambiguity.encode(clause)))
    offer = Offer(1, 2, 3, 10, 11, *side, 300, 100, None, 0, 1, "open", None)
    bet = Bet(1, 2, 3, 10, 11, *side, 300, 100, None, "", Account(1, 4), "live", *NEVER)
    results = [Result("outcome", outcome=at) for at in (0, 1)] + [Result("unclear"), Result("void")]
    paid: list[Payout | None] = [pay_bets.payout(found, bet, result) for result in results]
    if isinstance(clause, ambiguity.JudgesChoose):
        paid[2] = None
    assert [gets for _, gets in phrases.endings(found, offer, {})] == paid
    assert phrases.endings(found, bet, {}) == phrases.endings(found, offer, {})
