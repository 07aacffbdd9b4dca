"""Who gets which answer: the table that `test_matrix.py` runs, cell by cell.

A row is a command, or the template of a button or a form, with what is filled in where it matters; a row may stand
more than once, with a word in brackets for what it is about. A column is a person of `matrix_world.py`. A cell is a
letter of the legend. Nothing here changes anything for the next cell: where somebody may do it, the question is too
old, or something is missing.
"""

import re
from typing import Any

from discord import app_commands

from bot.commands.routes import ROUTES
from bot.commands.slash import COMMANDS
from tests.end_to_end.matrix_world import COLUMNS

LEGEND: dict[str, tuple[str, ...]] = {
    "+": ("done, shown, or asked before it is done",),
    "f": ("a form opens",),
    "h": ("Discord doesn't show the command",),
    "e": ("under another server's name",),
    "b": ("Crux is for people: a bot's account",),
    "m": ("This is for moderators",),
    "g": ("This is for people who may manage this server",),
    "o": ("Only the server's owner can do that",),
    "j": ("Only the judges of claim",),
    "r": ("so you can't judge it, freeze it or take its result back",),
    "v": ("went against you, as a judge, as its proposer or as a challenger",),
    "u": ("Other judges decide this",),
    "l": ("Only somebody with a bet on claim",),
    "a": ("is somebody else's. You can open your own", "is its author's alone"),
    "s": (
        *("Only the two sides of bet", "is somebody else's, so only they", "is for somebody else."),
        "somebody else's to do",
        "is changed by whoever wrote it and by nobody else",
    ),
    "k": ("You had your data deleted here",),
    "d": ("There is a debt of", "owe"),
    "p": ("you count as holding", "You have had this already"),
    "t": ("That was asked more than a minute ago",),
    "x": ("It was changed since it was shown to you",),
    "z": ("from another version of Crux",),
    "n": (
        *("There is no ", "You haven't linked", "You have made no forecast", "You have none of these shares"),
        "is no scenario",
    ),
    "c": (
        *(
            "That can't be done with claim",
            "has a market already",
            "a pool that takes stakes",
            "isn't settled yet",
        ),
        *(
            "has paid nothing yet",
            "doesn't supersede the one",
            "That is one and the same claim",
            "got a clarification within the last day",
        ),
    ),
    "w": (
        *(
            *(": write ", "; write ", ": give ", ": choose YES or NO", ": choose one of the list"),
            ". Choose a later one",
            "that must be filled in is empty",
            "Say how much in one way",
            "choose one in between",
        ),
        "That can't be used",
    ),
}
"""What a letter means: the answer's kind, or what a refusal says."""

DEFAULTS: dict[str, int | str] = {
    "claim": "open",
    "number": "offer",
    "proposal": "proposal",
    "draft": "draft",
    "order": "order",
    "player": "Bo's number",
    "person": "Bo's id",
    "taker": "Bo's id",
    "target": "other",
    "to": "other",
    "outcome": 0,
    "on": 1,
    "channel": 1,
    "message": 1,
}
"""What stands for a number of a template where a row says nothing: a name of `matrix_world`, or the number. Whatever
was asked was asked at the beginning of all times, so a confirmation comes too late. (A reversal's form, which would
be answered as one about an older result, was asked in 2035.)"""

