"""The words for refusals about judging a claim: who may, when, and at what price."""

from bot import text
from bot.text import Currency
from ledger.types import from_us
from markets.core import errors


def not_yours(error: errors.NotYours) -> str | None:
    """What is for judges, and for which ones."""
    number = error.number
    match error:
        case errors.Recused():
            return (
                f"You have, or had, points on claim {number}, so you can't judge it, freeze it or take its result "
                "back. Somebody without any must."
            )
        case errors.NamedJudge():
            return f"You are a judge of claim {number}. To bet on it, step down first: `/resolve step-down`."
        case errors.DecidesIt():
            return (
                f"You decide claim {number}, or one that it hangs together with: you voted, challenged, confirmed, "
                "froze it or would take its result back. You can take something on it once that is final."
            )
        case errors.MakerDecidesIt():
            return (
                f"The maker of that offer decides claim {number} now, or one that it hangs together with. The offer "
                "rests until that is final."
            )
        case errors.AgreedThemselves():
            return (
                f"You agreed on that judge of claim {number} yourself. `/resolve appoint` names another one."
            )
        case errors.OthersFirst():
            when = f" Until {text.at(from_us(error.from_us))}, that is for them." if error.from_us else ""
            return f"Other judges decide this on claim {number} first.{when}"
        case errors.OwnersAlone():
            return (
                f"The result of claim {number} is for the server's owner alone to take back: it was ruled on an "
                "appeal, or taken back before, or somebody objected. Ask them."
            )
        case errors.ModeratorAsks():
            return (
                f"Somebody has spent what the result of claim {number} paid them, and would owe if it were taken "
                "back. So a moderator asks for that, or the server's owner: tell one of them why the result is wrong."
            )
        case errors.Overruled():
            return (
                f"That ruling on claim {number} went against you, as a judge, as its proposer or as a challenger. "
                "Somebody else takes it back, if it was wrong."
            )
        case errors.NotAJudge():
            return (
                f"Only the judges of claim {number} can do that: those whom its terms name, and whoever was drawn or "
                "agreed on for it."
            )
        case _:
            return None


def stale(error: errors.NotNow) -> str | None:
    """What an act was about, and isn't any more; None where the error is another."""
    number = error.number
    match error:
        case errors.ProposalGone():
            return (
                f"That proposal on claim {number} doesn't stand any more, and nothing happened. `/claim show` says "
                "what stands now."
            )
        case errors.SignedSince():
            return (
                f"Somebody signed the proposal on claim {number}, so it stands until it is decided. Whoever "
                "disagrees can challenge it: `/resolve challenge`."
            )
        case errors.AppealedSince():
            return (
                f"The ruling on claim {number} was appealed after you opened that form, and nothing happened. Read "
                "the new evidence first: `/mod decide`."
            )
        case errors.ResultSince():
            return (
                f"Claim {number} got another result after you opened that form, and nothing happened. `/claim show` "
                "says which."
            )
        case _:
            return None


def limit(error: errors.Limit, currency: Currency) -> str | None:
    """What a limit says of a bond, a clarification or a proposal; None where the error is another."""
    match error:
        case errors.BondsMissing():
            return (
                "Something is missing of several bonds of yours, or you owe points. So you need the whole bond for "
                f"this, {currency.of(error.limit)}, free in your wallet. What is missing is kept back from the next "
                "points that you get."
            )
        case errors.BondNeeded():
            return (
                f"Without anything on that claim you need the whole bond for this, {currency.of(error.limit)}, free "
                "in your wallet, in resting orders or in rewards of yours. It returns if you are right."
            )
        case errors.WaitFirst():
            return (
                "Your last proposal on this claim was taken back or came to nothing. You can propose again "
                f"{text.ago(from_us(error.limit))}; others can at any time."
            )
        case errors.TooManyClarifications():
            return (
                f"This claim has {error.limit} clarifications, as many as one may have. What is still open is for "
                "its judges, once a result is proposed."
            )
        case errors.ClarifiedLately():
            return (
                "This claim got a clarification within the last day, and everybody with something on it was told. "
                f"The next one can come {text.ago(from_us(error.limit))}."
            )
        case _:
            return None


def not_now(error: errors.NotNow) -> str | None:
    """What can't be done with a claim that is judged, or was; None where the error is another."""
    number = error.number
    match error:
        case errors.FrozenLongEnough():
            return (
                f"Claim {number} was stopped for 60 days in all, and no claim is for longer. Its judges decide it: "
                "`/mod decide`."
            )
        case errors.WindowOver():
            return f"The time to object on claim {number} is over. A judge can still take back what was paid."
        case errors.AlreadyDisputed():
            return f"Claim {number} is disputed already: add an argument to it with `/resolve argue`."
        case errors.AlreadySigned():
            return f"You have signed the result that is proposed for claim {number} already. It counts once."
        case errors.TooLateToReverse():
            return f"Claim {number} was settled more than 30 days ago: only the server's owner takes it back now."
        case _:
            return None
