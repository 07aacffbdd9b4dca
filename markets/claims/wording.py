"""The wording check (RULES B7): what about a claim would make two people argue in three years.

`check` reads a draft and returns remarks: a code, whether it blocks or warns, and the words it is about. What to do
about each is said in `bot/words/wording.py`. What blocks, blocks; a warning can be overridden, and whoever takes the
other side is shown which ones were.

Blocks are few and exact, for nobody can get past a false one. Warnings are guesses over English words: they look
where the judges will look, at the criteria if these measure anything, else at the statement as well. Measured on the
forty starter claims: none is blocked, and beyond "one source only" few are warned (the tests list them).
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Literal, Protocol

MOST_LETTERS = 4_000
"""As much as Discord lets anybody type into one field: of each text, more isn't read."""
MOST_SHOWN = 120
"""Letters of a draft's own words in one remark."""

BLOCKS = (
    *("no_deadline", "no_outcomes", "same_twice", "overlap", "no_source", "no_clause"),
    *("about_crux", "private_person"),
)
WARNS = (
    *("no_zone", "by_year", "after_deadline", "one_source", "gap", "conditional", "maybe_private"),
    *("whose", "hedged", "subjective", "vague", "no_measure", "no_base", "no_threshold", "universal"),
    "nothing_to_observe",
)
"""Every code that a remark can have, in the order in which remarks are listed."""


