"""Servers: members and roles."""

from bot.playground import permissions as may
from bot.playground.errors import ApiError
from bot.playground.rest.router import Answer, Call, route
from bot.playground.world import Event


@route("GET", "/guilds/{guild_id}")
def get(call: Call) -> Answer:
    guild = call.guild()
    view = call.core.views.guild(guild)
    if call.query.get("with_counts") in ("1", "true"):
        view |= {
            "approximate_member_count": len(guild.members),
            "approximate_presence_count": len(guild.members),
        }
    return view


@route("GET", "/guilds/{guild_id}/members/{user_id}")
def member(call: Call) -> Answer:
    guild = call.guild()
    user_id = call.id("user_id")
    if user_id not in call.core.world.users:
        raise ApiError(10013)
    if user_id not in guild.members:
        raise ApiError(10007)
    return call.core.views.member(guild.members[user_id])


@route("GET", "/guilds/{guild_id}/members")
def members(call: Call) -> Answer:
    """List the members. Discord gives this list only to those with the members intent."""
    guild = call.guild()
    if not call.core.gateway.allowed_privileged & 1 << 1:
        raise ApiError(50001)
    limit, after = call.number("limit", 1, least=1, most=1000), int(call.query.get("after", 0))
    found = sorted((m for m in guild.members.values() if m.user_id > after), key=lambda m: m.user_id)
    return [call.core.views.member(m) for m in found[:limit]]


@route("GET", "/guilds/{guild_id}/members/search")
def search(call: Call) -> Answer:
    guild, users = call.guild(), call.core.world.users
    wanted = call.query.get("query", "").lower()
    limit = call.number("limit", 1, least=1, most=1000)
    found = [
        m
        for m in guild.members.values()
        if users[m.user_id].username.startswith(wanted) or (m.nick or "").lower().startswith(wanted)
    ]
    return [call.core.views.member(m) for m in found[:limit]]


@route("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
@route("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
def change_role(call: Call) -> Answer:
    guild, world = call.guild(), call.core.world
    call.require(guild, may.MANAGE_ROLES)
    member, role = guild.members.get(call.id("user_id")), guild.roles.get(call.id("role_id"))
    if member is None:
        raise ApiError(10007)
    if role is None:
        raise ApiError(10011)
    own = guild.members[world.bot_id]
    if (
        role.position >= max((guild.roles[r].position for r in own.roles), default=0)
        or role.bot_id is not None
    ):
        raise ApiError(50013)
    if call.method == "PUT" and role.id not in member.roles:
        member.roles.append(role.id)
    if call.method == "DELETE" and role.id in member.roles:
        member.roles.remove(role.id)
    world.publish(Event("GUILD_MEMBER_UPDATE", guild.id, user_id=member.user_id))


@route("GET", "/guilds/{guild_id}/roles")
def roles(call: Call) -> Answer:
    return [call.core.views.role(role) for role in call.guild().roles.values()]


@route("GET", "/guilds/{guild_id}/roles/{role_id}")
def role(call: Call) -> Answer:
    found = call.guild().roles.get(call.id("role_id"))
    if found is None:
        raise ApiError(10011)
    return call.core.views.role(found)


@route("GET", "/guilds/{guild_id}/emojis")
@route("GET", "/guilds/{guild_id}/stickers")
def nothing(call: Call) -> Answer:
    call.guild()
    return []
