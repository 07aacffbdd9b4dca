"""Explain in /help what Crux is, and the rules by topic.

What it says of each rule is held against that rule by `tests/end_to_end/test_help.py`.
"""

from bot.text import Currency
from bot.ui.cards import Card
from bot.words.phrases import hours
from ledger import issuance
from markets.core.settings import Settings

TOPICS = {
    "start": "What Crux is",
    "bets": "Bets between two people",
    "results": "How a claim comes out",
    "judges": "Who judges, and what if nobody can",
    "away": "Who leaves, and when Crux is away",
    "points": "Points, debts, the allowance and gifts",
    "markets": "Share markets and limit orders",
    "cruxes": "Cruxes and rewards: what would change your mind",
    "conditions": "Claims that hang on other claims",
    "scenarios": "Scenarios: whose story was closer",
    "book": "The book, and how to check it",
    "moderators": "What moderators may do",
    "privacy": "What is stored about you",
}


def topic(name: str, rules: issuance.PointSettings, bets: Settings, currency: Currency) -> Card:
    """Explain one topic, with this server's own numbers in it."""
    match name:
        case "bets":
            said = _bets(bets, currency)
        case "results":
            said = _results(bets, currency)
        case "judges":
            said = _judges()
        case "away":
            said = _away()
        case "points":
            said = _points(rules, currency)
        case "markets":
            said = _markets()
        case "cruxes":
            said = _cruxes()
        case "conditions":
            said = _conditions()
        case "scenarios":
            said = _scenarios()
        case "book":
            said = _book()
        case "moderators":
            said = _moderators()
        case "privacy":
            said = _privacy()
        case _:
            said = _start(rules, currency)
    return Card(
        TOPICS.get(name, TOPICS["start"]),
        ("\n\n".join(said),),
        "Points have no cash value: they can't be bought, sold or cashed out. More: /help with a topic.",
    )


def _start(rules: issuance.PointSettings, currency: Currency) -> tuple[str, ...]:
    return (
        "Crux keeps score between people who disagree about the future. It writes down what is claimed, holds what "
        "each side puts behind it, watches the calendar, and keeps a book that anyone can check, for years.",
        f"You take part by pressing a button or running a command: your first one makes your wallet, with "
        f"{currency.of(rules.starting_balance)} in it. There is nothing to sign up for.",
        "Begin with `/wallet show`, or bet on something with `/bet quick`.",
    )


def _bets(bets: Settings, currency: Currency) -> tuple[str, ...]:
    most = (
        f" The most on one bet here is {currency.of(bets.most_on_one_bet)} a side."
        if bets.most_on_one_bet
        else ""
    )
    return (
        "`/bet quick` goes from a sentence to an offer in one form; so does a right-click on a message and *Bet "
        "on this*. You say your side, what you risk and your odds, and Crux answers with what you win and when it "
        f"is fair.{most}",
        "An offer locks nothing. Whoever takes it sees every ending first; then both stakes are locked at once, or "
        "nothing happens. From then on nobody changes the claim's words. A bet can move to a better wording when "
        "both sign, `/bet move`: each side stays on the outcome of its name.",
        "If it turns out hard to decide, the claim's ambiguity clause says what becomes of the stakes: it stands on "
        "the card from the beginning.",
        "The two sides may end their own bet at any time as they both agree: `/bet agree`. `/bet mine` shows yours.",
    )