class DraftOutcome(Protocol):
    """An answer: ranges hold their lower edge and not their upper, as a number or an ISO date in text."""

    @property
    def name(self) -> str: ...
    @property
    def criteria(self) -> str: ...
    @property
    def low(self) -> str | None: ...
    @property
    def high(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim as far as it was typed. `judged` and `clause`: whether there are judges, and an ambiguity clause.

    `deadline_typed` is the deadline in the author's own words, `zone_given` whether they named a zone. A claim that
    is conditional on another (C10) may say "if".
    """

    statement: str
    outcomes: Sequence[DraftOutcome]
    title: str = ""
    deadline: datetime | None = None
    deadline_typed: str = ""
    zone_given: bool = False
    source: str = ""
    fallback: str = ""
    judged: bool = False
    clause: bool = False
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about a draft. `words` are its own words that the remark is about, if it is about any."""

    level: Literal["blocks", "warns"]
    code: str
    words: str = ""


def check(draft: Draft) -> tuple[Remark, ...]:
    """All that is to be said about a draft, what blocks first; at most one remark for each code."""
    draft = replace(
        draft,
        statement=draft.statement[:MOST_LETTERS],
        title=draft.title[:MOST_LETTERS],
        deadline_typed=draft.deadline_typed[:MOST_LETTERS],
    )
    found = dict(_blocks(draft))
    if "private_person" not in found:
        found |= dict(_found("maybe_private", _NAMED_LIFE, _all_words(draft)))
    found |= dict(_times(draft))
    found |= dict(_shape(draft))
    found |= dict(_words(draft))
    blocks = [Remark("blocks", code, found[code]) for code in BLOCKS if code in found]
    return (*blocks, *(Remark("warns", code, found[code]) for code in WARNS if code in found))


# --- what blocks ------------------------------------------------------------------------------


def _blocks(draft: Draft) -> Iterator[tuple[str, str]]:
    if draft.deadline is None:
        yield "no_deadline", draft.deadline_typed
    if not (draft.source.strip() or draft.judged):
        yield "no_source", ""
    if not draft.clause:
        yield "no_clause", ""
    yield from _outcomes(draft.outcomes)
    everything = _all_words(draft)
    yield from _found("about_crux", _ABOUT_CRUX, everything)
    yield from _found("about_crux", _ABOUT_ITSELF, f"{draft.title}\n{draft.statement}")
    yield from _found("private_person", _PRIVATE, everything)


def _outcomes(outcomes: Sequence[DraftOutcome]) -> Iterator[tuple[str, str]]:
    names = [_bare(outcome.name) for outcome in outcomes]
    if len(outcomes) < 2 or not all(names):
        yield "no_outcomes", ""
        return
    criteria = [
        _bare(outcome.criteria) for outcome in outcomes if outcome.low is None and outcome.high is None
    ]
    if again := _twice(names) or _twice([text for text in criteria if text]):
        yield "same_twice", again
    elif both := _overlap(_ranges(outcomes)):
        yield "overlap", both


def _twice(texts: list[str]) -> str:
    return next((text for at, text in enumerate(texts) if text in texts[:at]), "")


def _bare(text: str) -> str:
    """Without what doesn't tell two texts apart: case, spaces, punctuation."""
    return " ".join(re.findall(r"\w+|[<>=%+-]", text[:MOST_LETTERS].casefold()))


# --- ranges -----------------------------------------------------------------------------------

Edge = tuple[Fraction, int]  # a number, and 0 for just before it or 1 for just after it


@dataclass(frozen=True, slots=True)
class _Range:
    """From one edge to another; None is without end."""

    name: str
    low: Edge | None
    high: Edge | None


def _ranges(outcomes: Sequence[DraftOutcome]) -> list[_Range]:
    """The outcomes that are ranges, lowest first: by their edges, or where they have none by their names."""
    stated = [_stated(outcome) for outcome in outcomes if outcome.low is not None or outcome.high is not None]
    found = [one for one in stated or [_named(outcome.name) for outcome in outcomes] if one is not None]
    return sorted(found, key=lambda one: (one.low is not None, one.low or (Fraction(0), 0)))


def _stated(outcome: DraftOutcome) -> _Range | None:
    low, high = _edge(outcome.low), _edge(outcome.high)
    unread = (outcome.low is not None and low is None) or (outcome.high is not None and high is None)
    return None if unread else _Range(outcome.name, low, high)


def _edge(text: str | None) -> Edge | None:
    if text is None:
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        try:
            return Fraction(date.fromisoformat(text).toordinal()), 0
        except ValueError:
            return None
    return (Fraction(text), 0) if re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", text, re.ASCII) else None


_N = r"[$€£]?(\d{1,15}(?:\.\d{1,9})?) ?%?"
_NAMED = [
    (re.compile(f"(?:before|under|below|less than|fewer than|<) ?{_N}", re.ASCII), (None, "before")),
    (
        re.compile(f"(?:at most|up to|<=|≤) ?{_N}|{_N} or (?:less|fewer|below|earlier)", re.ASCII),
        (None, "after"),
    ),
    (re.compile(f"(?:after|over|above|more than|>) ?{_N}", re.ASCII), ("after", None)),
    (
        re.compile(f"(?:from|at least|>=|≥) ?{_N}|{_N} ?(?:\\+|or (?:more|above|later)|and later)", re.ASCII),
        ("before", None),
    ),
    (re.compile(f"(?:from |between )?{_N} ?(?:to|-|–|and|until) ?{_N}", re.ASCII), ("before", "after")),
]


def _named(name: str) -> _Range | None:
    """`before 2028`, `2028 to 2029`, `10-20%`, `30+`: both ends of a span are in it."""
    text = " ".join(name[:MOST_SHOWN].casefold().split())
    for form, (low, high) in _NAMED:
        if found := form.fullmatch(text):
            numbers = [Fraction(number) for number in found.groups() if number is not None]
            return _Range(name, _side(numbers[0], low), _side(numbers[-1], high))
    if found := re.fullmatch(_N, text, re.ASCII):
        return _Range(name, (Fraction(found[1]), 0), _side(Fraction(found[1]), "after"))
    return None


def _side(number: Fraction, which: str | None) -> Edge | None:
    """After a whole number comes the next whole number: 2028 to 2029 and 2030 to 2032 leave nothing between."""
    if which is None:
        return None
    if which == "after":
        return (number + 1, 0) if number.denominator == 1 else (number, 1)
    return number, 0


def _overlap(ranges: list[_Range]) -> str:
    for one, following in itertools.pairwise(ranges):
        if one.high is None or following.low is None or following.low < one.high:
            return f"{one.name} / {following.name}"
    return ""


def _between(ranges: list[_Range], others: bool) -> str:
    """What no range holds: between two of them, or outside all where no other outcome could take it."""
    for one, following in itertools.pairwise(ranges):
        if one.high is not None and following.low is not None and one.high < following.low:
            return f"{one.name} / {following.name}"
    if len(ranges) > 1 and not others and ranges[0].low is not None:
        return ranges[0].name
    return ranges[-1].name if len(ranges) > 1 and not others and ranges[-1].high is not None else ""


# --- times ------------------------------------------------------------------------------------


def _times(draft: Draft) -> Iterator[tuple[str, str]]:
    if not draft.zone_given:
        yield "no_zone", ""
    yield from _found("by_year", _BY_YEAR, f"{draft.deadline_typed}\n{draft.statement}\n{_criteria(draft)}")
    if draft.deadline is not None:
        yield from _after_deadline(draft.statement, draft.deadline)


def _after_deadline(statement: str, deadline: datetime) -> Iterator[tuple[str, str]]:
    """The statement speaks of a day that lies behind the deadline. Zones are a day apart at most."""
    for found in _DATED.finditer(statement):
        before, year, month, day = found["before"], int(found["year"]), found["month"], found["day"]
        try:
            last = date(year, int(month or 12), int(day or 1)) if month and day else date(year, 12, 31)
        except ValueError:
            continue
        if before and not month:
            last = date(year - 1, 12, 31)
        if datetime(last.year, last.month, last.day, tzinfo=UTC) > deadline + timedelta(days=1):
            yield "after_deadline", found[0]


# --- shape ------------------------------------------------------------------------------------


def _shape(draft: Draft) -> Iterator[tuple[str, str]]:
    if draft.source.strip() and not draft.fallback.strip():
        yield "one_source", ""
    ranges = _ranges(draft.outcomes)
    if not _overlap(ranges) and (left := _between(ranges, others=len(ranges) < len(draft.outcomes))):
        yield "gap", left
    elif len(draft.outcomes) == 2 and not ranges:
        yield from _unlike_numbers(*(outcome.criteria for outcome in draft.outcomes))


def _unlike_numbers(yes: str, no: str) -> Iterator[tuple[str, str]]:
    """YES compares with 60 and NO with 50: nobody gets what is between, or both do."""
    ours, theirs = _compared(yes), _compared(no)
    if ours and theirs and not ours.keys() & theirs.keys():
        yield "gap", f"{next(iter(ours.values()))} / {next(iter(theirs.values()))}"


def _compared(text: str) -> dict[Fraction, str]:
    """The numbers that something is held against, as they were written."""
    found = [one[1] or one[2] for one in _COMPARED.finditer(text[:MOST_LETTERS].casefold())]
    return {Fraction(number.replace(",", "")): number for number in found}


# --- words ------------------------------------------------------------------------------------


def _words(draft: Draft) -> Iterator[tuple[str, str]]:
    if not draft.conditional:
        yield from _found("conditional", _CONDITIONAL, draft.statement)
    criteria = _criteria(draft)
    measured = _measured(criteria)
    judged = criteria if measured else f"{draft.statement}\n{criteria}"
    for code, pattern in (
        ("whose", _WHOSE),
        ("hedged", _HEDGED),
        ("subjective", _SUBJECTIVE),
        ("vague", _VAGUE),
    ):
        yield from _found(code, pattern, judged)
    if not (measured or _measured(draft.statement)):
        yield from (*_found("no_measure", _THAN, judged),) or _found("no_threshold", _AMOUNT, judged)
        yield from _found("universal", _UNIVERSAL, judged)
    if not _BASE.search(judged):
        yield from _found("no_base", _CHANGES, judged)
    if not _observable(f"{draft.statement}\n{criteria}"):
        yield "nothing_to_observe", ""


def _criteria(draft: Draft) -> str:
    """What the judges hold events against. A NO that only denies the YES says nothing new."""
    told = [
        outcome.criteria[:MOST_LETTERS]
        for outcome in draft.outcomes
        if outcome.name.strip().casefold() != "no"
    ]
    return "\n".join(told)[:MOST_LETTERS]


def _all_words(draft: Draft) -> str:
    told = (text[:MOST_LETTERS] for outcome in draft.outcomes for text in (outcome.name, outcome.criteria))
    return "\n".join((draft.title, draft.statement, *told))


def _measured(text: str) -> bool:
    """Whether there is a number in it that isn't part of a date."""
    return _NUMBER.search(_A_DATE.sub(" ", text)) is not None


def _observable(text: str) -> bool:
    """Whether there is anything a camera, a newspaper or a table could show: a number, a name, a quote, an act."""
    return _measured(text) or any(pattern.search(text) for pattern in (_NAME, _QUOTE, _ACT))


def _found(code: str, pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """The first three different places, as one remark."""
    every: Iterable[str] = (" ".join(one[0].split()) for one in pattern.finditer(text))
    if some := list(dict.fromkeys(every))[:3]:
        yield code, ", ".join(some)[:MOST_SHOWN]


def _any(*words: str) -> re.Pattern[str]:
    """Any of these, as whole words, in any case; `*` stands for more letters."""
    ways = "|".join(words).replace("*", r"\w*")
    return re.compile(rf"\b(?:{ways})\b", re.IGNORECASE)


_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_BY_YEAR = re.compile(rf"\bby (?:the year )?(?:(?:{_MONTHS}) )?(?:19|20)\d\d\b(?!-)", re.IGNORECASE)
_A_DATE = re.compile(
    rf"\b(?:19|20)\d\d(?:-\d\d?){{0,2}}\b|\b\d{{1,2}} (?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{1,2}}\b",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\b(?:(?P<before>before)|by|in|until|during|on or before|end of) (?:the )?(?:year |end of )?"
    r"(?P<year>(?:19|20)\d\d)(?:-(?P<month>\d\d)-(?P<day>\d\d))?\b(?!-\d)",
    re.IGNORECASE,
)

# A digit, or a word that counts. "One" is left out: it is rarely meant as a number.
_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion"
    r"|trillion|half|halves|third|quarter|twice|double|doubles|triple|majority|\w+fold)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"(?:at least|at most|more than|less than|fewer than|greater than|no less than|above|below|under|over|exceeds?"
    r"|reache?s?|>=?|<=?|≥|≤) ?(\d{1,15}(?:,\d{3})*(?:\.\d{1,9})?)(?![\d-])"
    r"|(?<![\d.-])(\d{1,15}(?:,\d{3})*(?:\.\d{1,9})?)(?: ?%| [a-z]+){0,2}"
    r" or (?:more|less|fewer|above|below|higher|lower)"
)

# The word is a common one, so it is ours only beside something of ours, or with a capital as who or where it happens.
_OURS = (
    "bot|markets?|prices?|odds|points?|ledger|claims?|bets?|pools?|probabilit(?:y|ies)|users?|board|books?"
)
_DOES = (
    "will|has|had|is|gets|goes|reaches|crashes|loses|mints|pays|shows|runs|settles|survives|stops|shuts|dies"
)
_ABOUT_CRUX = re.compile(
    rf"\b(?i:crux)(?:['’]s)? (?i:{_OURS})\b|\b(?:Crux|CRUX) (?:{_DOES})\b"
    r"|\b(?:on|in|by|with|using|from) (?:Crux|CRUX)\b"
    rf"|\b(?i:this bot)\b|\b(?i:this server['’]s (?:{_OURS}))\b"
    r"|\b(?i:claim|market|bet|pool) #\d+ (?:\w+ ){0,3}(?:settle|resolve|dispute|void|trade|close)[sd]?\b"
    r"|\b(?i:prices?|odds|stakes?|volume) (?:of|on|in|for) (?i:claim|market|bet|pool) #\d+"
)
_ABOUT_ITSELF = _any(
    r"this (?:claim|bet|pool|prediction|offer)",
    r"this market(?:['’]s)? (?:prices?|probability|odds|settles?|resolves?|closes?|trades?|reaches|ends)",
    r"(?:prices?|odds|probability|stakes?|traders?|volume) (?:of|on|in|for) (?:this|the) (?:market|claim|bet|pool)",
)

# A person nobody outside knows: mentioned, spoken of by kinship or nearness, or the writer and the reader themselves.
# He and she may be public figures, so they only warn.
_KIN = "|".join(
    (
        "mother|father|mum|mom|dad|parents?|wife|husband|partner|girlfriend|boyfriend|ex|son|daughter|child|kids?|baby",
        "brother|sister|grandmother|grandfather|grandma|grandpa|aunt|uncle|cousin|friend|neighbou?r|colleague|boss",
        "teacher|landlord|roommate|flatmate|family",
    )
)
_SOMEBODY = (
    rf"(?:<@!?\d+>|\b(?:my|our|your|his|her)(?: \w+)? (?:{_KIN})\b"
    r"|\b(?:someone|somebody|anyone|a member|a moderator|an admin|one of us)(?: here| (?:on|in) this server))"
)
_LIFE = "|".join(
    (
        r"die|dies|died|dead|death|pass(?:es|ed)? away|suicide|overdos\w+|pregnan\w+|miscarr\w+|abortion|cancer",
        r"tumou?r|diagnos\w+|hospital\w*|sick|ill|illness|disease|depress(?:ed|ion)|heart attack|stroke|covid",
        r"injur\w+|surgery|rehab|sober|relaps\w+|therapy|weigh[st]?",
    )
)
_HELPERS = (
    r"(?:\s+(?:will|would|won['’]t|not|be|is|am|are|gets?|got|going|to|have|has|ever|may|still|never)){0,4}"
)
_PRIVATE = re.compile(
    rf"{_SOMEBODY}[^.!?\n]{{0,80}}?\b(?:{_LIFE})\b|\b(?:{_LIFE})\b of {_SOMEBODY}"
    rf"|(?:\b(?:I|you)|@\w+){_HELPERS}\s+(?:{_LIFE})\b"
    r"|\b(?:my|your)(?: own)? (?:health|death|pregnancy|diagnosis|illness|weight|suicide)\b",
    re.IGNORECASE,
)
# A capitalised name right before such a verb may be anybody's.
_NAMED_LIFE = re.compile(
    r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)?(?: (?:will|would|is|has|gets?|be|not|going|to)){0,4}"
    r" (?:die|dies|died|dead|pregnant|pass(?:es|ed)? away|hospitali[sz]ed|diagnosed|survives?|ill|sick)\b"
    rf"|\b(?i:he|she){_HELPERS}\s+(?:{_LIFE})\b|\b(?i:his|her)(?: own)? (?:health|death|pregnancy|illness)\b"
)

_CONDITIONAL = _any(
    "if", "unless", "provided that", "assuming", "as long as", "in case", "given that", "on condition"
)
_WHOSE = _any(
    r"than (?:\w+ ){1,3}(?:expect*|think*|thought|believe*|hope*|predict*|say*|assume*|imagine*|anticipate*)",
    r"(?:as|than) (?:expected|predicted|anticipated|hoped|thought)",
    r"expectations?|in my (?:view|opinion)|I (?:think|feel|believe|expect)",
)
_HEDGED = _any(
    "maybe|perhaps|probably|likely|unlikely|possibly|presumably|might|could|sort of|kind of|more or less"
)
_SUBJECTIVE = _any(
    "clearly|obviously|genuinely|truly|really|essentially|basically|arguably|effectively|reasonably|fairly|largely",
    "mostly|practically|virtually|fundamentally|seriously|properly|adequately|sufficiently|noticeably|surprisingly",
    "impressive*",
)
_VAGUE = _any(
    "soon|eventually|someday|one day|in time|in the (?:near|long) (?:future|run|term)|ready|enough|muddl*|shaken",
    "shakes?|disrupt*|transform*|significant*|substantial*|meaningful*|major|important*|big|huge|massive|widespread|widely",
    "mainstream|dominan*|success|successful*|succeeds?|good|great|bad|plateau*|hit a wall|takes? off|takes? over",
    r"taken over|diminishing|around|roughly|approximately|(?:early|mid|late)[- ](?:19|20)\d\d|decent|useful|useless",
    "broken|solved|works? well|relevant|serious|human[- ]level|AGI",
)
_THAN = _any(
    r"(?:more|less|fewer|better|worse|further) (?:\w+ ){0,2}than",
    r"(?!(?:other|rather|whether|either)\b)[a-z]{2,}er than",
)
_AMOUNT = _any(
    "many|most|much|few|often|rarely|frequently|usually|a lot|lots|popular|high|low|large|small|fast|slow*|cheap",
    "expensive|common|rare|more|less|fewer|diminishing",
)
_UNIVERSAL = re.compile(
    r"\b(?:no one|nobody|nothing|none|never|always|everyone|everybody|everything|all(?! other)|every)\b"
    r"|\bno \w+(?: \w+){0,2} (?:will|would|can|is|are|has|have|does|do)\b|^no \w+",
    re.IGNORECASE | re.MULTILINE,
)
_CHANGES = _any(
    "grows?|increases?|rises?|improves?|doubles?|triples?|falls?|drops?|declines?|shrinks?|slows?|accelerates?|spreads?"
)
_BASE = _any(
    "from|since|compared|relative to|versus|vs|over|up to|after|baseline|than (?:in|the|its|on|at)|below|above",
    r"within|by \d+",
)

# A capital in the middle of a sentence, but for words that stand in any claim about the field.
_NAME = re.compile(
    r"(?<=[^.!?:\n]) (?!(?:AI|AGI|ASI|LLM|LLMs|ML|I|II|YES|NO)\b)[A-Z][\w-]+|\b[a-z]+[A-Z]\w*|\b[A-Z][a-z]+[A-Z]|https?://"
)
_QUOTE = re.compile(r"[\"“„«][^\"“”„«»]{3,}[\"“”»]")
_ACT = _any(
    "(?:announce|publish|release|report|state|win|sign|pass|launch|ship|score|list|exceed|reach|close|sell|buy|open|elect",
    "resign|land|merge|finish|complete|move|marr(?:y|i)|ban|approve|vote|file|acquire|fire|cancel|leave|join|arrive|rain",
    "snow|beat|cross|hit|name|appoint|arrest|convict|invade|default|crash|raise|replace|sue|retire|graduate|deliver",
    "visit|meet|call|write|stop|start|begin)(?:e?s|e?d)?",
    "won|sold|bought|left|met|wrote|began",
)
