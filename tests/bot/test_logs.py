"""Logs hold numbers: no names, no typed text, no tokens, whoever logs."""

import io
import logging

from bot.logs import Lines


def logged(
    logger_name: str, message: str, *args: object, raised: Exception | None = None, **facts: object
) -> str:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(Lines())
    logger = logging.Logger(logger_name)  # one of its own, joined to nothing
    logger.addHandler(handler)
    logger.warning(message, *args, extra={"facts": facts}, exc_info=raised)
    return out.getvalue()


def test_facts_are_numbers_and_plain_words():
    line = logged("crux.answer", "incident", number=5, guild=90210, error="KeyError")
    assert line.endswith("warning crux.answer: incident number=5 guild=90210 error=KeyError\n")


def test_what_somebody_typed_is_left_out():
    line = logged("crux.answer", "odd", said="hello there", name="Ada\nBo")
    assert line.endswith("odd said=? name=?\n")


def test_what_a_library_logs_is_shown_without_its_arguments():
    line = logged(
        "discord.http", "We are being rate limited. %s %s", "PATCH", "https://x/webhooks/1/secret-token"
    )
    assert "secret-token" not in line
    assert "We are being rate limited" in line


def test_an_exception_is_its_type_and_lines_without_its_message():
    try:
        try:
            raise KeyError("Ada typed this")
        except KeyError as inner:
            raise ValueError("and Bo this") from inner
    except ValueError as error:
        line = logged("crux.answer", "incident", raised=error)
    assert "Ada" not in line
    assert "Bo this" not in line
    assert "builtins.KeyError" in line
    assert "builtins.ValueError" in line
    assert "test_logs.py" in line