def _results(bets: Settings, currency: Currency) -> tuple[str, ...]:
    bond = f"A bond of {currency.of(bets.bond)} is held: it returns" if bets.bond else "Any bond returns"
    return (
        "Whoever has something on a claim, its author or a moderator names the result, with evidence: `/resolve "
        f"propose`. Anyone may challenge it for {hours(bets.window_seconds)}, or for "
        f"{hours(bets.window_gains_seconds)} where whoever named it gains by it, or it makes a conditional claim "
        "void. Unchallenged, it is paid.",
        "Unclear, void, too early and weights are never settled by silence, unless a moderator without points on the "
        "claim proposed them, or the other sides sign: `/resolve sign`. After the window such a moderator confirms "
        "them within 7 days, or the proposal fails. Naming an outcome replaces it.",
        "Whoever names an outcome may say when it became public, between the claim's opening and then. Pool stakes "
        "placed after that return, and forecasts made after it don't score: that is announced, can be challenged "
        "as the result can, and a ruling says its own moment or none.",
        f"A challenge says what is wrong: `/resolve challenge`. {bond} if the ruling differs from what was "
        "proposed. Then its judges vote; their ruling is posted with their reasons and paid a day after that, unless "
        "somebody appeals once with new evidence and twice the bond.",
        "Before the deadline trading and offers rest for a day, or until the end once somebody else with points on "
        "the claim signs: `/resolve sign`. Taken back after an hour, a proposal leaves its bond with the house. Who "
        "took one back, or failed, names the next in 7 days.",
        "Hours in which Crux was away don't count as silence, and a day is left at least. Where somebody who would "
        "lose more than a trifle has left or was deleted, or Crux has no channel to tell people in, a moderator "
        "without points on it confirms the result instead.",
        "If nobody acts, Crux reminds people. After 14 days the claim is listed as overdue, and 90 days later it "
        "ends by the outcome that stands unchallenged, else by its ambiguity clause, announced a week ahead. "
        "Nothing is ever settled by its own price.",
    )


def _judges() -> tuple[str, ...]:
    return (
        "Moderators judge, or the people whom a claim names; its terms say how many votes for one result a ruling "
        "needs.",
        "Nobody judges a claim on which they have, or ever had, points. A named judge who wants to bet steps down "
        "first, in public and for good: `/resolve step-down`. Whoever loses the moderator role judges no more "
        "from that moment; votes they gave count.",
        "After 7 days without enough votes three judges on call are drawn by lot, where there are any without points "
        "on it, and vote as named ones do: `/resolve on-call` makes you one. Who takes part is posted a day before, "
        "with how to check the draw.",
        "Who decides a claim takes nothing on it or around it until that is final.",
        "Three days later, or at once where nobody can be drawn, the server's owner is asked, and may rule alone, "
        "without points on it. "
        "Then the two sides may also agree on any member without points on it, who rules alone: `/resolve "
        "appoint`. In a market or a pool more than half of those who would gain and of those who would lose agree, "
        "by what they have at stake: that is posted, and they rule two days later, unless somebody else with more "
        "than a trifle on it objects.",
        "The owner is whoever owns the server then. Where everybody who could judge has points on it "
        "and the sides agree on nobody, the claim ends by its ambiguity clause.",
        "Within 30 days of the payment judges can take a result back, as many as a ruling needs, later only the "
        "owner: with a reason, by opposite transfers, `/mod reverse`. Where judges are named, moderators can as "
        "well. Whom the ruling was against can't. It is posted and takes effect 24 hours later, unless somebody with "
        "points on the claim appeals; then the owner decides. The owner alone also takes back what was ruled on an "
        "appeal, and what was taken back before.",
        "A moderator without points on a claim, now or ever, can freeze it: for 14 days at most, 60 in all. `/mod "
        "freeze` also ends that.",
    )


def _away() -> tuple[str, ...]:
    return (
        "**You leave the server.** Your bets stand. A moderator confirms results instead of your silence, and "
        "what you win waits for you.",
        "**You have yourself deleted** with `/privacy delete`. Your offers and orders end, and your name goes. "
        "Your open bets stand under a number; a moderator confirms their results, and what they win goes to the "
        "house, as your wallet does. A debt stays. If you come back within a year, it comes along, and there is no "
        "starting balance and no allowance for you. You still judge no claim on which you had points.",
        "**You owe points**, because a result you were paid for was taken back. You can't stake, offer or give "
        "until it is paid off; what you win or are granted pays it first. You may still name results, and "
        "challenge without a bond.",
        "**The channel is deleted**, or Crux may not write there. Nothing is settled by silence meanwhile. "
        "Whoever may manage the server chooses another with `/setup`, and what was kept back is told there.",
        "**Crux is removed** from the server. Its book is kept, and everything rests. Invited again, it goes on, and "
        "time to object is given back.",
        "**The server gets another owner.** From that moment what is the owner's to do is theirs.",
    )


