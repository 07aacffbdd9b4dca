"""Word what is wrong with something that was typed: by the class of the refusal, and its code."""

from collections.abc import Mapping

from markets.core import errors

WORDS: Mapping[type[errors.BadTerms], Mapping[str, str]] = {
    errors.BadTerms: {
        "answer": "Please choose one of the list.",
        "clarifications": (
            "There are {most} clarifications on this claim, as many as may be. A better wording is a new claim."
        ),
        "clarified": (
            "It was clarified less than a day ago, and all its people were told: add the next one from {from_us} on."
        ),
        "circle": (
            "Claim {on} hangs on this claim already, so this condition would close a circle: name another"
            " claim, or none."
        ),
        "clause_side": (
            "Its own ambiguity clause gives weight to an outcome that claim {claim} doesn't have: it "
            "doesn't fit."
        ),
        "dated": (
            "The items of a scenario have dates of their own, so its deadline can't count from a "
            "condition: leave the days empty."
        ),
        "foreign": "Something was filled in that doesn't belong to this result: leave it empty.",
        "item_chance": (
            "Item {item} needs a chance from 0% to 100% by each story: write it at the end of its line."
        ),
        "item_twice": "Line {item} says what an earlier one says, by the same date: take one of them out.",
        "items": "A scenario has 1 to {most} dated items: name that many, one on each line.",
        "itself": "A claim can't hang on itself: name another one, or none.",
        "links": (
            "That would make a chain of more than {most} conditions: hang it on an earlier claim of the "
            "chain, or on none."
        ),
        "long": "That text is too long: it has {letters} letters, and {most} at most are kept.",
        "no_outcome": "Claim {on} has no such outcome: `/claim show` names those it has.",
        "nul": "That text holds a character that can't be stored: type it again without it.",
        "over": (
            "Claim {on} has ended already, so nothing can hang on it: name one that is still open, or none."
        ),
        "same_story": (
            "“{one}” and “{other}” say the same of every item, so neither could win: change one of them."
        ),
        "unknown": "Please choose one of the list.",
        "votes": (
            "A ruling would need more votes than there are judges named: name more of them, or ask for fewer."
        ),
        "within": "A deadline counts 1 to {most} days from the condition: write such a number, or none.",
    },
    errors.BadOutcome: {
        "count": "A claim has 2 to 10 outcomes: name that many, one on each line.",
        "alike": "The outcomes “{name}” and “{other}” look alike: give them names that nobody takes for each other.",
        "disguised": "The outcome “{name}” looks like {other}, and isn't written with its letters: type it anew.",
        "distinct": "Two outcomes have the same name, or one has none: give each a name of its own.",
        "edge": (
            "The range “{name}” can't be read: write outcomes like: below 100, 100 to 200, 200 or more."
        ),
        "gap": (
            "Some values lie in none of this claim's ranges, so no market can be opened on it: supersede "
            "it with ranges that follow one another and have a tail on each side."
        ),
        "hangs": (
            "Claim {claim} hangs on the outcome {name}: leave that one's name and place as they are, and "
            "change the rest."
        ),
        "overlap": (
            "Two of this claim's ranges overlap, so no market can be opened on it: supersede it with "
            "better ones."
        ),
        "stories": "A scenario's outcomes are its stories: write one of each side with *Add a story*.",
        "unknown": "That isn't one of this claim's outcomes: `/claim show` names them.",
        "bet_side": (
            "Claim {claim} has no outcome “{name}”, so this bet doesn't fit it and stays where it is."
        ),
        "bet_sides": (
            "Claim {claim} has other outcomes than this bet's two sides, so the bet stays where it is."
        ),
        "offer_side": "Make a new offer with `/bet offer`. Claim {claim} has no outcome “{name}” any more.",
        "offer_sides": (
            "Make a new offer with `/bet offer`. Claim {claim} has other outcomes than this one's two sides."
        ),
    },
    errors.BadTimes: {
        "after_item": "That is after the item's date, so it didn't come true by then: judge it as NO.",
        "future": "That it became public is still to come: write when it was first known.",
        "item_late": (
            "Item {item} comes after the deadline: save the draft once more, and the deadline follows it."
        ),
        "item_past": "The date of item {item} is already over: give a later one, or take it out.",
        "order": (
            "The times don't follow one another: trading closes first, then comes the deadline, then the "
            "check date, all after now and before the end of 2100. Please give others."
        ),
        "past": "That time is already over: give a later one.",
        "pool_day": (
            "A pool takes stakes for a day at least, as a claim has one at a time: give a later end, or none."
        ),
        "public": (
            "It became public after the claim opened, {from_us}, and before its result was proposed, "
            "{until_us}. Write such a moment, with the time, like 2027-03-01 15:00; or leave it empty."
        ),
        "season": "A season begins before it ends: give another beginning or end.",
    },
    errors.TermsChanged: {
        "changed": (
            "It was changed since it was shown to you, and nothing happened. Look at it again before you "
            "say yes."
        ),
    },
    errors.BadStake: {
        "too_large": "That is more than can be staked: stake less.",
        "too_small": "A stake is 0.01 points at least: stake more.",
    },
    errors.BadEnding: {
        "changed": (
            "It was changed since it was shown to you, and nothing happened. Look at it again before you "
            "say yes."
        ),
        "nothing_suggested": (
            "The other side hasn't suggested an ending for this bet: suggest one with `/bet agree`."
        ),
        "split": "What the two get must add up to the pot: give another split.",
    },
    errors.BadResult: {
        "check_late": "People are asked again within 90 days, by {until_us}: give an earlier date.",
        "fit": "Give one weight for each outcome, such as 60 and 40; one of them must be above zero.",
        "foreign": "Something was filled in that doesn't belong to this result: leave it empty.",
        "items_first": (
            "In a scenario the items say which story was closest: judge the ones that are left with "
            "`/claim judge`, and the result is proposed by itself."
        ),
        "items_say": (
            "The items of this scenario say otherwise: `/claim show` tells what each story comes to. "
            "Whoever disagrees challenges the result."
        ),
        "late": "That check date lies after the end of 2100: give an earlier one.",
        "past": "That time is already over: give a later one.",
        "missing": (
            "Something that belongs to this result is missing: write the value, or one weight for each "
            "outcome."
        ),
        "moment": "To make bets void that were taken later, write when it became public.",
        "outside": "{value} lies in none of this claim's ranges: look at its terms again.",
        "unknown": "That isn't one of this claim's outcomes: `/claim show` names them.",
        "unread": "{value} can't be read: write a number like 718.8, or a date like 2027-03-01.",
        "value": "For a number or a date write the value itself, and Crux finds the outcome.",
    },
    errors.BadTrade: {
        "crosses": (
            "At that limit the order would trade at once: make the trade itself, or choose a limit that "
            "the price has not reached yet."
        ),
        "one_of": (
            "Say how much in one way: points to spend, a number of shares, or a chance to trade up to."
        ),
        "opening": "Give one opening chance for each outcome, from 1% to 99%, that add up to 100%.",
        "passed": (
            "The price is there already, so there is nothing to trade: choose a chance on the other side "
            "of it."
        ),
        "range": (
            "A market's liquidity lies between 10 and 10,000,000,000 points: choose a number in between."
        ),
        "target": "A chance to trade up to, or a limit, lies from 1% to 99%: choose one in between.",
        "tolerance": (
            "The price may move by 0 to 98 points of chance before you are asked again: choose one of these."
        ),
        "too_large": "That is more than one trade can be: make it smaller.",
        "too_small": "That is too little to trade: choose more.",
        "unknown": "That isn't one of this claim's outcomes: `/claim show` names them.",
        "worthless": "So few shares would bring nothing just now: sell more of them at once.",
    },
    errors.BadForecast: {
        "chance_count": "Give one chance for each outcome of this claim, {outcomes} of them.",
        "chance_range": "A chance lies between 0.1% and 99.9%: give one in between.",
        "chance_sum": "The chances of all outcomes must add up to 100%: give others.",
        "quantile_kind": (
            "This claim's outcomes are no ranges of a number or a date: give a chance for each instead."
        ),
        "quantile_order": (
            "The three values must rise: what it is above with 90%, with 50%, then with 10% chance."
        ),
        "unread": "{value} can't be read: write a number like 718.8, or a date like 2027-03-01.",
    },
    errors.BadLink: {
        "self": "That is one and the same claim: choose another one to link it to.",
    },
    errors.Needed: {
        "empty": "Something that must be filled in is empty: {field}. Please write it.",
    },
}
"""The same code may mean another thing in another class; every code of a class has its words (a test holds that)."""
