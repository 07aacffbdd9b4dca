"""Starting and ending a playground."""

import asyncio
import contextlib
import errno
import os
import signal
import sys
import webbrowser
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import web

from bot.playground.child import Child
from bot.playground.clock import begun
from bot.playground.control import Control, is_local
from bot.playground.core import Core
from bot.playground.persist import Folder, FolderInUse, Saver
from bot.playground.rest import Rest
from bot.playground.rest.dispatch import PREFIX
from bot.playground.seed import new_world
from bot.playground.world import Event

HOST = "127.0.0.1"
PORT = 8710
FOLDER = Path("playground-data")
WEB = Path(__file__).parent / "web"
_POLICY = (
    "default-src 'self'; img-src 'self' data: http: https:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:*; frame-ancestors 'none'"
)


class CannotStart(Exception):
    """One clear sentence for the person who started it."""


@dataclass(frozen=True)
class Options:
    """
    port     0 picks a free one
    folder   where the world is kept; None keeps it in memory
    bot      the bot's command line, {url} stands for the address; None runs no bot
    checked  hold requests and replies against Discord's own description, where it is at hand
    guilds   more servers than the two, empty, in a new world
    begins   the first moment of a new world; None is the machine's now
    """

    port: int = PORT
    folder: Path | None = FOLDER
    bot: Sequence[str] | None = (sys.executable, "-m", "bot", "run", "--discord-url", "{url}")
    checked: bool = True
    guilds: int = 0
    begins: datetime | None = None


@dataclass(frozen=True)
class Running:
    """A playground that answers at `url`."""

    url: str
    core: Core
    control: Control
    child: Child


def refuse_real_token() -> None:
    if os.environ.get("CRUX_DISCORD_TOKEN"):
        raise CannotStart(
            "CRUX_DISCORD_TOKEN is set: the playground never runs beside a real token. Unset it and start again."
        )


@contextlib.asynccontextmanager
async def running(options: Options) -> AsyncGenerator[Running]:
    """Serve a playground from its first answer to its last; raise CannotStart with one sentence."""
    refuse_real_token()
    with contextlib.ExitStack() as held:
        folder = None
        if options.folder is not None:
            try:
                folder = held.enter_context(contextlib.closing(Folder(options.folder)))
            except FolderInUse as in_use:
                raise CannotStart(str(in_use)) from None
        world = (folder.load() if folder else None) or new_world(begun(options.begins), guilds=options.guilds)
        core = Core(world, folder=options.folder, checked=options.checked)
        saver = None if folder is None else Saver(world, folder)
        child = _child(core, options)
        control = Control(core, child)
        server, url = await _listen(_application(core, control), options.port)
        core.live_at(url)
        command = None if options.bot is None else [word.replace("{url}", url) for word in options.bot]
        child.command = command
        try:
            await child.start()
            yield Running(url, core, control, child)
        finally:
            await child.stop()
            core.faults.remove()
            await core.gateway.close()
            await control.stream.close()
            await control.time.close()
            await server.cleanup()
            if saver is not None:
                saver.save()


def _child(core: Core, options: Options) -> Child:
    """The bot, not started yet; the gateway forgets the sessions of one that has ended."""

    def child_changed() -> None:
        if not child.running:
            core.gateway.forget()
            core.interactions.abandon()
        core.world.publish(Event("bot_changed"))

    child = Child(None, token=core.world.token, folder=options.folder, changed=child_changed)
    return child


async def _listen(app: web.Application, port: int) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port)
    try:
        await site.start()
    except (OSError, OverflowError) as failed:
        await runner.cleanup()
        why = "is none, they go from 0 to 65535"
        if isinstance(failed, OSError):
            used = failed.errno == errno.EADDRINUSE
            why = "is in use" if used else f"can't be used ({os.strerror(failed.errno or 0).lower()})"
        raise CannotStart(f"Port {port} {why}: choose another with --port, or 0 for any.") from None
    assert site._server is not None  # pyright: ignore[reportPrivateUsage]
    port = site._server.sockets[0].getsockname()[1]  # pyright: ignore
    return runner, f"http://{HOST}:{port}"


def _application(core: Core, control: Control) -> web.Application:
    app = web.Application(client_max_size=60 * 1024 * 1024, middlewares=[_local_only])
    rest = Rest(core)
    app.add_routes(control.routes())
    app.router.add_route("*", PREFIX + "/{path:.*}", rest.handle)
    app.router.add_get("/gateway", core.gateway.handle)
    app.router.add_get("/gateway/", core.gateway.handle)
    app.router.add_get("/cdn/attachments/{channel}/{attachment}/{name}", _attachment(core))
    if WEB.exists():
        app.router.add_get("/", _page)
        app.router.add_static("/", WEB)
    return app


@web.middleware
async def _local_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Serve nothing, the page neither, under another machine's name."""
    if not is_local(request):
        return web.json_response({"error": "Only this machine's own page may do that."}, status=403)
    return await handler(request)


async def _page(request: web.Request) -> web.StreamResponse:
    headers = {
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }
    index = WEB / "index.html"
    if not index.exists():
        return web.Response(status=404, text="The page is not there.")
    return web.FileResponse(index, headers=headers)


def _attachment(core: Core) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        wanted = request.match_info["attachment"]
        attachment = core.world.attachments.get(int(wanted)) if wanted.isdecimal() else None
        if attachment is None or attachment.filename != request.match_info["name"]:
            return web.Response(status=404, text="")
        shown = attachment.content_type.startswith("image/") and "svg" not in attachment.content_type
        disposition = "inline" if shown else "attachment"
        headers = {
            "Content-Type": attachment.content_type,
            "Content-Disposition": f'{disposition}; filename="{attachment.filename}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return web.Response(body=core.files.read(attachment.id), headers=headers)

    return handle


async def serve(
    options: Options,
    *,
    open_browser: bool = True,
    say: Callable[[str], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Run until SIGINT or SIGTERM (or `stop`), then end the bot and save."""
    ended = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    try:
        async with running(options) as playground:
            (say or _print)(f"The playground is at {playground.url}")
            if open_browser:
                show(playground.url)
            await ended.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def show(url: str) -> None:
    """Open a browser, where there is a display; never a reason to fail."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return
    with contextlib.suppress(Exception):
        webbrowser.open(url)


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run(options: Options, *, open_browser: bool = True) -> int:
    """Run `crux playground`, and return its exit code. A reason not to start is one sentence on standard error."""
    try:
        asyncio.run(serve(options, open_browser=open_browser))
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    return 0
