"""The worlds to begin with: a club with four people and a bot, and, for benchmarks, a thousand servers."""

import base64
import secrets

from bot.playground import permissions
from bot.playground.clock import PlaygroundClock
from bot.playground.snowflake import DAY_MS, created_ms, snowflake_at
from bot.playground.world import Channel, ChannelType, Guild, Member, Overwrite, Role, Tag, User, World

YEAR_DAYS = 365


def new_world(clock: PlaygroundClock | None = None, *, guilds: int = 0) -> World:
    """Make the Crux Club (Ada, Bo, Mira, Oz), a second server with Uma, the bot in both; and `guilds` more."""
    world = World(clock or PlaygroundClock())
    bot = _person(world, "Crux", 400, bot=True, color="#4655d4")
    world.bot_id = world.application_id = bot.id
    world.token = fake_token(bot.id)
    ada = _person(world, "Ada", 5 * YEAR_DAYS, color="#7a5cc9")
    bo = _person(world, "Bo", 3 * YEAR_DAYS, color="#2f8f83")
    mira = _person(world, "Mira", 6 * YEAR_DAYS, color="#b8683b")
    oz = _person(world, "Oz", 8 * YEAR_DAYS, color="#5a6472")
    uma = _person(world, "Uma", 2 * YEAR_DAYS, color="#a34d7a")
    club = _guild(world, "The Crux Club", oz, age_days=700)
    moderators = add_role(world, club, "Moderator", permissions.MODERATOR, color=0xB8683B, hoist=True)
    for person in (ada, bo, mira):
        add_member(world, club, person.id)
    club.members[mira.id].roles.append(moderators.id)
    _channels(world, club)
    quarry = _guild(world, "The Quarry", uma, age_days=500)
    add_channel(world, quarry, "general")
    for number in range(guilds):
        _big_guild(world, number, oz)
    return world


def fake_token(bot_id: int) -> str:
    """Make a token that is well-formed and no bot's: the middle says so."""
    first = base64.urlsafe_b64encode(str(bot_id).encode()).decode().rstrip("=")
    return f"{first}.FAKE-1.{secrets.token_urlsafe(28)}"


def _ago(world: World, days: float) -> int:
    """An id made that long ago. The counter keeps two of one day apart."""
    sequence = len(world.users) + len(world.guilds)
    return snowflake_at(world.clock.now_us() // 1000 - int(days * DAY_MS), sequence)


def _person(world: World, name: str, age_days: float, *, bot: bool = False, color: str = "#5a6472") -> User:
    person = User(_ago(world, age_days), name.lower().replace(" ", "."), name, bot=bot, color=color)
    world.users[person.id] = person
    return person


def add_person(world: World, name: str, *, age_days: float = 900.0, color: str = "#5a6472") -> User:
    return _person(world, name, age_days, color=color)


def _guild(world: World, name: str, owner: User, *, age_days: float) -> Guild:
    made_ms = created_ms(_ago(world, age_days))
    spread = made_ms - made_ms % 16 + len(world.guilds) % 16  # (id >> 22) % shards takes turns
    guild = Guild(snowflake_at(spread, len(world.guilds)), name, owner.id)
    world.guilds[guild.id] = guild
    guild.roles[guild.id] = Role(guild.id, guild.id, "@everyone", permissions.EVERYONE, position=0)
    add_member(world, guild, owner.id)
    add_bot(world, guild)
    return guild


def add_bot(world: World, guild: Guild) -> None:
    """Add the bot as an invitation does, with a role of its own."""
    bot = world.users[world.bot_id]
    role = Role(world.new_id(), guild.id, bot.name, permissions.BOT, position=2, bot_id=bot.id)
    guild.roles[role.id] = role
    add_member(world, guild, bot.id).roles.append(role.id)
    guild.bot_installed = True


def add_member(world: World, guild: Guild, user_id: int) -> Member:
    member = Member(guild.id, user_id, world.clock.now_us() - 90 * DAY_MS * 1000)
    guild.members[user_id] = member
    return member


def add_role(
    world: World,
    guild: Guild,
    name: str,
    rights: int,
    *,
    color: int = 0,
    hoist: bool = False,
    mentionable: bool = False,
) -> Role:
    role = Role(world.new_id(), guild.id, name, rights, 1, color, hoist, mentionable)
    guild.roles[role.id] = role
    return role


def add_channel(
    world: World, guild: Guild, name: str, kind: int = ChannelType.TEXT, topic: str | None = None
) -> Channel:
    made = Channel(world.new_id(), kind, guild.id, name, topic, position=len(guild.channels))
    return world.add_channel(made)


def _channels(world: World, club: Guild) -> None:
    add_channel(world, club, "predictions", topic="Say what you think, and put points behind it")
    news = add_channel(world, club, "announcements")
    forum = add_channel(world, club, "claims", ChannelType.FORUM, topic="One post for each claim")
    add_channel(world, club, "log", topic="What moderators do, and the book's newest digest")
    names = (("open", "🟢"), ("closed", "🔒"), ("settled", "✅"), ("disputed", "⚖️"))
    forum.tags = [Tag(world.new_id(), name, emoji=emoji) for name, emoji in names]
    bot_role = next(r for r in club.roles.values() if r.bot_id is not None)
    talk = permissions.SEND_MESSAGES
    news.overwrites = {
        club.id: Overwrite(club.id, 0, deny=talk),
        bot_role.id: Overwrite(bot_role.id, 0, allow=talk),
    }


def _big_guild(world: World, number: int, owner: User) -> None:
    """Twenty channels and ten roles, for measuring memory."""
    guild = _guild(world, f"Guild {number}", owner, age_days=300)
    for index in range(20):
        add_channel(world, guild, f"channel-{index}", topic="Something to talk about")
    for index in range(8):  # as well as @everyone and the bot's own
        add_role(world, guild, f"Role {index}", permissions.EVERYONE)