BO = {"to": "Bo"}
ROWS: dict[str, dict[str, Any]] = {
    "/bet quick": {},
    "/bet offer": {"claim": "proposed", "side": "YES", "stake": "1", "odds": "50%"},
    "/bet accept": {"offer": "Ada's offer"},
    "/bet accept (anyone's)": {"offer": "offer"},
    "/bet counter": {"offer": "Ada's offer", "stake": "0", "theirs": "1"},
    "/bet withdraw": {"offer": "offer"},
    "/bet agree": {"bet": "Rex's bet"},
    "/bet move": {"bet": "Rex's bet", "claim": "other"},
    "/bet reminders": {"how": "mention"},
    "/bet dissent": {"bet": "Rex's bet", "words": "Not so."},
    "/bet show": {"number": "offer"},
    "/market open": {"claim": "open"},
    "/market liquidity": {"claim": "open", "amount": "10"},
    "/market buy": {"claim": "open", "outcome": "YES", "points": "1"},
    "/market sell": {"claim": "open", "outcome": "YES", "shares": "1"},
    "/market order": {"claim": "open", "outcome": "YES", "limit": "40%", "points": "1"},
    "/market cancel": {"order": "order"},
    "/market show": {"claim": "open"},
    "/market pool": {"claim": "open"},
    "/market stake": {"claim": "open", "outcome": "YES", "stake": "1"},
    "/claim show": {"claim": "open"},
    "/claim show (draft)": {"claim": "draft"},
    "/claim search": {"words": "It is"},
    "/claim condition": {"claim": "open"},
    "/claim judge": {"claim": "scenario"},
    "/claim follow": {"claim": "settled"},
    "/claim close": {"claim": "open"},
    "/claim supersede": {"claim": "open"},
    "/claim clarify": {"claim": "settled", "words": "What is meant."},
    "/claim clarify (open)": {"claim": "open", "words": "What is meant."},
    **{
        row: {"number": "open"}
        for row in (
            *("claim-again:{number}:{form}", "claim-change-rest:{number}", "claim-change:{number}"),
            *("claim-condition-save:{number}", "claim-condition:{number}", "claim-save-rest:{number}"),
            *("claim-save:{number}", "claim-until:{number}:{form}:{field}:{until}"),
        )
    },
    **{
        row: {"number": "scenario"}
        for row in (
            *("story-add:{number}", "story-change:{number}:{at}", "story-out:{number}:{at}:{mark}"),
            *("story-save:{number}:{at}:{mark}", "story-until:{number}:{at}:{mark}:{line}:{until}"),
        )
    },
    "/claim link": {"claim": "open", "to": "open", "moves": "raise"},
    "/claim unlink": {"claim": "open", "to": "other"},
    "/resolve propose": {"claim": "open"},
    "/resolve withdraw": {"claim": "proposed"},
    "/resolve challenge": {"claim": "proposed"},
    "/resolve argue": {"claim": "disputed"},
    "/resolve appeal": {"claim": "ruled"},
    "/resolve appeal (settled)": {"claim": "settled"},
    "/resolve sign": {"claim": "proposed"},
    "/resolve on-call": {"on": False},
    "/resolve step-down": {"claim": "disputed"},
    "/resolve appoint": {"claim": "disputed", "person": "Bo"},
    "/board listed": {"on": True},
    "/forecast give": {"claim": "proposed", "chance": "50%"},
    "/forecast show": {"claim": "open"},
    "/forecast hide": {"claim": "other"},
    "/forecast reveal": {"claim": "other"},
    "/reward offer": {"claim": "open", "amount": "1"},
    "/reward give": {"reward": "reward", "to": "Bo"},
    "/reward cancel": {"reward": "reward"},
    "/wallet give": {"to": "Bo", "amount": "1"},
    "/ledger export (server)": {"what": "server"},
    "/mod grant": {"to": "Bo", "amount": "1"},
    "/mod take": {"from": "Bo", "amount": "1"},
    "/mod wave": {"person": "Bo"},
    "/mod decide": {"claim": "disputed"},
    "/mod freeze": {"claim": "disputed"},
    "/mod reverse": {"claim": "settled"},
    "/mod note": {"claim": "open", "words": "   "},
    "claim-offer:{claim}": {"claim": "open"},
    "offer:{claim}": {"claim": "proposed"},
    "bet-end:{number}": {"number": "Rex's bet"},
    "bet-suggest-form:{number}": {"number": "Rex's bet"},
    "bet-suggest:{number}": {"number": "Rex's bet"},
    "bet-sign:{asked}:{number}:{maker}:{taker}": {"number": "Rex's bet", "taker": 199},
    "bet-move-look:{number}:{to}": {"number": "Rex's bet"},
    "bet-move:{asked}:{number}:{to}:{mark}": {"number": "Rex's bet"},
    "offer-take:{number}": {"number": "Ada's offer"},
    "offer-take:{number} (anyone's)": {"number": "offer"},
    "offer-counter:{number}": {"number": "Ada's offer"},
    "counter:{number}": {"number": "Ada's offer"},
    "decide:{claim}": {"claim": "disputed"},
    "rule:{claim}:{choice}:{proposal}": {"claim": "disputed", "choice": 0, "proposal": "disputed proposal"},
    "rule-send:{claim}:{choice}:{proposal}": {
        "claim": "disputed",
        "choice": 0,
        "proposal": "disputed proposal",
        "reason": "",
    },
    "rule-send:{claim}:{choice}:{proposal}:{round_}": {
        "claim": "disputed",
        "choice": 0,
        "proposal": "disputed proposal",
        "round_": 1,
        "reason": "",
    },
    "rule-send:{claim}:{choice}:{proposal} (ruled)": {
        "claim": "ruled",
        "choice": 0,
        "proposal": "ruled proposal",
        "reason": "",
    },
    "halt:{asked}:{claim}:{halts}": {"claim": "disputed", "halts": 1, "reason": ""},
    "reverse:{asked}:{claim}": {"asked": 631_152_000_000 << 22, "claim": "settled", "reason": ""},
    "grant:{asked}:{person}:{amount}": {"amount": 100, "reason": ""},
    "take:{asked}:{person}:{amount}": {"amount": 100, "reason": ""},
    "challenge:{claim}": {"claim": "proposed"},
    "challenge:{claim}:{proposal}": {"claim": "proposed"},
    "challenge-send:{claim}:{proposal}": {"claim": "proposed", "ground": ["fact"], "reason": ""},
    "argue:{claim}": {"claim": "disputed"},
    "argue-send:{claim}:{proposal}": {"claim": "disputed", "proposal": "disputed proposal", "words": ""},
    "appeal:{claim}": {"claim": "ruled"},
    "appeal-send:{claim}:{proposal}": {"claim": "ruled", "proposal": "ruled proposal", "reason": ""},
    "hold-reversal:{claim}": {"claim": "settled", "reason": ""},
    "hold-reversal:{claim}:{resolution}": {"reason": ""},
    "sign-proposal:{proposal}": {"proposal": "unsigned proposal"},
    "said:{claim}:{page}": {"claim": "disputed", "page": 0},
    "item-judge:{number}": {"number": "scenario"},
    "item-send:{asked}:{number}": {"number": "scenario"},
    "stories:{number}": {"number": "scenario"},
    "reward:{number}": {"number": "reward"},
    "terms:{number}": {"number": "open"},
    "follow:{number}:{on}": {"number": "settled"},
    "market-new:{claim}": {"claim": "other"},
    "market-form:{claim}:{house}": {"claim": "other", "house": 0},
    "market-again:{claim}:{house}": {"claim": "other", "house": 0},
    "hush:{player}:{on}": {"on": 0},
    "setup:save-places": {"zone": "Nowhere/At all"},
    "setup:save-points": {"start": "-1"},
    "setup:save-bets": {"most": "-1"},
    "setup:save-markets": {"subsidy": "-1"},
    "setup:save-season:{asked}": {"name": ""},
    "setup:save-fund:{asked}": {"amount": "-1"},
}

