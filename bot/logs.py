"""Logs: one line an event, with numbers only. Never a name, a typed text, or a token.

    2026-11-20T12:00:00.123Z warning crux.answer: incident number=412 guild=90210 error=KeyError

What discord.py logs is shown without its arguments, which hold addresses with interaction tokens, and an exception
as its type and the lines it passed, without its message, which can hold what a person wrote.
"""

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

_WORD = re.compile(r"[A-Za-z0-9_.:/-]{1,80}", re.ASCII)


class Lines(logging.Formatter):
    """`extra={"facts": {...}}` follows the event as key=value; anything but a number or a plain word is left out."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        line = f"{at}Z {record.levelname.lower()} {record.name}: {one_line(record.msg)}"
        facts: dict[str, object] = getattr(record, "facts", {})
        line += "".join(f" {name}={shown(fact)}" for name, fact in facts.items())
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + frames(record.exc_info[1], record.exc_info[2])
        return line


def shown(fact: object) -> str:
    """Return a number, or a word that code chose; `?` for all else."""
    text = str(fact)
    return text if isinstance(fact, int | float) or _WORD.fullmatch(text) else "?"


def one_line(template: object) -> str:
    """Return a log call's own words, without the arguments."""
    return " ".join(str(template).split())


def frames(error: BaseException, trace: TracebackType | None) -> str:
    """Return where an exception came from: files, lines and types of all that led to it, no messages."""
    lines: list[str] = []
    if error.__cause__ is not None:
        lines.append(frames(error.__cause__, error.__cause__.__traceback__))
    lines += [f"    {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    lines.append(f"    {type(error).__module__}.{type(error).__qualname__}")
    return "\n".join(lines)


def begin(level: int = logging.INFO) -> None:
    """Log to standard error: ours from `level` on, everybody else's from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("crux").setLevel(level)
    logging.getLogger("discord.client").addFilter(lambda record: "voice will NOT" not in str(record.msg))
