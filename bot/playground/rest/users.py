"""People, the application itself, and where the gateway is."""

from bot.playground.errors import ApiError
from bot.playground.jsons import Json
from bot.playground.rest.router import Answer, Call, route
from bot.playground.shapes import FormErrors, shape, snowflake


@route("GET", "/users/@me")
def me(call: Call) -> Answer:
    return call.core.views.me()


@route("GET", "/users/{user_id}")
def user(call: Call) -> Answer:
    found = call.core.world.users.get(call.id("user_id"))
    if found is None:
        raise ApiError(10013)
    return call.core.views.user(found)


@route("GET", "/users/@me/guilds")
def my_guilds(call: Call) -> Answer:
    guilds = [g for g in call.core.world.guilds.values() if g.bot_installed]
    limit, after = call.number("limit", 200, least=1, most=200), int(call.query.get("after", 0))
    shown: list[Json] = [
        {
            "id": str(g.id),
            "name": g.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(g.roles[g.id].permissions),
            "features": [],
        }
        for g in sorted(guilds, key=lambda g: g.id)
        if g.id > after
    ]
    return shown[:limit]


@route("DELETE", "/users/@me/guilds/{guild_id}")
def leave(call: Call) -> Answer:
    from bot.playground.changes import bot_removed

    bot_removed(call.core.world, call.guild())


@route("POST", "/users/@me/channels")
def open_dm(call: Call) -> Answer:
    errors = FormErrors()
    shape({"recipient_id": snowflake})(call.json(), (), errors)
    errors.raise_if_any()
    person = call.core.world.users.get(int(call.json()["recipient_id"]))
    if person is None:
        raise ApiError(10013)
    if person.id == call.core.world.bot_id:
        raise ApiError(50033)
    return call.core.views.channel(call.core.world.dm_with(person.id))


@route("GET", "/applications/@me")
def application(call: Call) -> Answer:
    return call.core.views.application()


@route("GET", "/oauth2/applications/@me")
def oauth_application(call: Call) -> Answer:
    return call.core.views.application()


@route("GET", "/applications/{application_id}/emojis")
def application_emojis(call: Call) -> Answer:
    return {"items": []}


@route("GET", "/gateway")
def gateway(call: Call) -> Answer:
    return {"url": call.core.gateway.address}


@route("GET", "/gateway/bot")
def gateway_bot(call: Call) -> Answer:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 16}
    return {
        "url": call.core.gateway.address,
        "shards": call.core.gateway.shards,
        "session_start_limit": limit,
    }
