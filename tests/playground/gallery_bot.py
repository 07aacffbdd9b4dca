"""A bot that shows everything the page must be able to show, run by the playground as a child process."""

import asyncio
import contextlib
import io
import json
import os
import signal
import sys
import warnings
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
from PIL import Image, ImageDraw

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
    import discord

from discord import app_commands, ui

from bot.discord_url import point_at

# An override of direction left open, zero-width characters, markup, a formula, and piled-up marks.
HOSTILE = (
    '\u202egnp.exe\u2066 <b onmouseover=alert(1)>x</b> =HYPERLINK("http://example.invalid") '
    "@everyone \u200b\u200d\u2060 Z\u0351\u0358\u0327a\u0300\u0301\u0302l\u0334\u0335\u0336go "
    "<script>alert(1)</script>"
)
MARKDOWN = """# A heading
## A smaller one
### The smallest
Words in **bold**, *italic*, __underlined__, ~~struck~~, ***both***, `code` and ||hidden||, snake_case_stays.
> A quote
> of two lines
- a list with **bold**
  - and one inside
- [a link with words](https://example.com/a_b) and https://example.com/path?x=1.
1. first
2. second
```python
def price(shares: int) -> int:
    return shares * 2
```
-# Small text: closes <t:1795968000:R>, on <t:1795968000:D>
Not markup: 2 * 3 * 4, \\*escaped\\*, <b>no html</b>, ** alone, @everyone"""


def chart() -> discord.File:
    """A picture of its own, as the claim's card carries one."""
    image = Image.new("RGB", (1200, 240), "#ffffff")
    draw = ImageDraw.Draw(image)
    for y in (40, 120, 200):
        draw.line((60, y, 1160, y), fill="#e2e4e9", width=2)
    points = [
        (60 + 100 * n, y) for n, y in enumerate((120, 90, 84, 110, 130, 112, 150, 160, 176, 168, 172, 164))
    ]
    draw.line(points, fill="#4655d4", width=5, joint="curve")
    draw.ellipse((1152, 156, 1168, 172), fill="#4655d4")
    return png(image, "chart.png")


def square(colour: str, name: str) -> discord.File:
    return png(Image.new("RGB", (320, 240), colour), name)


def png(image: Image.Image, name: str) -> discord.File:
    written = io.BytesIO()
    image.save(written, "PNG")
    return discord.File(io.BytesIO(written.getvalue()), name)


def button(what: str, label: str | None, style: str = "secondary", **about: Any) -> ui.Button:
    return ui.Button(label=label, custom_id=f"do:{what}", style=discord.ButtonStyle[style], **about)


def claim_card() -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    yes_no = (button("edit", "YES 38%", "success"), button("form", "NO 62%", "danger"))
    more = (button("private", "Offer a bet"), button("form", "Forecast"), button("later", "Terms"))
    for index, one in enumerate((*yes_no, *more)):
        one.custom_id = f"{one.custom_id}:{index}"
    view.add_item(
        ui.Container(
            ui.TextDisplay(
                "### A superhuman AI coder before 2030\nAn AI system does every coding task of a frontier lab's best "
                "engineer, faster and cheaper, by 31 December 2029.\n**YES 38%** · NO 62%"
            ),
            ui.MediaGallery(
                discord.MediaGalleryItem("attachment://chart.png", description="YES price over 30 days")
            ),
            ui.TextDisplay(
                "-# Crowd's forecast 41% (12 people) · 3 bets, 900 locked · closes <t:1893369600:R> · if unclear: "
                "half and half · judged by moderators, 2 votes"
            ),
            ui.ActionRow(*yes_no, *more),
            accent_colour=0x4655D4,
        )
    )
    return view