def _points(rules: issuance.PointSettings, currency: Currency) -> tuple[str, ...]:
    gifts = (
        f"You can give away up to {currency.of(rules.starting_balance // 10)} a day, never while you owe something: "
        "`/wallet give`. That limit slows giving, and can't prevent losing on purpose: a bet may be ended by "
        "agreement at any split, which everybody sees. For the allowance that counts as given away."
        if rules.gifts
        else "Gifts are switched off in this server."
    )
    allowance = (
        f"Whoever is below the starting balance can draw {currency.of(rules.weekly_allowance)} a week, up to it: "
        "`/wallet allowance`. What is locked, and what you gave away in the last 90 days, counts as still yours. "
        "Weeks you miss don't add up. Whoever has everything locked for more than a year ahead can draw "
        f"{currency.of(rules.starting_balance // 10)} once a year instead. What can be sold or cancelled isn't "
        "locked. That is paid back if something you had locked ends within the year."
        if rules.weekly_allowance
        else "There is no weekly allowance in this server."
    )
    return (
        f"Everybody starts once with {currency.of(rules.starting_balance)}, if their Discord account is older than "
        f"{rules.account_age_days} days. A moderator can let a younger one in.",
        allowance,
        gifts,
        "Nothing you do yourself takes your wallet below zero. Only something you were paid and that is taken back "
        "later can; what you win or are granted then pays it off first.",
    )


def _markets() -> tuple[str, ...]:
    return (
        "On a claim with a market you buy shares of an outcome at any time: each pays 1 point if it "
        "comes and nothing if "
        "not, so a price of 62% is what the market thinks. Press an outcome on the claim's card, or use "
        "`/market buy`; "
        "you can sell again whenever you like: `/market sell`.",
        "You see cost, shares, the price after it, the worst case and your balance before anything "
        "moves. If the price "
        "gets worse by more than 2 points of chance meanwhile, you are asked again; *Other* asks by how "
        "much.",
        "`/market open` opens one. Whoever opens it pays the subsidy, the most they can lose, and gets "
        "back what is left. "
        "More liquidity means that prices move slower.",
        "If the claim ends void, each gets back what they put in, and profits that were taken go back. So your "
        "wallet keeps what you took out with a profit beyond the starting balance until those claims are settled: "
        "`/wallet show` says how much.",
        "*Limit order* on the card, or `/market order`, lets an order rest until the price reaches your limit; you "
        "never pay more than that. `/market portfolio` shows all you have and each ending, and takes orders back.",
    )


def _cruxes() -> tuple[str, ...]:
    return (
        "A crux is a claim that would change your mind about another one: if this comes out so, you would raise "
        "that, or lower it. `/claim link` puts it on both cards under your name; `/claim links` shows yours.",
        "When the first claim comes out you get one note, as you chose to be told of things (`/bet reminders`). "
        "What you say of the other claim before and after then stands beside the crux, unless forecasts there are "
        "hidden.",
        "A crux takes no points and binds you to nothing. `/claim unlink` takes it back while both claims go on, and "
        "`/claim list` finds what is linked to a claim of yours.",
        "`/reward offer` locks points for the argument that moves your forecast. When one has, change your forecast "
        "and name whose it was: `/reward give`. Else they return at their date, or earlier with the claim's end; "
        "within an hour you can take a slip back. Rewards keep the limits of gifts, and count in no ranking.",
    )


