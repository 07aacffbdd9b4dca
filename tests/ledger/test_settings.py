"""A server's settings: what was chosen is kept, what was not follows the default."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import pytest
import sqlalchemy as sa
from pydantic import Field
from sqlalchemy import Connection

from ledger import issuance, money, schema, settings
from ledger.errors import BadSetting
from tests.ledger import rows
from tests.world import NOW, World

pytestmark = pytest.mark.core


@dataclass(frozen=True, slots=True)
class Save:
    guild: int
    key: str


@dataclass(frozen=True, slots=True)
class Flags:
    """A room's settings, of every kind a room may have."""

    colour: str = "green"
    most: int | None = None
    who: list[int] = field(default_factory=list[int])
    share: Annotated[float, Field(ge=0, le=1)] = 0.5
    on: bool = True


async def save(world: World, chosen: Any) -> None:
    def unit(tx: Connection, request: Save, now: datetime) -> None:
        settings.save(tx, request.guild, chosen)

    await world.db.write(unit, Save(world.guild, world.key()), NOW)


async def load(world: World, kind: type[Any]) -> Any:
    return await world.db.read(settings.load, world.guild, kind)


async def stored(world: World) -> list[tuple[Any, ...]]:
    return [row[1:] for row in (await rows.everything(world.db, world.guild))["settings"]]


async def test_nobody_who_never_chose_has_anything_stored(world: World):
    assert await load(world, Flags) == Flags()
    assert await load(world, issuance.PointSettings) == issuance.PointSettings()

    await save(world, Flags())

    assert await stored(world) == []


async def test_what_was_chosen_is_kept_and_the_rest_follows_the_default(world: World):
    chosen = Flags(colour="„rot“ \"'\\ {}", most=10**15, who=[3, 1], share=0.1, on=False)

    await save(world, chosen)
    assert await load(world, Flags) == chosen

    await save(world, Flags(on=False))
    assert await load(world, Flags) == Flags(on=False)
    assert await stored(world) == [("on", "false")]


async def test_rooms_do_not_touch_each_others_settings(world: World):
    await save(world, Flags(colour="red"))
    await save(world, issuance.PointSettings(gifts=False, starting_balance=5_000))
    await save(world, Flags(colour="blue"))

    assert await load(world, issuance.PointSettings) == issuance.PointSettings(
        gifts=False, starting_balance=5_000
    )
    assert await load(world, Flags) == Flags(colour="blue")


async def test_settings_belong_to_one_server(world: World):
    other = await World.make(world.db, world.guild + 800_000)

    await save(world, Flags(colour="red"))
    await save(other, Flags(colour="blue"))

    assert (await load(world, Flags)).colour == "red"
    assert (await load(other, Flags)).colour == "blue"


async def test_what_an_older_or_newer_crux_stored_is_left_alone(world: World):
    def strange(tx: Connection, request: Save, now: datetime) -> None:
        row = {"guild_id": request.guild, "name": "of_the_future", "value": '{"x":1}'}
        tx.execute(sa.insert(schema.settings), row)

    await world.db.write(strange, Save(world.guild, "strange"), NOW)
    await save(world, Flags(colour="red"))

    assert await load(world, Flags) == Flags(colour="red")
    assert await stored(world) == [("colour", '"red"'), ("of_the_future", '{"x":1}')]


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        (issuance.PointSettings(starting_balance=0), "starting_balance"),
        (issuance.PointSettings(starting_balance=-5), "starting_balance"),
        (issuance.PointSettings(starting_balance=money.MOST + 1), "starting_balance"),
        (issuance.PointSettings(weekly_allowance=-1), "weekly_allowance"),
        (issuance.PointSettings(account_age_days=-1), "account_age_days"),
        (issuance.PointSettings(account_age_days=10**9), "account_age_days"),
        (Flags(share=1.5), "share"),
        (Flags(share=float("nan")), "share"),
        (Flags(who=["x"]), "who"),  # pyright: ignore[reportArgumentType]
        (Flags(colour=None), "colour"),  # pyright: ignore[reportArgumentType]
    ],
)
async def test_what_could_not_be_read_again_is_refused_and_nothing_is_stored(
    world: World, chosen: Any, name: str
):
    await save(world, Flags(colour="red"))
    before = await rows.everything(world.db, world.guild)

    with pytest.raises(BadSetting) as refused:
        await save(world, chosen)

    assert refused.value.name == name
    assert str(refused.value).startswith(f"{name} can't be set so: ")
    assert await rows.everything(world.db, world.guild) == before
