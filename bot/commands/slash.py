"""Every command there is, as Discord shows them: its name, who handles it, its description."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bot.commands import (
    bet,
    bet_endings,
    board,
    claim,
    claim_lists,
    crux,
    drafts,
    forecast,
    help,
    judging,
    ledger,
    limit_orders,
    market,
    market_opening,
    mod,
    my_bets,
    pool,
    privacy,
    quick,
    resolve,
    reward,
    scenario,
    setup,
    starters,
    trade,
    wallet,
)
from bot.context import in_context

Handler = Callable[..., Awaitable[None]]
Command = app_commands.Command[Any, ..., None]


def command(
    name: str,
    handler: Handler,
    description: str,
    *,
    needs: discord.Permissions | None = None,
    suggest: dict[str, Callable[..., Awaitable[Any]]] | None = None,
) -> Command:
    """Make a command whose options are the handler's own. `needs` is who sees it, until a server says otherwise, and
    `suggest` what is offered while a person types an option."""
    callback: Any = in_context(handler)
    made = app_commands.Command[Any, ..., None](name=name, description=description, callback=callback)
    made.guild_only = True
    made.default_permissions = needs
    for option, suggests in (suggest or {}).items():
        made.autocomplete(option)(in_context(suggests))  # pyright: ignore[reportArgumentType]
    return made


def menu(name: str, handler: Handler) -> app_commands.ContextMenu:
    """Return what is offered on a message."""
    callback: Any = in_context(handler)
    made = app_commands.ContextMenu(name=name, callback=callback)
    made.guild_only = True
    return made


def group(
    name: str, description: str, *commands: Command, needs: discord.Permissions | None = None
) -> app_commands.Group:
    made = app_commands.Group(name=name, description=description, guild_only=True, default_permissions=needs)
    for one in commands:
        made.add_command(one)
    return made


COMMANDS: tuple[app_commands.Group | Command | app_commands.ContextMenu, ...] = (
    group(
        "bet",
        "Bets between two people",
        command("quick", quick.quick_, "Make a claim and offer a bet on it, in one form"),
        command("offer", bet.offer, "Offer a two-person bet on a claim, at your own odds"),
        command("counter", bet.counter, "Answer an offer with one of your own; the first one ends"),
        command("withdraw", bet.withdraw, "Withdraw an offer of yours"),
        command("accept", bet.accept, "Take an offer: you see every ending before anything is locked"),
        command(
            "agree",
            bet_endings.agree,
            "End a bet of yours by agreement: suggest an ending, or sign the one that stands",
        ),
        command(
            "move",
            bet_endings.move,
            "Move a bet of yours to the better wording of its claim; both sides sign",
        ),
        command(
            "reminders",
            my_bets.reminders,
            "How you are told of your bets: by a mention, by direct message, or not at all",
        ),
        command(
            "dissent", my_bets.dissent, "Attach a note of dissent to a bet you lost; everybody can read it"
        ),
        command("list", my_bets.list_, "Offers that anyone may take"),
        command("show", my_bets.show, "An offer, or the bet it became"),
        command("mine", my_bets.mine, "Your bets and offers: open, due, settled"),
    ),
    group(
        "claim",
        "Statements that can be judged",
        command("new", drafts.new, "Write a claim in two steps; it is kept as a draft until you open it"),
        command("drafts", drafts.drafts, "Your drafts"),
        command(
            "condition", claim.condition, "Make a claim of yours count only if another claim ends as you say"
        ),
        command("close", claim_lists.close, "Close a claim of yours on which nothing hangs"),
        command(
            "supersede", claim.supersede, "Word a claim of yours better, as a new claim; the old one goes on"
        ),
        command(
            "clarify", claim.clarify, "For its judges: fill a gap in a claim's wording; every holder is told"
        ),
        command("show", claim_lists.show, "A claim: where it stands, and what happens next and when"),
        command("follow", claim_lists.follow, "Hear how a claim comes out, without a bet on it"),
        command(
            "list",
            claim_lists.list_,
            "Claims that close soon, lack a counterpart, are yours, linked to yours, or have a tag",
        ),
        command("search", claim_lists.search, "Claims that hold all of these words"),
        command("library", starters.library_, "Ready worded claims to begin with; and a forecasting game"),
        command(
            "link", crux.link, "A crux: if this claim comes out so, you would raise or lower another one"
        ),
        command("unlink", crux.unlink, "Take a link of yours back, while both claims go on"),
        command("links", crux.links, "Your cruxes: what you would raise or lower, and what you said since"),
        command(
            "scenario",
            scenario.scenario,
            "A scenario: dated stories of each side, to bet on whose was closer",
        ),
        command("judge", scenario.judge, "For judges of a scenario: say how one of its items came out"),
    ),
    group(
        "market",
        "Share markets and pools",
        command("pool", pool.pool, "A claim's pool: odds as they stand; opens one where none takes stakes"),
        command("stake", pool.stake, "Stake in a claim's pool: you see the odds before anything moves"),
        command(
            "open", market_opening.open_, "Open a market on a claim: anyone may then buy and sell shares"
        ),
        command(
            "liquidity",
            market_opening.liquidity,
            "Make a market deeper: its prices stay, and move slower from then on",
        ),
        command("buy", trade.buy, "Buy shares: you see cost, price and balance before anything moves"),
        command("sell", trade.sell, "Sell shares you hold"),
        command(
            "order",
            limit_orders.order,
            "A limit order: buy or sell once the price has reached your limit",
        ),
        command("cancel", limit_orders.cancel, "Take back a limit order, with all that it holds"),
        command("show", market.show, "A market: its prices over time, and who holds what"),
        command("list", market.list_, "Markets that are open, newest first"),
        command(
            "portfolio",
            market.portfolio,
            "All you have: shares, orders, stakes, bets, forecasts, and each ending",
        ),
    ),
    group(
        "forecast",
        "How likely you say it is, without a stake",
        command("give", forecast.give, "Say how likely it is, or change what you said"),
        command("show", forecast.show, "What you said on a claim, what everybody says, and how you scored"),
        command(
            "hide", forecast.hide, "For a claim's author: nobody sees another's forecast, until you show them"
        ),
        command("reveal", forecast.reveal, "For a claim's author: show the forecasts that you hid"),
    ),
    group(
        "reward",
        "Points for the argument that moves a forecast",
        command(
            "offer",
            reward.offer,
            "Lock points for the argument that moves your forecast; you name whose it was",
        ),
        command("give", reward.give, "Give your reward to whoever moved your forecast"),
        command("show", reward.show, "A reward, or all that are open"),
        command("cancel", reward.cancel, "Take a reward of yours back, within an hour of locking it"),
    ),
    group(
        "resolve",
        "How a claim came out",
        command("propose", resolve.propose, "Name how a claim came out, with evidence"),
        command(
            "sign",
            resolve.sign,
            "Agree with what is proposed: trading rests for it, and void needs its sides",
        ),
        command("withdraw", resolve.withdraw, "Take back a proposal of yours that nobody has answered"),
        command("challenge", resolve.challenge, "Object to a proposed result"),
        command("argue", resolve.argue, "Add an argument to a dispute, free of charge"),
        command(
            "appeal", resolve.appeal, "Appeal a ruling with new evidence, within the day before it is paid"
        ),
        command(
            "on-call",
            resolve.volunteer,
            "Volunteer to judge disputes that nobody decides, if the lot falls on you; or stop",
        ),
        command(
            "step-down", resolve.step_down, "As a named or drawn judge: judge no more, in public and for good"
        ),
        command(
            "appoint",
            resolve.appoint,
            "After a week without a ruling: agree with the other side on who judges",
        ),
        command("acts", resolve.acts, "What moderators and judges did about claims, and why"),
    ),
    group(
        "board",
        "Who said what, and how it came out",
        command(
            "show",
            board.show,
            "Who was right: by accuracy, calibration, profit or return on stake",
            suggest={"season": board.seasons},
        ),
        command("calibration", board.calibration, "How well a member's forecasts match what happened"),
        command("listed", board.listed, "Be left out of the board, or be on it again"),
        command("profile", board.profile, "A member's record: bets, and how they ended"),
    ),
    group(
        "wallet",
        "Your points",
        command("show", wallet.show, "What you have"),
        command("history", wallet.history, "What moved, newest first, with your balance after it"),
        command("give", wallet.give, "Give points to a member of this server, as a present"),
        command(
            "allowance",
            wallet.allowance,
            "Draw the weekly allowance, or the yearly help if all you have is locked for long",
        ),
    ),
    group(
        "ledger",
        "The book of this server",
        command("acts", ledger.acts, "What moderators did with points, and why"),
        command("supply", ledger.supply, "Where all points of this server came from, and where they are"),
        command("verify", ledger.verify, "Check this server's book: every balance, every digest"),
        command(
            "export",
            ledger.export,
            "Your entries, or all claims, bets and markets, as tables; for moderators all entries",
        ),
    ),
    command("help", help.help_, "What Crux is, and the rules by topic"),
    group(
        "privacy",
        "What is stored about you",
        command("export", privacy.export, "All that this server's book holds about you, as a file"),
        command("delete", privacy.delete, "Delete what is stored about you in this server"),
    ),
    group(
        "mod",
        "For moderators: claims and points, with reasons listed for all",
        command("grant", mod.grant, "Grant points to a member; everybody can read the reason"),
        command("take", mod.take, "Take points from a member; everybody can read the reason"),
        command("wave", mod.wave, "Let in a member whose Discord account is still too young"),
        command(
            "queue", judging.queue, "What waits for moderators: disputes, results to confirm and to name"
        ),
        command(
            "decide",
            judging.decide,
            "Everything about one claim on one screen, and what each result would pay",
        ),
        command("freeze", judging.freeze, "Stop everything on a claim, or let it go on, with a reason"),
        command("reverse", judging.reverse, "Take a paid result back by opposite transfers, with a reason"),
        command("note", judging.note, "Note something about a claim; everybody can read it"),
        needs=discord.Permissions(moderate_members=True),
    ),
    command(
        "setup",
        setup.setup,
        "Channels, moderators and points of this server",
        needs=discord.Permissions(manage_guild=True),
    ),
    menu("Bet on this", quick.bet_on_this),
)
