"""Every setting that a person can choose has words for its changes (RULES A7)."""

import json
from dataclasses import fields

import pytest

from bot.server_settings import Places
from bot.words import setting_words
from ledger.issuance import PointSettings
from markets.core.settings import Settings


def test_every_setting_has_words():
    chosen = {one.name for room in (Places, PointSettings, Settings) for one in fields(room)}
    assert set(setting_words.SETTINGS) == chosen


@pytest.mark.parametrize("room", [Places(), PointSettings(), Settings()])
def test_the_default_of_every_setting_can_be_worded(room: Places | PointSettings | Settings):
    for one in fields(room):
        value = getattr(room, one.name)
        said = setting_words.changed(json.dumps({"setting": one.name, "before": value, "after": value}))
        assert setting_words.SETTINGS[one.name][0] in said


OF_ANOTHER = json.dumps({"setting": "gone", "before": 1, "after": "@everyone"})


@pytest.mark.parametrize("stored", ["", "no JSON", "[]", "{}", OF_ANOTHER])
def test_what_another_version_wrote_is_harmless_words(stored: str):
    assert "@everyone" not in setting_words.changed(stored).replace("\\@", "")