WRITTEN = """
/bet accept                                                                     e  +  s  s  s  s  s  s  b
/bet accept (anyone's)                                                          e  +  d  +  +  +  +  +  b
/bet agree                                                                      e  s  s  s  +  s  s  s  b
/bet counter                                                                    e  w  w  w  w  w  w  w  b
/bet dissent                                                                    e  s  s  s  c  s  s  s  b
/bet list                                                                       e  +  +  +  +  +  +  +  b
/bet mine                                                                       e  +  +  +  +  +  +  +  b
/bet move                                                                       e  s  s  s  c  s  s  s  b
/bet offer                                                                      e  c  c  c  c  c  c  c  b
/bet quick                                                                      e  f  f  f  f  f  f  f  b
/bet reminders                                                                  e  +  +  +  +  +  +  +  b
/bet show                                                                       e  +  +  +  +  +  +  +  b
/bet withdraw                                                                   e  s  s  s  s  s  s  s  b
/board calibration                                                              e  +  +  +  +  +  +  +  b
/board listed                                                                   e  +  +  +  +  +  +  +  b
/board profile                                                                  e  +  +  +  +  +  +  +  b
/board show                                                                     e  +  +  +  +  +  +  +  b
/claim clarify                                                                  e  c  c  c  c  c  c  c  b
/claim clarify (open)                                                           e  j  j  j  r  c  c  c  b
/claim close                                                                    e  a  a  a  a  a  a  a  b
/claim condition                                                                e  a  a  a  a  a  a  a  b
/claim drafts                                                                   e  +  +  +  +  +  +  +  b
/claim follow                                                                   e  +  +  +  +  +  +  +  b
/claim judge                                                                    e  j  j  j  f  f  f  f  b
/claim library                                                                  e  +  +  +  +  +  +  +  b
/claim link                                                                     e  c  c  c  c  c  c  c  b
/claim links                                                                    e  +  +  +  +  +  +  +  b
/claim list                                                                     e  +  +  +  +  +  +  +  b
/claim new                                                                      e  f  f  f  f  f  f  f  b
/claim scenario                                                                 e  f  f  f  f  f  f  f  b
/claim search                                                                   e  +  +  +  +  +  +  +  b
/claim show                                                                     e  +  +  +  +  +  +  +  b
/claim show (draft)                                                             e  n  n  n  n  n  n  n  b
/claim supersede                                                                e  a  a  a  +  +  +  +  b
/claim unlink                                                                   e  n  n  n  n  n  n  n  b
/forecast give                                                                  e  c  c  c  c  c  c  c  b
/forecast hide                                                                  e  a  a  a  a  a  a  a  b
/forecast reveal                                                                e  a  a  a  a  a  a  a  b
/forecast show                                                                  e  n  n  n  n  n  n  n  b
/help                                                                           e  +  +  +  +  +  +  +  b
/ledger acts                                                                    e  +  +  +  +  +  +  +  b
/ledger export                                                                  e  +  +  +  +  +  +  +  b
/ledger export (server)                                                         e  m  m  m  +  +  +  +  b
/ledger supply                                                                  e  +  +  +  +  +  +  +  b
/ledger verify                                                                  e  +  +  +  +  +  +  +  b
/market buy                                                                     e  +  d  +  +  +  +  +  b
/market cancel                                                                  e  s  s  s  s  s  s  s  b
/market liquidity                                                               e  +  d  +  +  +  +  +  b
/market list                                                                    e  +  +  +  +  +  +  +  b
/market open                                                                    e  c  c  c  c  c  c  c  b
/market order                                                                   e  +  d  +  +  +  +  +  b
/market pool                                                                    e  +  +  +  +  +  +  +  b
/market portfolio                                                               e  +  +  +  +  +  +  +  b
/market sell                                                                    e  n  n  n  n  n  n  n  b
/market show                                                                    e  +  +  +  +  +  +  +  b
/market stake                                                                   e  +  d  +  +  +  +  +  b
/mod decide                                                                     e  h  h  h  +  +  +  +  h
/mod freeze                                                                     e  h  h  h  r  f  f  f  h
/mod grant                                                                      e  h  h  h  f  f  f  f  h
/mod note                                                                       e  h  h  h  w  w  w  w  h
/mod queue                                                                      e  h  h  h  +  +  +  +  h
/mod reverse                                                                    e  h  h  h  f  f  f  f  h
/mod take                                                                       e  h  h  h  f  f  f  f  h
/mod wave                                                                       e  h  h  h  +  +  +  +  h
/privacy delete                                                                 e  +  +  +  +  +  +  +  b
/privacy export                                                                 e  +  +  +  +  +  +  +  b
/resolve acts                                                                   e  +  +  +  +  +  +  +  b
/resolve appeal                                                                 e  f  f  f  f  f  f  f  b
/resolve appeal (settled)                                                       e  f  f  f  f  f  f  f  b
/resolve appoint                                                                e  l  l  l  u  l  l  l  b
/resolve argue                                                                  e  f  f  f  f  f  f  f  b
/resolve challenge                                                              e  f  f  f  f  f  f  f  b
/resolve on-call                                                                e  +  +  +  +  +  +  +  b
/resolve propose                                                                e  f  f  f  f  f  f  f  b
/resolve sign                                                                   e  l  l  l  +  l  l  l  b
/resolve step-down                                                              e  j  j  j  j  j  j  j  b
/resolve withdraw                                                               e  s  s  s  s  s  s  s  b
/reward cancel                                                                  e  s  s  s  s  s  s  s  b
/reward give                                                                    e  s  s  s  s  s  s  s  b
/reward offer                                                                   e  n  n  n  n  n  n  n  b
/reward show                                                                    e  +  +  +  +  +  +  +  b
/setup                                                                          e  h  h  h  h  h  h  +  h
/wallet allowance                                                               e  p  p  k  p  p  p  p  b
/wallet give                                                                    e  +  d  +  +  +  +  +  b
/wallet history                                                                 e  +  +  +  +  +  +  +  b
/wallet show                                                                    e  +  +  +  +  +  +  +  b
acts:{before}                                                                   e  +  +  +  +  +  +  +  b
allowance                                                                       e  p  p  k  p  p  p  p  b
appeal-send:{claim}:{proposal}                                                  e  l  l  w  w  l  l  l  b
appeal:{claim}                                                                  e  f  f  f  f  f  f  f  b
appoint:{claim}:{dispute}:{round_}:{judge}                                      e  c  c  c  c  c  c  c  b
argue-send:{claim}:{proposal}                                                   e  w  w  w  w  w  w  w  b
argue:{claim}                                                                   e  f  f  f  f  f  f  f  b
bet-end:{number}                                                                e  s  s  s  +  s  s  s  b
bet-move-look:{number}:{to}                                                     e  s  s  s  c  s  s  s  b
bet-move:{asked}:{number}:{to}:{mark}                                           e  s  s  s  c  s  s  s  b
bet-sign:{asked}:{number}:{maker}:{taker}                                       e  t  t  t  t  t  t  t  b
bet-suggest-form:{number}                                                       e  s  s  s  f  s  s  s  b
bet-suggest:{number}                                                            e  s  s  s  w  s  s  s  b
board-by:{by}:{season}                                                          e  n  n  n  n  n  n  n  b
board-calibration                                                               e  +  +  +  +  +  +  +  b
board:{by}:{season}:{skip}                                                      e  n  n  n  n  n  n  n  b
challenge-send:{claim}:{proposal}                                               e  w  w  w  w  w  w  w  b
challenge:{claim}                                                               e  f  f  f  f  f  f  f  b
challenge:{claim}:{proposal}                                                    e  f  f  f  f  f  f  f  b
claim-again:{number}:{form}                                                     e  a  a  a  a  a  a  a  b
claim-change-rest:{number}                                                      e  a  a  a  a  a  a  a  b
claim-change:{number}                                                           e  a  a  a  a  a  a  a  b
claim-condition-save:{number}                                                   e  a  a  a  a  a  a  a  b
claim-condition:{number}                                                        e  a  a  a  a  a  a  a  b
claim-offer:{claim}                                                             e  f  f  f  f  f  f  f  b
claim-save-rest:{number}                                                        e  a  a  a  a  a  a  a  b
claim-save:{number}                                                             e  a  a  a  a  a  a  a  b
claim-until:{number}:{form}:{field}:{until}                                     e  a  a  a  a  a  a  a  b
claims-closing:{after}                                                          e  +  +  +  +  +  +  +  b
claims-mine:{before}                                                            e  +  +  +  +  +  +  +  b
close                                                                           e  +  +  +  +  +  +  +  b
confirm:{proposal}                                                              e  j  j  j  r  c  c  c  b
counter:{number}                                                                e  w  w  w  w  w  w  w  b
crux-cut:{claim}:{target}                                                       e  n  n  n  n  n  n  n  b
decide:{claim}                                                                  e  +  +  +  +  +  +  +  b
done:{before}                                                                   e  +  +  +  +  +  +  +  b
draft-drop:{draft}                                                              e  a  a  a  a  a  a  a  b
draft-first:{draft}                                                             e  a  a  a  a  a  a  a  b
draft-new                                                                       e  +  +  +  +  +  +  +  b
draft-open:{asked}:{draft}                                                      e  a  a  a  a  a  a  a  b
draft-save-first:{draft}                                                        e  a  a  a  a  a  a  a  b
draft-save-second:{draft}                                                       e  a  a  a  a  a  a  a  b
draft-save-third:{draft}                                                        e  a  a  a  a  a  a  a  b
draft-second:{draft}                                                            e  a  a  a  a  a  a  a  b
draft-show:{draft}                                                              e  a  a  a  a  a  a  a  b
draft-third:{draft}                                                             e  a  a  a  a  a  a  a  b
draft-until:{draft}:{field}:{until}                                             e  a  a  a  a  a  a  a  b
draft:{draft}                                                                   e  a  a  a  a  a  a  a  b
follow:{number}:{on}                                                            e  +  +  +  +  +  +  +  b
forecast-send:{claim}:{mark}                                                    e  x  x  x  x  x  x  x  b
forecast:{claim}                                                                e  f  f  f  f  f  f  f  b
forget-now:{asked}                                                              e  t  t  t  t  t  t  t  b
forget:{asked}                                                                  e  t  t  t  t  t  t  t  b
give:{asked}:{taker}:{amount}                                                   e  t  t  t  t  t  t  t  b
grant:{asked}:{person}:{amount}                                                 e  m  m  m  w  w  w  w  b
halt:{asked}:{claim}:{halts}                                                    e  m  m  m  r  w  w  w  b
history:{before}                                                                e  +  +  +  +  +  +  +  b
hold-reversal:{claim}                                                           e  z  z  z  z  z  z  z  b
hold-reversal:{claim}:{resolution}                                              e  c  c  c  c  c  c  c  b
hush:{player}:{on}                                                              e  +  +  +  +  +  +  +  b
item-judge:{number}                                                             e  j  j  j  f  f  f  f  b
item-send:{asked}:{number}                                                      e  w  w  w  w  w  w  w  b
judge-accept:{claim}:{dispute}:{round_}:{judge}                                 e  c  c  c  c  c  c  c  b
judge-accept:{claim}:{judge}                                                    e  c  c  c  c  c  c  c  b
judge-object:{claim}:{dispute}:{round_}:{judge}                                 e  c  c  c  c  c  c  c  b
judge-object:{claim}:{judge}                                                    e  c  c  c  c  c  c  c  b
library-answer:{number}                                                         e  w  w  w  w  w  w  w  b
library-guess:{number}                                                          e  f  f  f  f  f  f  f  b
library-take:{number}                                                           e  +  +  +  +  +  +  +  b
library:{page}                                                                  e  +  +  +  +  +  +  +  b
lock:{asked}:{number}:{mark}                                                    e  t  t  t  t  t  t  t  b
market-again:{claim}:{house}                                                    e  f  d  f  f  f  f  f  b
market-ask:{claim}:{outcome}:{budget}                                           e  +  d  +  +  +  +  +  b
market-buy:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}          e  t  t  t  t  t  t  t  b
market-buy:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}:{most}   e  t  t  t  t  t  t  t  b
market-cancel:{order}                                                           e  s  s  s  s  s  s  s  b
market-deepen:{asked}:{claim}:{liquidity}:{cost}                                e  t  t  t  t  t  t  t  b
market-deepen:{asked}:{claim}:{liquidity}:{cost}:{trades}                       e  t  t  t  t  t  t  t  b
market-form:{claim}:{house}                                                     e  w  w  w  w  w  w  w  b
market-mine                                                                     e  +  +  +  +  +  +  +  b
market-much:{claim}:{outcome}                                                   e  +  +  +  +  +  +  +  b
market-new:{claim}                                                              e  f  d  f  f  f  f  f  b
market-open:{asked}:{claim}:{liquidity}:{house}:{first}:{rest}                  e  t  t  t  t  t  t  t  b
market-open:{asked}:{claim}:{liquidity}:{house}:{first}:{rest}:{mark}           e  t  t  t  t  t  t  t  b
market-order-new:{claim}:{outcome}:{sells}                                      e  f  f  f  f  f  f  f  b
market-order-send:{claim}                                                       e  w  w  w  w  w  w  w  b
market-order-until:{claim}:{outcome}:{limit}:{sells}:{amount}:{until}           e  w  w  w  w  w  w  w  b
market-order:{asked}:{claim}:{outcome}:{limit}:{sells}:{amount}:{expires}       e  t  t  t  t  t  t  t  b
market-other:{claim}:{outcome}                                                  e  f  f  f  f  f  f  f  b
market-paid:{claim}                                                             e  c  c  c  c  c  c  c  b
market-pick:{claim}                                                             e  +  +  +  +  +  +  +  b
market-sell-other:{claim}:{outcome}                                             e  f  f  f  f  f  f  f  b
market-sell-send:{claim}:{outcome}                                              e  n  n  n  n  n  n  n  b
market-sell:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}         e  t  t  t  t  t  t  t  b
market-sell:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}:{most}  e  t  t  t  t  t  t  t  b
market-send:{claim}:{outcome}                                                   e  w  w  w  w  w  w  w  b
market-show:{claim}                                                             e  +  +  +  +  +  +  +  b
markets:{before}                                                                e  +  +  +  +  +  +  +  b
mine:{kind}:{before}                                                            e  +  +  +  +  +  +  +  b
offer-counter:{number}                                                          e  f  f  f  f  f  f  f  b
offer-renew:{number}                                                            e  s  s  s  s  s  s  s  b
offer-take:{number}                                                             e  +  s  s  s  s  s  s  b
offer-take:{number} (anyone's)                                                  e  +  d  +  +  +  +  +  b
offer-withdraw:{number}                                                         e  s  s  s  s  s  s  s  b
offer:{claim}                                                                   e  w  w  w  w  w  w  w  b
offers:{before}                                                                 e  +  +  +  +  +  +  +  b
older:go-on                                                                     e  o  o  o  o  o  o  +  b
pool-again:{claim}:{outcome}                                                    e  f  f  f  f  f  f  f  b
pool-lock:{asked}:{claim}:{outcome}:{amount}:{mark}                             e  t  t  t  t  t  t  t  b
pool-open:{claim}                                                               e  c  c  c  c  c  c  c  b
pool-send:{claim}:{mark}                                                        e  x  x  x  x  x  x  x  b
pool-stake:{claim}                                                              e  f  f  f  f  f  f  f  b
pool-until:{asked}:{claim}:{until}                                              e  c  c  c  c  c  c  c  b
pool:{claim}                                                                    e  +  +  +  +  +  +  +  b
propose-again:{claim}:{result}                                                  e  f  f  f  f  f  f  f  b
propose-early:{asked}:{claim}:{mark}:{until}                                    e  x  x  x  x  x  x  x  b
propose-send:{claim}:{mark}                                                     e  x  x  x  x  x  x  x  b
propose:{claim}                                                                 e  f  f  f  f  f  f  f  b
quick-anyway:{asked}:{draft}                                                    e  a  a  a  a  a  a  a  b
quick-change:{draft}                                                            e  a  a  a  a  a  a  a  b
quick-draft:{draft}                                                             e  a  a  a  a  a  a  a  b
quick-until:{asked}:{draft}:{until}                                             e  a  a  a  a  a  a  a  b
quick:{channel}:{message}                                                       e  +  +  +  +  +  +  +  b
reverse:{asked}:{claim}                                                         e  m  m  m  r  v  w  w  b
reward-lock:{asked}:{claim}:{amount}:{until}                                    e  t  t  t  t  t  t  t  b
reward-name:{asked}:{number}:{winner}                                           e  t  t  t  t  t  t  t  b
reward-until:{claim}:{amount}:{until}                                           e  n  n  n  n  n  n  n  b
reward:{number}                                                                 e  +  +  +  +  +  +  +  b
rule-early:{asked}:{claim}:{proposal}:{until}                                   e  w  w  w  w  w  w  w  b
rule-send:{claim}:{choice}:{proposal}                                           e  j  j  j  r  w  w  w  b
rule-send:{claim}:{choice}:{proposal} (ruled)                                   e  c  c  c  c  c  c  c  b
rule-send:{claim}:{choice}:{proposal}:{round_}                                  e  j  j  j  r  w  w  w  b
rule:{claim}:{choice}:{proposal}                                                e  f  f  f  f  f  f  f  b
said:{claim}:{page}                                                             e  +  +  +  +  +  +  +  b
scenario-new                                                                    e  +  +  +  +  +  +  +  b
scenario-share:{draft}                                                          e  a  a  a  a  a  a  a  b
setup:bets                                                                      e  g  g  g  g  g  g  f  b
setup:check                                                                     e  g  g  g  g  g  g  +  b
setup:fund                                                                      e  g  g  g  g  g  g  f  b
setup:gifts:{on}                                                                e  g  g  g  g  g  g  +  b
setup:markets                                                                   e  g  g  g  g  g  g  f  b
setup:places                                                                    e  g  g  g  g  g  g  f  b
setup:points                                                                    e  g  g  g  g  g  g  f  b
setup:save-bets                                                                 e  g  g  g  g  g  g  w  b
setup:save-fund:{asked}                                                         e  g  g  g  g  g  g  w  b
setup:save-markets                                                              e  g  g  g  g  g  g  w  b
setup:save-places                                                               e  g  g  g  g  g  g  w  b
setup:save-points                                                               e  g  g  g  g  g  g  w  b
setup:save-season:{asked}                                                       e  g  g  g  g  g  g  w  b
setup:season                                                                    e  g  g  g  g  g  g  f  b
sign-proposal:{proposal}                                                        e  l  l  l  +  l  l  l  b
stories:{number}                                                                e  +  +  +  +  +  +  +  b
story-add:{number}                                                              e  s  s  s  s  s  s  s  b
story-change:{number}:{at}                                                      e  s  s  s  s  s  s  s  b
story-out:{number}:{at}:{mark}                                                  e  x  x  x  x  x  x  x  b
story-save:{number}:{at}:{mark}                                                 e  s  s  s  s  s  s  s  b
story-until:{number}:{at}:{mark}:{line}:{until}                                 e  s  s  s  s  s  s  s  b
take:{asked}:{person}:{amount}                                                  e  m  m  m  w  w  w  w  b
terms:{number}                                                                  e  +  +  +  +  +  +  +  b
wallet-line                                                                     e  +  +  +  +  +  +  +  b
withdraw-proposal:{proposal}                                                    e  s  s  s  s  s  s  s  b
"""
"""The table: in the order of `matrix_world.COLUMNS` a stranger, that is somebody of another server under this one's
name; a member, one in debt, one who had themselves deleted and came back; a recused moderator, an overruled one and
one who is neither; the owner; and a bot."""


def _read(written: str) -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {}
    for line in written.strip().splitlines():
        row, letters = re.split(r" {2,}", line, maxsplit=1)
        assert row not in table, row
        table[row] = dict(zip(COLUMNS, letters.split(), strict=True))
    return table


TABLE = _read(WRITTEN)


def leaves() -> set[str]:
    found = [leaf for command in COMMANDS for leaf in getattr(command, "commands", [command])]
    return {f"/{leaf.qualified_name}" for leaf in found if not isinstance(leaf, app_commands.ContextMenu)}


ALL = leaves() | {route.template for route in ROUTES}


def is_form(template: str) -> bool:
    """Whether a template is of a form that is sent, and not of a button."""
    handler = next(route.handler for route in ROUTES if route.template == template)
    return handler.__name__.startswith(("send_", "save_"))