def _conditions() -> tuple[str, ...]:
    return (
        "A claim may count only if another one ends so: “if claim 12 ends YES, then ...”. Set it with *Only if …* on "
        "your draft, or with `/claim condition` as long as nothing is bet on it.",
        "If that claim ends any other way, graded, unclear and void included, yours is void and everybody gets back "
        "exactly what it cost them. If yours is decided first, it waits.",
        "The deadline may count from it, such as 90 days after; the claim's own deadline is then the latest it can "
        "be. A chain has three conditions at most, and no circle.",
        "If the other result is taken back later, what was void stays void, and what was paid goes to your claim's "
        "judges. Nobody judges a claim who has points on anything that hangs on it.",
    )


def _scenarios() -> tuple[str, ...]:
    return (
        "A scenario is a claim whose outcomes are stories. `/claim scenario` begins one: what you expect, as dated "
        "items, each with your chance: “2027-06-30: a lab says so, 80%”. *Let others write* asks the other side for "
        "theirs, in the draft. All stories give a chance to the same items; one that a story doesn't price counts as "
        "50% there.",
        "Once it is open, bets, a market, a pool and forecasts are on whose story was closer. From the first of them "
        "on nobody changes a word.",
        "Its judges go through the items one by one, in public and with evidence: `/claim judge`. That something "
        "didn't come true is said from its date on. What nobody can decide is dropped for all.",
        "A story's score is the mean of (chance − what came)² over the items that count: 0 is perfect, 0.25 is what "
        "50% gets. The lowest wins. A tie returns the stakes, and so do more than a third of the items dropped. What "
        "comes out is a proposal like any other: it can be challenged, and a ruling goes before it.",
    )


def _book() -> tuple[str, ...]:
    return (
        "Each server has a book of its own, and nothing crosses servers. Every movement is a transfer whose entries "
        "sum to zero. It is never edited, and is undone only by its opposite.",
        "Each transfer carries a digest over itself and the digest before it. Two people who see the same newest "
        "digest see the same book. On days when points moved it is posted in the log channel.",
        "`/ledger verify` rebuilds every balance and every digest. `/ledger export` gives you your own entries as a "
        "table, or all claims, bets and results; moderators get the server's entries. `/ledger supply` says where "
        "all points came from.",
    )


def _moderators() -> tuple[str, ...]:
    return (
        "Moderators can grant points and take them. Each time they say why, it is posted, and everybody finds it in "
        "`/ledger acts`.",
        "They settle disputes, confirm results, stop a claim and take a result back: everything that waits is in "
        "`/mod queue`, and everything they did, with the reason, in `/resolve acts`. None of it where they have, or "
        "ever had, points on the claim.",
        "The house, the server's own account, gets points by setup alone, and that is listed there too. So is every "
        "change of a setting, with its value before and after, in `/resolve acts` and in the log channel.",
        "Crux shows your balance to you alone; only the server's export, for moderators, holds everybody's.",
    )


def _privacy() -> tuple[str, ...]:
    return (
        "Crux stores your Discord id in one place, beside a number that the book uses, and the transfers of that "
        "number. `/privacy export` gives you all of it.",
        "`/privacy delete` takes your id out of this server's book. Your offers and orders end, your open bets stand "
        "under the number, and what they win goes to the house, as your wallet does. A debt stays, and what "
        "you wrote is erased. The book still balances.",
        "Crux never writes a name: it mentions you, and Discord shows how you are called. Deleted, you are a number "
        "on every card, and older posts are edited where Crux still may, so that they mention you no more. What "
        "people wrote in channels, and answers to commands that everybody saw, stay until a moderator deletes them.",
        "A keyed digest of your id is kept for a year, to refuse a second starting balance and an allowance, to let "
        "a debt come along, and to count your gifts and limits on. It is kept longer while a claim on which you had "
        "points can be ruled on or taken back: you judge none of these. So deletion doesn't hide that you came back.",
    )
