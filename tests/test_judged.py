"""Judging alike bodies once lets nothing wrong through."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.playground.openapi import SchemaChecker
from tests import judged

POST = "POST", "/channels/{channel_id}/messages"
ID, OTHER = "123456789012345678", "223456789012345678"


BODY = {
    "type": "object",
    "properties": {
        "content": {"type": "string"},
        "message_reference": {
            "type": "object",
            "properties": {"message_id": {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}},
        },
    },
}
"""As Discord's description has it, which isn't at hand everywhere."""


@pytest.fixture
def described(tmp_path: Path) -> Path:
    held = {"requestBody": {"content": {"application/json": {"schema": BODY}}}}
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps({"paths": {POST[1]: {"post": held}}}))
    return document


@pytest.fixture
def checker(described: Path, monkeypatch: pytest.MonkeyPatch) -> SchemaChecker:
    judged.once(monkeypatch)
    return SchemaChecker(described)


def posted(**more: Any) -> dict[str, Any]:
    return {"content": "words", "message_reference": {"message_id": ID}, **more}


def test_what_is_wrong_is_told_each_time(checker: SchemaChecker):
    assert checker.request(*POST, posted()) is None
    for _ in range(3):
        assert "content" in str(checker.request(*POST, posted(content=7)))
    assert checker.request(*POST, posted()) is None


def test_where_an_id_or_a_time_belongs_nothing_else_is_taken(checker: SchemaChecker):
    assert checker.request(*POST, posted(message_reference={"message_id": ID})) is None
    for wrong in ("words", "12345678901234567x", ""):
        assert checker.request(*POST, posted(message_reference={"message_id": wrong})) is not None


def test_equal_ids_stay_equal_and_others_apart():
    assert judged.shape([ID, OTHER, ID]) == judged.shape([OTHER, ID, OTHER])
    assert judged.shape([ID, OTHER]) != judged.shape([ID, ID])
    assert judged.shape({"a": ID}) != judged.shape({"b": ID})
    assert judged.shape({"a": ID}) != judged.shape({"a": "2026-11-30T12:00:00+00:00"})
    assert judged.shape({"a": ID}) != judged.shape({"a": int(ID)})
    assert judged.shape("2026-11-30T12:00:00+00:00") == judged.shape("2026-12-01T12:00:00.5+00:00")
    assert judged.shape("2026-13-30T12:00:00+00:00") == '"2026-13-30T12:00:00+00:00"'


def test_alike_bodies_are_judged_once(described: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[Any] = []

    def judge(self: SchemaChecker, key: tuple[str, ...], body: Any) -> str | None:
        asked.append(body)
        return None if body["id"] != "wrong" else "wrong"

    monkeypatch.setattr(SchemaChecker, "_check", judge)
    judged.once(monkeypatch)
    checker = SchemaChecker(described)
    for body in ({"id": ID}, {"id": OTHER}, {"id": "wrong"}, {"id": "wrong"}):
        checker.reply(*POST, 200, body)
    checker.reply(*POST, 201, {"id": ID})
    assert asked == [{"id": ID}, {"id": "wrong"}, {"id": "wrong"}, {"id": ID}]
