"""Hold the patterns that the wording check looks for (RULES B7)."""

import re

N = r"[$€£]?(\d{1,15}(?:\.\d{1,9})?) ?%?"


NAMED = [
    (re.compile(f"(?:before|under|below|less than|fewer than|<) ?{N}", re.ASCII), (None, "before")),
    (
        re.compile(f"(?:at most|up to|<=|≤) ?{N}|{N} or (?:less|fewer|below|earlier)", re.ASCII),
        (None, "after"),
    ),
    (re.compile(f"(?:after|over|above|more than|>) ?{N}", re.ASCII), ("after", None)),
    (
        re.compile(f"(?:from|at least|>=|≥) ?{N}|{N} ?(?:\\+|or (?:more|above|later)|and later)", re.ASCII),
        ("before", None),
    ),
    (re.compile(f"(?:from |between )?{N} ?(?:to|-|–|and|until) ?{N}", re.ASCII), ("before", "after")),
]


def _any(*words: str) -> re.Pattern[str]:
    """Any of these, as whole words, in any case; `*` stands for more letters."""
    ways = "|".join(words).replace("*", r"\w*")
    return re.compile(rf"\b(?:{ways})\b", re.IGNORECASE)


_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"


BY_YEAR = re.compile(rf"\bby (?:the year )?(?:(?:{_MONTHS}) )?(?:19|20)\d\d\b(?!-)", re.IGNORECASE)


A_DATE = re.compile(
    rf"\b(?:19|20)\d\d(?:-\d\d?){{0,2}}\b|\b\d{{1,2}} (?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{1,2}}\b",
    re.IGNORECASE,
)


DATED = re.compile(
    r"\b(?:(?P<before>before)|by|in|until|during|on or before|end of) (?:the )?(?:year |end of )?"
    r"(?P<year>(?:19|20)\d\d)(?:-(?P<month>\d\d)-(?P<day>\d\d))?\b(?!-\d)",
    re.IGNORECASE,
)


# A digit, or a word that counts. "One" is left out: it is rarely meant as a number.
NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion"
    r"|trillion|half|halves|third|quarter|twice|double|doubles|triple|majority|\w+fold)\b",
    re.IGNORECASE,
)


COMPARED = re.compile(
    r"(?:at least|at most|more than|less than|fewer than|greater than|no less than|above|below|under|over|exceeds?"
    r"|reache?s?|>=?|<=?|≥|≤) ?(\d{1,15}(?:,\d{3})*(?:\.\d{1,9})?)(?![\d-])"
    r"|(?<![\d.-])(\d{1,15}(?:,\d{3})*(?:\.\d{1,9})?)(?: ?%| [a-z]+){0,2}"
    r" or (?:more|less|fewer|above|below|higher|lower)"
)


# The word is a common one. It is ours only next to something of ours, or with a capital as who or where it happens.
_OURS = (
    "bot|markets?|prices?|odds|points?|ledger|claims?|bets?|pools?|probabilit(?:y|ies)|users?|board|books?"
)


_DOES = (
    "will|has|had|is|gets|goes|reaches|crashes|loses|mints|pays|shows|runs|settles|survives|stops|shuts|dies"
)


ABOUT_CRUX = re.compile(
    rf"\b(?i:crux)(?:['’]s)? (?i:{_OURS})\b|\b(?:Crux|CRUX) (?:{_DOES})\b"
    r"|\b(?:on|in|by|with|using|from) (?:Crux|CRUX)\b"
    rf"|\b(?i:this bot)\b|\b(?i:this server['’]s (?:{_OURS}))\b"
    r"|\b(?i:claim|market|bet|pool) #\d+ (?:\w+ ){0,3}(?:settle|resolve|dispute|void|trade|close)[sd]?\b"
    r"|\b(?i:prices?|odds|stakes?|volume) (?:of|on|in|for) (?i:claim|market|bet|pool) #\d+"
)


