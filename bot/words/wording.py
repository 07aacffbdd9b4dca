"""Word the wording check (RULES B7): what is wrong with a draft, and what to do next."""

from bot import text
from ledger.types import from_us
from markets.claims.terms import Terms
from markets.claims.wording import Draft, Remark, check

_SENTENCES = {
    # These block.
    "no_deadline": "There is no deadline: say before when it must happen, like 2029-12-31 or before 2030.",
    "no_outcomes": "There are fewer than two outcomes with a name: use YES and NO, or name 2 to 10 of them.",
    "alike": "Two outcomes look alike ({words}): give them names that nobody takes for each other.",
    "disguised": "An outcome looks like another word than it is ({words}): type it anew.",
    "same_twice": "Two outcomes say the same ({words}): word them so that only one can be true, or remove one.",
    "overlap": "Two outcomes overlap ({words}): move an edge so that every value belongs to one of them only.",
    "no_source": "Nobody could tell how it ended: name a source to look it up in, or choose judges.",
    "no_clause": "Nothing is said about what happens if it is hard to decide: choose an ambiguity clause.",
    "about_crux": "It is about Crux itself or its prices ({words}), which bettors could move: bet on something else.",
    "private_person": "Nobody bets on a private person's life or health here ({words}): choose another subject.",
    # These warn.
    "no_zone": "No time zone is given, so days end as this server's do: name one if it should be another.",
    "by_year": "“{words}” may mean before that begins or until it ends: write “before ...” or “by the end of ...”.",
    "after_deadline": "“{words}” reaches past the deadline: move the deadline, or the date in the text.",
    "one_source": "There is one source only: name a second for when the first is gone or changes.",
    "gap": "What lies between or beside these has no outcome ({words}): make the edges meet, or add one.",
    "conditional": "It hangs on something else (“{words}”): say what holds without it, or make it conditional.",
    "maybe_private": "Is this a private person's life or health ({words})? Then choose another subject.",
    "whose": "Leave out “{words}”. Say what will happen, and where it can be seen.",
    "hedged": "“{words}” leaves a way out: say what must happen, and put the doubt into the odds.",
    "subjective": "Two people will see “{words}” differently: say by what it shows, or leave it out.",
    "vague": "Two people will read “{words}” differently: say what could be seen or counted if it were so.",
    "no_measure": "“{words}” compares without a measure: say what is counted, where, and over which time.",
    "no_base": "“{words}” needs a starting point: say from which value, on which date, in which source.",
    "no_threshold": "“{words}” asks for a number: say how much is enough.",
    "universal": "“{words}” falls with a single exception: say what would count as one, and who looks for it.",
    "nothing_to_observe": "Nothing in it could be seen to happen: add who announces, publishes or measures what.",
}


def remark(found: Remark) -> str:
    """Write one remark as one sentence; the draft's own words in it are made harmless."""
    return _SENTENCES[found.code].format(words=text.escape(found.words, 120))


def remarks(found: tuple[Remark, ...]) -> tuple[str, ...]:
    """List all remarks, the blocking ones first."""
    return tuple(
        f"**{'Must change' if one.level == 'blocks' else 'Careful'}:** {remark(one)}" for one in found
    )


def overridden(terms: Terms, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Tell the other side which warnings the author of an open claim overrode (RULES B7)."""
    if not codes:
        return ()
    found = {one.code: one for one in check(draft_of(terms))}
    said = [remark(found.get(code, Remark("warns", code, "…"))) for code in codes if code in _SENTENCES]
    return ("The wording check warned, and the author opened it all the same:", *[f"- {one}" for one in said])


def draft_of(terms: Terms, deadline_typed: str = "", *, zone_given: bool = True) -> Draft:
    """Turn a claim's terms into what the wording check reads."""
    items = terms.scenario.items if terms.scenario else ()
    return Draft(
        statement="\n".join((terms.statement, *(item.words for item in items))),
        outcomes=terms.outcomes,
        title=terms.title,
        deadline=None if terms.deadline_us is None else from_us(terms.deadline_us),
        deadline_typed=deadline_typed,
        zone_given=zone_given,
        source=terms.source,
        fallback=terms.fallback,
        judged=terms.judges.votes > 0,
        clause=bool(terms.clause),
        conditional=terms.condition is not None,
    )
