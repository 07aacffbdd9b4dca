"""Describe the exported tables for people: what each file and column means."""

from typing import Literal, get_args

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
    "volunteers",
    "calls",
    "candidates",
    "draws",
    "lots",
    "agreed_judges",
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
    "hushed",
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
    "records",
    "record_lines",
    "record_salts",
]


TABLES: tuple[Table, ...] = get_args(Table)


PEOPLES: tuple[Table, ...] = ("follows", "preferences", "hushed", "unlisted")
"""What people chose for themselves: it is exported with their ids only, and of no use without."""


RECORD: tuple[Table, ...] = ("records", "record_lines", "record_salts")
"""What exports of before version 0016 don't have; an import then begins a record with what it finds."""


LATER_FILES: tuple[tuple[Table, ...], ...] = (
    ("calls", "candidates", "agreed_judges"),
    ("volunteers", "draws", "lots", "hushed"),
)
"""What exports of before versions 0018 and 0017 don't have, the newest first: there was none of it."""


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
volunteers.csv      judges on call, and since when
calls.csv           announcements of draws: `sealed` is the SHA-256 of `secret`, which is told once lots were drawn
candidates.csv      among whom lots were to be drawn, fixed by the announcement
draws.csv           draws of judges on call for a round of a dispute: number and digest of the newest transfer then
lots.csv            whose lots they were. A lot is the SHA-256 of `seed:dispute:round:player`, where `seed` is the
                    SHA-256 of secret and digest; before version 0018 it was the digest. The lowest are drawn,
                    with `place` 1 to 3. At place 0 is who was passed over, since they may not judge there
agreed_judges.csv   judges whom holders agreed on, who objected, and who accepted them all the same
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
hushed.csv          who wants no more mentions by whom; only where Discord ids are exported too
markets.csv         share markets: liquidity, escrow, who opened them; `house` 1 where the house pays
market_outcomes.csv a market's outcomes: opening weight, shares sold; prices follow from `moved` and `weight`
liquidity.csv       who paid which part of a subsidy, and what returned; `player` 0 is the house
positions.csv       what each player holds or held of an outcome, its cost less sales, and what it paid
orders.csv          limit orders: budget or quantity, reserve, and how much of them was filled
trades.csv          every purchase and sale in order, below zero for a sale, with all prices after it in millionths
pools.csv           pools with their escrows; of a claim's pools the newest takes stakes
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
records.csv         the record of what was said: one row for each operation that changed rows of these files, or of
                    the book's players, notes and settings, with the number and head of its last transfer then.
                    `digest` is the SHA-256 of [1, the digest before, guild, record, what, at in microseconds since
                    1970, transfers, head, then table, thing and digest of each line] as JSON without spaces
record_lines.csv    the rows that it left changed: `thing` is a row's key, `digest` the SHA-256 of the row as JSON, a
                    salt before it where it is private; empty where the row was deleted. docs/record.md says more
record_salts.csv    those salts, but for what isn't exported
manifest.json       which server, and the digest of each file

A payout's transfer has the key resolution:N:bet:B, its reversal resolution:N:back:B; those of a market's end are
resolution:N:market:1, 2 and so on. Shares are in units, of which each pays 0.01 points. Amounts are whole
hundredths of a point; the columns ending in _points show the same with two decimals. Times are UTC. Points have no
cash value.
"""