ABOUT_ITSELF = _any(
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


PRIVATE = re.compile(
    rf"{_SOMEBODY}[^.!?\n]{{0,80}}?\b(?:{_LIFE})\b|\b(?:{_LIFE})\b of {_SOMEBODY}"
    rf"|(?:\b(?:I|you)|@\w+){_HELPERS}\s+(?:{_LIFE})\b"
    r"|\b(?:my|your)(?: own)? (?:health|death|pregnancy|diagnosis|illness|weight|suicide)\b",
    re.IGNORECASE,
)


# A capitalised name right before such a verb may be anybody's.
NAMED_LIFE = re.compile(
    r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)?(?: (?:will|would|is|has|gets?|be|not|going|to)){0,4}"
    r" (?:die|dies|died|dead|pregnant|pass(?:es|ed)? away|hospitali[sz]ed|diagnosed|survives?|ill|sick)\b"
    rf"|\b(?i:he|she){_HELPERS}\s+(?:{_LIFE})\b|\b(?i:his|her)(?: own)? (?:health|death|pregnancy|illness)\b"
)


CONDITIONAL = _any(
    "if", "unless", "provided that", "assuming", "as long as", "in case", "given that", "on condition"
)


WHOSE = _any(
    r"than (?:\w+ ){1,3}(?:expect*|think*|thought|believe*|hope*|predict*|say*|assume*|imagine*|anticipate*)",
    r"(?:as|than) (?:expected|predicted|anticipated|hoped|thought)",
    r"expectations?|in my (?:view|opinion)|I (?:think|feel|believe|expect)",
)


HEDGED = _any(
    "maybe|perhaps|probably|likely|unlikely|possibly|presumably|might|could|sort of|kind of|more or less"
)


SUBJECTIVE = _any(
    "clearly|obviously|genuinely|truly|really|essentially|basically|arguably|effectively|reasonably|fairly|largely",
    "mostly|practically|virtually|fundamentally|seriously|properly|adequately|sufficiently|noticeably|surprisingly",
    "impressive*",
)


VAGUE = _any(
    "soon|eventually|someday|one day|in time|in the (?:near|long) (?:future|run|term)|ready|enough|muddl*|shaken",
    "shakes?|disrupt*|transform*|significant*|substantial*|meaningful*|major|important*|big|huge|massive|widespread|widely",
    "mainstream|dominan*|success|successful*|succeeds?|good|great|bad|plateau*|hit a wall|takes? off|takes? over",
    r"taken over|diminishing|around|roughly|approximately|(?:early|mid|late)[- ](?:19|20)\d\d|decent|useful|useless",
    "broken|solved|works? well|relevant|serious|human[- ]level|AGI",
)


THAN = _any(
    r"(?:more|less|fewer|better|worse|further) (?:\w+ ){0,2}than",
    r"(?!(?:other|rather|whether|either)\b)[a-z]{2,}er than",
)


AMOUNT = _any(
    "many|most|much|few|often|rarely|frequently|usually|a lot|lots|popular|high|low|large|small|fast|slow*|cheap",
    "expensive|common|rare|more|less|fewer|diminishing",
)


UNIVERSAL = re.compile(
    r"\b(?:no one|nobody|nothing|none|never|always|everyone|everybody|everything|all(?! other)|every)\b"
    r"|\bno \w+(?: \w+){0,2} (?:will|would|can|is|are|has|have|does|do)\b|^no \w+",
    re.IGNORECASE | re.MULTILINE,
)


CHANGES = _any(
    "grows?|increases?|rises?|improves?|doubles?|triples?|falls?|drops?|declines?|shrinks?|slows?|accelerates?|spreads?"
)


BASE = _any(
    "from|since|compared|relative to|versus|vs|over|up to|after|baseline|than (?:in|the|its|on|at)|below|above",
    r"within|by \d+",
)


# A capital in the middle of a sentence, but for words that stand in any claim about the field.
NAME = re.compile(
    r"(?<=[^.!?:\n]) (?!(?:AI|AGI|ASI|LLM|LLMs|ML|I|II|YES|NO)\b)[A-Z][\w-]+|\b[a-z]+[A-Z]\w*|\b[A-Z][a-z]+[A-Z]|https?://"
)


QUOTE = re.compile(r"[\"“„«][^\"“”„«»]{3,}[\"“”»]")


ACT = _any(
    "(?:announce|publish|release|report|state|win|sign|pass|launch|ship|score|list|exceed|reach|close|sell|buy|open|elect",
    "resign|land|merge|finish|complete|move|marr(?:y|i)|ban|approve|vote|file|acquire|fire|cancel|leave|join|arrive|rain",
    "snow|beat|cross|hit|name|appoint|arrest|convict|invade|default|crash|raise|replace|sue|retire|graduate|deliver",
    "visit|meet|call|write|stop|start|begin)(?:e?s|e?d)?",
    "won|sold|bought|left|met|wrote|began",
)
