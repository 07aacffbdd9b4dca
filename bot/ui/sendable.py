"""What Discord takes of a card or a form: more than `discord_limits` shortens would be our mistake, noticed here.

Discord refuses the whole message where one part of it can't stand, with a number and no words. Asserted where views
are made, it is an incident in words before anything is sent, and every test that makes a card looks for it.
"""

from bot import text
from bot.ui import discord_limits
from bot.ui.cards import Button, Card, Field, Form, Line, PickOne, PickPeople

LONGEST_ID, LONGEST_LABEL = 100, 80
A_ROW = 5
BELOW = 2
"""Texts that an announcement adds below a card: the people whom it mentions, and how many more there are."""

FILES = 10
PARTS_OF_FORM, LONGEST_TITLE, LONGEST_NAME, LONGEST_HELP = 5, 45, 45, 100
OPTIONS, LONGEST_OPTION, LONGEST_TYPED, PEOPLE = 25, 100, 4_000, 25


def require_card(card: Card) -> None:
    """Assert that Discord takes a card, as it is after it was shortened."""
    ids = [button.id for button in card.buttons]
    assert len(ids) == len(set(ids)), f"two buttons of one id: {ids}"
    for button in card.buttons:
        _require_button(button)
    rows = -(-len(card.buttons) // A_ROW)
    parts = 2 + (card.picture is not None) + rows + len(card.buttons) + len(card.files) + BELOW
    assert parts <= discord_limits.PARTS, f"{parts} parts in one message"
    assert text.clean(card.title), "a card without a title"
    letters = discord_limits.letters(discord_limits.body(card))
    assert letters <= discord_limits.LETTERS, f"{letters} letters in one message"
    names = [file.name for file in card.files] + ([card.picture.name] if card.picture else [])
    assert len(names) == len(set(names)) <= FILES, f"files of one message: {names}"


def _require_button(button: Button) -> None:
    assert 0 < len(button.id) <= LONGEST_ID, button.id
    assert text.clean(button.label, LONGEST_LABEL), f"a button without words: {button.id}"


def require_form(form: Form) -> None:
    """Assert that Discord takes a form."""
    assert 0 < len(form.id) <= LONGEST_ID, form.id
    assert form.title, form.id
    parts = len(form.fields) + bool(form.text)
    assert 0 < len(form.fields) <= parts <= PARTS_OF_FORM, f"{parts} parts in form {form.id}"
    assert discord_limits.letters(form.text) <= discord_limits.LETTERS, form.id
    ids = [field.id for field in form.fields]
    assert len(ids) == len(set(ids)), f"two fields of one id: {ids}"
    for field in form.fields:
        assert 0 < len(field.id) <= LONGEST_ID, field.id
        assert 0 < len(field.label) <= LONGEST_NAME, f"{form.id}: {field.label}"
        assert len(field.help) <= LONGEST_HELP, f"{form.id}: {field.help}"
        _require_field(field)


def _require_field(field: Field) -> None:
    match field:
        case Line():
            assert 0 < field.most <= LONGEST_TYPED, field.id
            assert len(field.value) <= LONGEST_TYPED, field.id
        case PickOne():
            values = [value for value, _ in field.options]
            assert 0 < len(values) == len(set(values)) <= OPTIONS, f"{field.id}: {values}"
            assert all(0 < len(value) <= LONGEST_OPTION for value in values), f"{field.id}: {values}"
            assert all(text.clean(words, LONGEST_OPTION) for _, words in field.options), field.id
        case PickPeople():
            assert 0 < field.most <= PEOPLE, field.id
            assert len(set(field.values)) == len(field.values) <= field.most, field.id
        case _:
            pass