def layout() -> ui.LayoutView:
    """Every kind of Components V2."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay("A text display with **markdown** and </gallery options:0>"))
    view.add_item(
        ui.Container(
            ui.Section(
                "**A section** with a button", "-# and a second line", accessory=button("private", "Look")
            ),
            ui.Separator(),
            ui.Section("A section with a thumbnail", accessory=ui.Thumbnail("attachment://teal.png")),
            ui.Separator(spacing=discord.SeparatorSpacing.large),
            ui.MediaGallery(
                discord.MediaGalleryItem("attachment://teal.png", description="teal"),
                discord.MediaGalleryItem("attachment://plum.png", description="plum", spoiler=True),
            ),
            ui.File("attachment://book.csv"),
            ui.ActionRow(button("edit", "Change this")),
            accent_colour=0x1F8A57,
        )
    )
    view.add_item(ui.ActionRow(ui.UserSelect(custom_id="pick:user", placeholder="Who judges?")))
    return view


def all_buttons() -> ui.View:
    view = ui.View(timeout=None)
    for what, style in (
        ("private", "primary"),
        ("edit", "success"),
        ("form", "danger"),
        ("later", "secondary"),
    ):
        view.add_item(button(what, f"{what} {style}", style))
    view.add_item(button("off", "disabled", disabled=True))
    view.add_item(button("emoji", None, emoji="🎲"))
    view.add_item(button("sulk", "never answers", emoji="🤐"))
    view.add_item(ui.Button(label="a link", url="https://example.com/rules"))
    return view


def all_selects() -> ui.View:
    view = ui.View(timeout=None)
    options = [
        discord.SelectOption(
            label=word, value=word.lower(), description=f"The colour {word.lower()}", emoji=emoji
        )
        for word, emoji in (("Red", "🔴"), ("Green", "🟢"), ("Blue", "🔵"))
    ]
    view.add_item(
        ui.Select(
            custom_id="pick:colours",
            options=options,
            min_values=1,
            max_values=2,
            placeholder="One or two colours",
        )
    )
    view.add_item(ui.UserSelect(custom_id="pick:user", placeholder="A person"))
    view.add_item(ui.RoleSelect(custom_id="pick:role", placeholder="A role"))
    view.add_item(ui.ChannelSelect(custom_id="pick:channel", placeholder="A channel"))
    view.add_item(
        ui.MentionableSelect(custom_id="pick:anyone", placeholder="A person or a role", max_values=3)
    )
    return view


def form() -> ui.Modal:
    modal = ui.Modal(title="What will have happened?", custom_id="form:claim")
    modal.add_item(ui.TextDisplay("Write it so that **a stranger** could judge it."))
    modal.add_item(
        ui.Label(
            text="Claim",
            description="One sentence",
            component=ui.TextInput(
                custom_id="claim", min_length=5, max_length=80, placeholder="An AI system …"
            ),
        )
    )
    modal.add_item(
        ui.Label(
            text="If it is unclear",
            component=ui.RadioGroup(
                custom_id="unclear",
                options=[
                    discord.RadioGroupOption(
                        label="Half and half", value="half", description="Each side gets half", default=True
                    ),
                    discord.RadioGroupOption(label="Stakes return", value="void"),
                ],
            ),
        )
    )
    modal.add_item(
        ui.Label(
            text="Who may judge",
            description="One or two",
            component=ui.CheckboxGroup(
                custom_id="judges",
                min_values=1,
                max_values=2,
                options=[
                    discord.CheckboxGroupOption(label=who, value=who.lower())
                    for who in ("Moderators", "Owner", "Data")
                ],
            ),
        )
    )
    modal.add_item(ui.Label(text="Other side", component=ui.UserSelect(custom_id="other", required=False)))
    return modal


def second_form() -> ui.Modal:
    modal = ui.Modal(title="Evidence", custom_id="form:evidence")
    paragraph = ui.TextInput(
        custom_id="why", style=discord.TextStyle.paragraph, required=False, default="As written"
    )
    modal.add_item(ui.Label(text="Why", component=paragraph))
    modal.add_item(ui.Label(text="File", component=ui.FileUpload(custom_id="file", required=False)))
    modal.add_item(ui.Label(text="I have read the terms", component=ui.Checkbox(custom_id="read")))
    options = [
        discord.SelectOption(label=word, value=word.lower()) for word in ("Too early", "Unclear", "Void")
    ]
    modal.add_item(
        ui.Label(text="Or rather", component=ui.Select(custom_id="rather", options=options, required=False))
    )
    return modal


def embed() -> discord.Embed:
    shown = discord.Embed(
        title="An embed's **title**",
        url="https://example.com/embed",
        description="Words, *markdown* and <@0>",
        colour=0xB7791F,
        timestamp=datetime(2026, 11, 20, 10, tzinfo=UTC),
    )
    shown.set_author(name="An author").set_footer(text="A footer").set_image(url="attachment://chart.png")
    shown.set_thumbnail(url="attachment://teal.png")
    for name in ("One", "Two", "Three"):
        shown.add_field(name=name, value=f"{name} inline")
    return shown.add_field(name="Wide", value="A field of its own line", inline=False)


def values_of(components: list[dict[str, Any]]) -> dict[str, Any]:
    inner = [part["component"] for part in components if "component" in part]
    return {field["custom_id"]: field.get("value", field.get("values")) for field in inner}


class GalleryBot(discord.AutoShardedClient):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)

    async def before_identify_hook(self, shard_id, *, initial=False) -> None:
        """The stand-in lets shards in at once."""

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        data: Any = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        if custom_id.startswith("form:"):
            said = json.dumps(values_of(data["components"]), ensure_ascii=False, sort_keys=True)
            await interaction.response.send_message(f"`{said}`", ephemeral=True)
        elif custom_id.startswith("pick:"):
            await interaction.response.send_message(f"You chose {', '.join(data['values'])}", ephemeral=True)
        elif custom_id.startswith("do:"):
            await PRESSED[custom_id.split(":")[1]](interaction)


async def private(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(f"{interaction.user.mention}, only you read this", ephemeral=True)


async def edit(interaction: discord.Interaction) -> None:
    assert interaction.message is not None
    if interaction.message.flags.components_v2:
        changed = ui.LayoutView(timeout=None)
        changed.add_item(
            ui.Container(ui.TextDisplay("### Settled NO\nIt was changed in place."), accent_colour=0x1F8A57)
        )
        await interaction.response.edit_message(view=changed, attachments=[])
    else:
        await interaction.response.edit_message(content="Changed in place")


async def later(interaction: discord.Interaction) -> None:
    await interaction.response.defer(thinking=True, ephemeral=True)
    await interaction.followup.send("Thought about it")


async def ask(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(form())


async def again(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(second_form())


async def sulk(interaction: discord.Interaction) -> None:
    """Never answers."""


PRESSED: dict[str, Callable[[discord.Interaction], Awaitable[None]]] = {
    "private": private,
    "edit": edit,
    "later": later,
    "form": ask,
    "emoji": again,
    "sulk": sulk,
}


def commands(bot: GalleryBot) -> None:
    gallery = app_commands.Group(name="gallery", description="Everything there is", guild_only=True)

    @gallery.command(description="A claim's card, as Crux draws it")
    async def card(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=claim_card(), file=chart())

    @gallery.command(name="layout", description="Every kind of Components V2")
    async def show_layout(interaction: discord.Interaction) -> None:
        book = discord.File(io.BytesIO(b"account,balance\nAda,1000\n"), "book.csv")
        files = [square("#2f8f83", "teal.png"), square("#7a5cc9", "plum.png"), book]
        await interaction.response.send_message(view=layout(), files=files)

    @gallery.command(description="Buttons of all styles")
    async def buttons(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Press one", view=all_buttons())

    @gallery.command(description="Lists of all kinds")
    async def selects(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Choose", view=all_selects())

    @gallery.command(name="form", description="A form to fill in")
    async def show_form(interaction: discord.Interaction) -> None:
        await ask(interaction)

    @gallery.command(name="embed", description="An embed with everything")
    async def show_embed(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(embed=embed(), files=[chart(), square("#2f8f83", "teal.png")])

    @gallery.command(description="A CSV and a picture")
    async def files(interaction: discord.Interaction) -> None:
        book = discord.File(io.BytesIO(b"account,balance\nAda,1000\n"), "book.csv")
        await interaction.response.send_message("Your entries", files=[book, chart()])

    @gallery.command(description="All of the markdown")
    async def markdown(interaction: discord.Interaction) -> None:
        assert interaction.guild is not None
        role = interaction.guild.roles[-1]
        asked: Any = interaction.data
        channel = f"<#{interaction.channel_id}>"
        mentions = f"{interaction.user.mention} {role.mention} {channel} </gallery card:{asked['id']}>"
        await interaction.response.send_message(f"{MARKDOWN}\n{mentions}")

    @gallery.command(description="Names and texts that mean no good")
    async def hostile(interaction: discord.Interaction) -> None:
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.Container(ui.TextDisplay(("*_`~|<[" * 400)[:1800])))
        view.add_item(ui.TextDisplay("A" * 2000))
        view.add_item(
            ui.ActionRow(
                ui.Button(label=HOSTILE[:80], custom_id="do:private"),
                ui.Button(label="\u200b", custom_id="do:private:2"),
            )
        )
        await interaction.response.send_message(view=view)
        await interaction.followup.send(HOSTILE)

    @gallery.command(description="Options of every kind")
    @app_commands.describe(
        words="Any text; suggestions come as you type",
        count="How many",
        who="A person",
        colour="One of three",
        sure="Really?",
        where="A channel",
        role="A role",
        anyone="A person or a role",
        share="A part of the whole",
        file="A file",
    )
    @app_commands.choices(
        colour=[app_commands.Choice(name=n, value=n.lower()) for n in ("Red", "Green", "Blue")]
    )
    async def options(
        interaction: discord.Interaction,
        words: app_commands.Range[str, 1, 50],
        count: app_commands.Range[int, 1, 9],
        who: discord.Member,
        colour: str = "red",
        sure: bool = False,
        where: discord.TextChannel | None = None,
        role: discord.Role | None = None,
        anyone: discord.Member | discord.Role | None = None,
        share: app_commands.Range[float, 0.0, 1.0] = 0.5,
        file: discord.Attachment | None = None,
    ) -> None:
        named = [
            words,
            count,
            who.display_name,
            colour,
            sure,
            where,
            role,
            anyone,
            share,
            file and file.filename,
        ]
        await interaction.response.send_message(" | ".join(str(one) for one in named))

    @options.autocomplete("words")
    async def suggest(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        known = (
            "A superhuman AI coder before 2030",
            "A continual-learning product in 2026",
            "METR's horizon grows fourfold",
        )
        return [
            app_commands.Choice(name=w, value=w.split()[1].lower())
            for w in known
            if current.lower() in w.lower()
        ]

    @gallery.command(description="Thinks, then answers")
    async def think(interaction: discord.Interaction, seconds: float = 0.3, private: bool = True) -> None:
        await interaction.response.defer(ephemeral=private)
        await asyncio.sleep(seconds)
        await interaction.followup.send("Thought")

    @gallery.command(name="sulk", description="Never answers")
    async def never(interaction: discord.Interaction) -> None:
        await sulk(interaction)

    @gallery.command(description="Says it wrongly, mends it, and takes a second message back")
    async def mend(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Teh first")
        await interaction.edit_original_response(content="The first, mended")
        gone = await interaction.followup.send("A slip", wait=True)
        await gone.delete()

    @gallery.command(description="Posts in the forum, a thread here, a direct message, and someone's name")
    async def spread(interaction: discord.Interaction) -> None:
        assert interaction.guild is not None
        await interaction.response.send_message("Spreading", ephemeral=True)
        forum = discord.utils.get(interaction.guild.forums, name="claims")
        assert forum is not None
        for index, title in enumerate(
            ("A superhuman AI coder before 2030", "METR's horizon grows fourfold", HOSTILE[:60])
        ):
            tags = forum.available_tags[index : index + 2]
            post, _ = await forum.create_thread(
                name=title, content=f"**{title}**\nOne post for each claim.", applied_tags=tags
            )
            await post.send("Ada offers NO at 3.00")
        assert isinstance(interaction.channel, discord.TextChannel)
        message = await interaction.channel.send("Talk about it below")
        thread = await message.create_thread(name="What counts as superhuman?")
        await thread.send("Begin here")
        await interaction.user.send("A reminder: your bet closes in a week")

    @gallery.command(description="Many messages")
    async def bulk(interaction: discord.Interaction, count: app_commands.Range[int, 1, 120]) -> None:
        await interaction.response.defer(ephemeral=True)
        assert isinstance(interaction.channel, discord.TextChannel)
        for number in range(1, count + 1):
            await interaction.channel.send(f"Message {number}")
        await interaction.followup.send("Done")

    bot.tree.add_command(gallery)

    @bot.tree.command(description="Only moderators are offered this")
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.guild_only()
    async def moderate(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Moderated")

    @bot.tree.context_menu(name="Quote this")
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"> {message.content}")

    @bot.tree.context_menu(name="Say hello")
    async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"Hello {member.mention}")


async def follow_clock(url: str) -> None:
    """Owes something at every full hour, and checks books that are always right."""
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/control/clock") as stream:
        async for message in stream:
            now_us = json.loads(message.data)["now_us"]
            hour = 3_600_000_000
            at_us = (now_us // hour + 1) * hour
            what = (
                "Offer 12 expires",
                "Reminder: a continual-learning product in 2026",
                "Ask the judges: AI engineers replaced",
            )
            due = [{"at_us": at_us + 24 * n * n * 7 * hour, "what": w} for n, w in enumerate(what)]
            said = {"now_us": now_us, "idle": True, "next_due_us": at_us, "due": due}
            await stream.send_json({**said, "books": "balance, 214 transfers verified"})


async def main(url: str) -> None:
    discord.utils.setup_logging()
    point_at(url)
    bot = GalleryBot()
    commands(bot)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clock = asyncio.create_task(follow_clock(url))
    async with bot:
        running = asyncio.create_task(bot.start(os.environ["CRUX_DISCORD_TOKEN"]))
        ended = asyncio.create_task(stop.wait())
        await asyncio.wait((running, ended), return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if running.done():
            running.result()
        await bot.close()
        await running
    clock.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await clock


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
