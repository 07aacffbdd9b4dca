"""What of foreign text can be seen: everything else is dropped where it is typed, and again where it is shown.

Some characters can't be seen and still change what is: a joiner makes one family of three emoji, a selector makes a
heart red, and Persian, Hindi or Malayalam words need joiners between their letters. Those stay, one at a time, in the
places where they mean something; anywhere else they would only make two texts that look alike differ.
"""

import re
import unicodedata

# Fillers, joiners and a blank that Unicode counts among letters and marks: nothing can be seen of them either.
_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_MOST_MARKS = 4  # on one letter: more than any language puts there, and less than reaches into other lines

_JOINERS = "\u200c\u200d"
_TAGS = "\U000e0020-\U000e007f"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HELPERS = re.compile(f"[{_JOINERS}{_SELECTORS}{_TAGS}]")

_PICTURES = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff"
)
"""Where emoji are, with room for those that this Python's tables don't know yet."""

_FUTURE = ("\U0001f000", "\U0001faff")
_FLAGS = tuple("".join(chr(0xE0000 + ord(letter)) for letter in name) for name in ("gbeng", "gbsct", "gbwls"))
_PICTURE = (
    f"(?:\U0001f3f4(?:{'|'.join(_FLAGS)})\U000e007f"
    f"|[{_PICTURES}](?:[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]|[\ufe0e\ufe0f])?)"
)
_KEPT = (
    f"{_PICTURE}(?:\u200d{_PICTURE})*",
    "[0-9#*]\ufe0f\u20e3",  # a key's cap
    # A Chinese character in the form that a name is written with.
    "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff][\ufe00-\ufe02\U000e0100-\U000e01ef]",
)
_HELPED = re.compile(f"({'|'.join(_KEPT)})|[{_JOINERS}{_SELECTORS}{_TAGS}]")

_SCRIPTS = (
    (0x600, 0x8FF),
    *((at, at + 0x7F) for at in range(0x900, 0xE00, 0x80)),
    (0x1000, 0x109F),
    (0x1780, 0x18AF),
)
"""Scripts whose letters take another form next to a joiner: Arabic and its kin, those of India, Burmese, Khmer,
Mongolian."""

_VIRAMA = 9
"""The combining class of what takes a letter's vowel away; a joiner after it is seen at a word's end too."""


def seen(text: str) -> str:
    """Return what a person typed, line for line, without what can't be seen: controls, bidi overrides, zero-width
    marks; and without letters that carry more marks than belong on one."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        if _HELPERS.match(char):
            kept.append(char)  # looked at below, next to what is left
            continue
        kind = "Z" if char.isspace() else unicodedata.category(char)[0]
        if (kind == "C" and not _FUTURE[0] <= char <= _FUTURE[1]) or char in _NOTHING:
            continue
        marks = marks + 1 if kind == "M" else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    left = "".join(kept)
    # Until nothing more goes: what was dropped between two characters may have brought them together.
    while _HELPERS.search(left) and (fewer := _HELPED.sub(_helped, left)) != left:
        left = fewer
    return left


def cut(text: str) -> str:
    """Return the beginning of a text that is cut here, without a space or half of what was joined at its end."""
    return text.rstrip(f"{_JOINERS} ")


def _helped(found: re.Match[str]) -> str:
    """An emoji as it is; a joiner where it stands between letters that it changes; nothing else."""
    if found[1]:
        return found[1]
    if found[0] not in _JOINERS:
        return ""
    text, at = found.string, found.start()
    before, after = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    script = _script(before)
    between = script is not None and script == _script(after)
    return found[0] if between or (script and unicodedata.combining(before) == _VIRAMA) else ""


def _script(char: str) -> tuple[int, int] | None:
    """The script of a letter or a mark, if joiners mean something in it."""
    if not char or unicodedata.category(char)[0] not in "LM":
        return None
    return next((script for script in _SCRIPTS if script[0] <= ord(char) <= script[1]), None)
