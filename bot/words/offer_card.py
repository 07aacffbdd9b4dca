"""Show an offer, and answer those who make or withdraw one (RULES C1)."""

from dataclasses import dataclass

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import hushed, odds, phrases, wording
from bot.words.bets import about, bet_card, fine_print
from bot.words.phrases import NO_CHANNEL
from markets.mechanisms.two_party import Stakes
from markets.views.offers import OfferSeen


def offer(seen: OfferSeen) -> Card:
    """Show an offer, or the bet it became."""
    if seen.bet is not None:
        return bet_card(seen, seen.bet)
    of, open_ = seen.offer, seen.state == "open"
    return Card(
        f"{phrases.who(seen.people, of.maker)} says {phrases.maker_side(seen.claim, of)}: risks "
        f"{text.number(of.maker_stake)} to win {text.number(of.taker_stake)}",
        phrases.lines(
            about(seen.claim),
            invitation(seen) if open_ else f"This offer {phrases.OFFER_STATES[seen.state]}{_answer(seen)}.",
            *wording.overridden(seen.claim.terms, seen.warned),
        ),
        f"Offer {of.number} · {fine_print(seen)}",
        offer_buttons(seen) if open_ else (Button("Terms", f"terms:{seen.claim.number}"),),
        Accent.PLAIN if open_ else Accent.CAREFUL,
    )


def invitation(seen: OfferSeen) -> str:
    of = seen.offer
    stakes = Stakes(of.maker_stake, of.taker_stake)
    taker = phrases.who(seen.people, of.taker) if of.taker else "Anyone"
    return (
        f"Fair for you if you think {phrases.taker_side(seen.claim, of)} is likelier than "
        f"{odds.percent(stakes.taker_break_even)}. {taker} may take it; it ends {phrases.ago(of.expires_us)}. "
        "Both stakes are locked until it is settled."
    )


def offer_buttons(seen: OfferSeen) -> tuple[Button, ...]:
    of = seen.offer
    take = f"Take it: risk {text.number(of.taker_stake)} to win {text.number(of.maker_stake)}"
    return (
        Button(take, f"offer-take:{of.number}", ButtonLook.MAIN),
        Button("Counter", f"offer-counter:{of.number}"),
        Button("Terms", f"terms:{of.claim}"),
        *((hushed.button(of.maker),) if of.taker else ()),
    )


def _answer(seen: OfferSeen) -> str:
    return f": offer {seen.answered_by}" if seen.state == "countered" and seen.answered_by else ""


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer that stands. `channel` is where it is posted, 0 where the answer itself is the post; `opened` says
    that the claim was opened with it."""

    seen: OfferSeen
    channel: int
    opened: bool = False
    died: int = 0

    @property
    def public(self) -> bool:
        return not self.channel


def offered(done: Offered) -> Card:
    """Answer the maker of an offer; in a server without a channel the answer is the offer's public card."""
    seen, of, claim = done.seen, done.seen.offer, done.seen.claim
    if done.public:
        shown = offer(seen)
        return Card(
            shown.title,
            (*shown.text, *_defaults(done)),
            f"{shown.small} · {NO_CHANNEL}",
            shown.buttons,
            shown.accent,
            live=("offer", of.number),
        )
    stakes = Stakes(of.maker_stake, of.taker_stake)
    to = phrases.who(seen.people, of.taker) if of.taker else "anyone"
    buttons = [Button("Withdraw it", f"offer-withdraw:{of.number}"), Button("Terms", f"terms:{claim.number}")]
    if done.opened:
        buttons[:0] = [
            Button("Change the claim", f"claim-change:{claim.number}"),
            Button("Change how it is decided", f"claim-change-rest:{claim.number}"),
        ]
    return Card(
        f"Your offer {of.number} stands: {phrases.maker_side(claim, of)}",
        phrases.lines(
            about(claim),
            odds.sentence(stakes, phrases.maker_side(claim, of)),
            f"Open to {to}; it ends {phrases.ago(of.expires_us)}. It reserves nothing until it is taken.",
            f"It takes the place of offer {done.died}." if done.died else "",
            *_defaults(done),
        ),
        f"Posted in {text.channel(done.channel)}. Claim {claim.number}, before {phrases.deadline(claim.terms)}",
        tuple(buttons),
        Accent.DONE,
    )


def _defaults(done: Offered) -> tuple[str, ...]:
    """List what a quick bet left to the server's defaults."""
    if not done.opened:
        return ()
    terms, people = done.seen.claim.terms, done.seen.people
    return (
        "Taken from this server's defaults, and open to change until somebody accepts:",
        f"- trading closes, and people are asked, at the deadline: {phrases.deadline(terms)} ({terms.zone})",
        f"- {phrases.judges(terms, people)} judge; it is NO if it hasn't happened by then",
        f"- an early YES {phrases.EARLY[terms.early]}",
        f"- if it is unclear, {phrases.claims_clause(terms)}",
    )


def withdrawn(seen: OfferSeen) -> Card:
    return Card(
        f"Offer {seen.offer.number} is withdrawn",
        (about(seen.claim),),
        "Nothing was locked.",
        accent=Accent.DONE,
    )
