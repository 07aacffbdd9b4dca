"""Write down what the bot sends, while tests run: custom_ids, forms, and the facts of posts.

    CRUX_SENT=/tmp/sent python -m pytest -p tests.stored.sent tests/end_to_end tests/markets \
        --ignore tests/markets/test_outbox.py
    python -m tests.stored.sent /tmp/sent

The second line keeps the longest custom_id of each route and a sample of each kind of post, and adds the names that
a book holds: kinds of due work, cards, posts and acts, settings, routes.
"""

import json
import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

from bot import server_settings
from bot.background import digests
from bot.commands.routes import ROUTES
from bot.routes import Routes
from bot.ui import components
from bot.words import table
from ledger import issuance
from ledger.storage import schema_version
from markets.core import outbox
from markets.core.settings import Settings
from markets.settlement import handlers, sent_posts

INTO = os.environ.get("CRUX_SENT")


def note(**what: Any) -> None:
    assert INTO is not None
    Path(INTO).mkdir(exist_ok=True)
    with (Path(INTO) / f"{os.getpid()}.jsonl").open("a") as file:
        file.write(json.dumps(what) + "\n")


if INTO is not None:
    _button, _modal, _post = components._button, components.modal, outbox.enqueue

    def button(one: Any) -> Any:
        note(kind="button", id=one.id)
        return _button(one)

    def modal(form: Any) -> Any:
        chosen = [
            [type(one).__name__, one.id, [value for value, _ in getattr(one, "options", ())]]
            for one in form.fields
        ]
        note(kind="form", id=form.id, fields=chosen)
        return _modal(form)

    def post(tx: Any, guild: int, kind: str, facts: Any, now: Any, *, line: int = 0) -> int:
        note(kind="post", post=kind, facts=dict(facts))
        return _post(tx, guild, kind, facts, now, line=line)

    components._button, components.modal, outbox.enqueue = button, modal, post


def template_of(custom_id: str) -> str:
    return Routes(ROUTES).find(custom_id).route.template


def condensed(folder: Path) -> dict[str, Any]:
    """One custom_id for each route: the longest; those that no test sends are filled with numbers."""
    noted = [json.loads(line) for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]
    ids: dict[str, str] = {}
    forms: dict[str, Any] = {}
    facts: dict[str, dict[str, Any]] = {}
    for one in noted:
        if one["kind"] == "post" and one["post"] not in table.POSTS:  # a test's own
            continue
        if one["kind"] == "post":
            facts.setdefault(one["post"], {}).setdefault(" ".join(sorted(one["facts"])), one["facts"])
            continue
        template, longest = template_of(one["id"]), ids.get(template_of(one["id"]), "")
        ids[template] = max(longest, one["id"], key=lambda custom_id: (len(custom_id), custom_id))
        if one["kind"] == "form":
            forms.setdefault(template, {"id": one["id"], "fields": one["fields"]})
    for route in ROUTES:
        template = route.template
        filled = template.format_map(Numbers())
        ids.setdefault(template, filled)
    rooms = (server_settings.Places, issuance.PointSettings, Settings, digests.DigestTold, digests.RecordTold)
    return {
        "buttons": dict(sorted(ids.items())),
        "forms": [forms[name] for name in sorted(forms)],
        "posts": {kind: [facts[kind][keys] for keys in sorted(facts[kind])] for kind in sorted(facts)},
        "known": {
            "due": sorted(handlers.JOBS),
            "alone": sorted(kind for kind, job in handlers.JOBS.items() if job.moves_points),
            "cards": sorted(table.CARDS),
            "posts": sorted(table.POSTS),
            "sent": sorted(sent_posts.SENT),
            "settings": sorted(field.name for room in rooms for field in fields(room)),
        },
    }


class Numbers(dict[str, int]):
    """Some number for whatever a template asks."""

    def __missing__(self, name: str) -> int:
        return 1_000 + len(name)


if __name__ == "__main__":
    told = condensed(Path(sys.argv[1]))
    into = Path(__file__).parent / f"{schema_version.known()[-1]}.sent.json"
    into.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    print(into, {name: len(told[name]) for name in told})
