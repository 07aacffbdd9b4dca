"""`/control`: people, clock, trouble and the bot's process, as JSON over HTTP (examples in README.md)."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.playground import control_world, people
from bot.playground.actors import Actors, Delivery
from bot.playground.child import Child
from bot.playground.core import Core
from bot.playground.errors import Refusal
from bot.playground.faults import KINDS
from bot.playground.jsons import Json, part
from bot.playground.look import Look
from bot.playground.stream import Stream
from bot.playground.timekeeper import Timekeeper
from bot.playground.world import User

Handler = Callable[[Json], Awaitable[Any]]
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


class Control:
    def __init__(self, core: Core, child: Child) -> None:
        self.core = core
        self.child = child
        self.actors = Actors(core)
        self.time = Timekeeper(core)
        self.stream = Stream(core, self.time.view, self.bot_view)

    def routes(self) -> list[web.RouteDef]:
        calls: dict[tuple[str, str], Handler] = {
            ("GET", "state"): self.state,
            ("GET", "people"): self.people,
            ("GET", "channels"): self.channels,
            ("GET", "commands"): self.commands,
            ("GET", "read"): self.read,
            ("POST", "run"): self.run,
            ("POST", "autocomplete"): self.autocomplete,
            ("POST", "menu"): self.menu,
            ("POST", "click"): self.click,
            ("POST", "select"): self.select,
            ("POST", "submit"): self.submit,
            ("POST", "say"): self.say,
            ("POST", "dismiss"): self.dismiss,
            ("POST", "delete"): self.delete,
            ("POST", "dm"): self.dm,
            ("GET", "time"): self.tell_time,
            ("POST", "clock"): self.time.move,
            ("GET", "bot"): self.bot,
            ("POST", "bot"): self.change_bot,
            ("GET", "bot/log"): self.bot_log,
            ("GET", "faults"): self.faults,
            ("POST", "faults"): self.add_fault,
            ("DELETE", "faults"): self.drop_faults,
            ("POST", "gateway"): self.gateway,
            ("GET", "failures"): self.failures,
            ("DELETE", "failures"): self.forget_failures,
            ("GET", "requests"): self.requests,
            ("DELETE", "requests"): self.forget_requests,
            ("GET", "settings"): self.settings,
            ("POST", "settings"): self.change_settings,
            ("POST", "world"): self.change_world,
        }
        routes = [web.route(m, f"/control/{path}", self._wrapped(h)) for (m, path), h in calls.items()]
        streams = {"clock": self.time.handle, "events": self.stream.handle}
        return routes + [web.get(f"/control/{path}", guarded(handle)) for path, handle in streams.items()]

    def _wrapped(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                if request.method == "GET":
                    asked: Any = dict(request.query)
                else:
                    raw = await request.text()
                    asked = json.loads(raw) if raw else {}
                    if not isinstance(asked, dict):
                        raise Refusal("The body must be a JSON object.")
                return web.json_response(await handler(asked))  # pyright: ignore[reportUnknownArgumentType]
            except Refusal as refusal:
                return web.json_response({"error": str(refusal)}, status=400)
            except KeyError as missing:
                return web.json_response({"error": f"The key {missing} is missing."}, status=400)
            except RecursionError:
                return web.json_response({"error": "The body is nested too deeply."}, status=400)
            except ValueError as wrong:
                return web.json_response({"error": str(wrong)}, status=400)

        return guarded(handle)

    # looking

    def _user(self, asked: Json) -> User:
        return people.person(self.core.world, str(asked["as"]))

    async def state(self, asked: Json) -> Json:
        state = Look(self.core, self._user(asked)).state()
        return {"type": "state", **state, "clock": self.time.view(), "bot": self.bot_view()}

    async def people(self, asked: Json) -> list[Json]:
        return Look(self.core, people.person(self.core.world, asked.get("as", "Ada"))).people()

    async def channels(self, asked: Json) -> list[Json]:
        return Look(self.core, self._user(asked)).channels()

    async def commands(self, asked: Json) -> list[Json]:
        user = self._user(asked)
        where = people.channel(self.core.world, user, asked["channel"]) if "channel" in asked else None
        return Look(self.core, user).commands(where)

    async def read(self, asked: Json) -> list[Json]:
        user = self._user(asked)
        channel = people.channel(self.core.world, user, asked.get("channel"))
        before = int(asked["before"]) if "before" in asked else None
        return Look(self.core, user).messages(channel, limit=int(asked.get("limit", 50)), before=before)

    # acting

    def _delivery(self, asked: Json) -> Delivery:
        trick: Json = part(asked, "deliver")
        unknown = set(trick) - {"times", "late", "guild", "installed_by_user"}
        if unknown:
            raise Refusal(f"There is no way of delivery called {unknown.pop()}.")
        guild_id, late = trick.get("guild"), trick.get("late", False)
        return Delivery(
            times=int(trick.get("times", 1)),
            late=bool(late),
            late_seconds=0 if late is True else float(late),
            guild_id=None if guild_id is None else str(people.guild(self.core.world, str(guild_id)).id),
            installed_by_user=bool(trick.get("installed_by_user")),
            final=asked.get("wait") == "final",
            seconds=float(asked.get("seconds", 20.0)),
        )

    async def run(self, asked: Json) -> Json:
        how = self._delivery(asked)
        user, options = self._user(asked), part(asked, "options")
        force = bool(asked.get("force"))
        return await self.actors.run(user, asked.get("channel"), asked["command"], options, how, force=force)

    async def autocomplete(self, asked: Json) -> Json:
        user, options = self._user(asked), part(asked, "options")
        return await self.actors.autocomplete(
            user, asked.get("channel"), asked["command"], options, asked["focused"], self._delivery(asked)
        )

    async def menu(self, asked: Json) -> Json:
        how = self._delivery(asked)
        message, person = asked.get("message"), asked.get("user")
        if (message is None) == (person is None):
            raise Refusal("A menu command is used on a message or on a user.")
        where = asked.get("channel")
        return await self.actors.menu(self._user(asked), where, asked["command"], message, person, how)

    async def click(self, asked: Json) -> Json:
        how, force = self._delivery(asked), bool(asked.get("force"))
        return await self.actors.click(
            self._user(asked), str(asked["message"]), asked["button"], how, force=force
        )

    async def select(self, asked: Json) -> Json:
        how, force = self._delivery(asked), bool(asked.get("force"))
        user, values = self._user(asked), asked["values"]
        return await self.actors.select(
            user, str(asked["message"]), asked["select"], values, how, force=force
        )

    async def submit(self, asked: Json) -> Json:
        how, force = self._delivery(asked), bool(asked.get("force"))
        fields = part(asked, "fields")
        if force and "form" in asked:
            return await self.actors.forge(
                self._user(asked), asked.get("channel"), asked["form"], fields, how
            )
        return await self.actors.submit(self._user(asked), str(asked["modal"]), fields, how, force=force)

    async def say(self, asked: Json) -> Json:
        user = self._user(asked)
        reply_to, files = asked.get("reply_to"), asked.get("files")
        content = asked.get("content", "")
        message = self.actors.say(user, asked.get("channel"), content, reply_to=reply_to, files=files)
        return {"message": Look(self.core, user).message(message)}

    async def dismiss(self, asked: Json) -> Json:
        self.actors.dismiss(self._user(asked), str(asked["message"]))
        return {}

    async def delete(self, asked: Json) -> Json:
        self.actors.delete(self._user(asked), str(asked["message"]))
        return {}

    async def dm(self, asked: Json) -> Json:
        user = self._user(asked)
        return {"channel": Look(self.core, user).channel(self.core.world.dm_with(user.id))}

    async def tell_time(self, asked: Json) -> Json:
        return self.time.view()

    # the bot's process

    def bot_view(self) -> Json:
        return self.child.view(
            connected=self.core.gateway.connected, latency_ms=self.core.interactions.latency_ms
        )

    async def bot(self, asked: Json) -> Json:
        return self.bot_view()

    async def bot_log(self, asked: Json) -> Json:
        return {"lines": list(self.child.lines)[-int(asked.get("lines", 200)) :]}

    async def change_bot(self, asked: Json) -> Json:
        """Change the bot's process. Return when it has ended, or, started, when the bot is
        connected or has given up."""
        wanted = asked["do"]
        if wanted not in ("start", "stop", "kill", "restart"):
            raise Refusal("A bot is told to start, stop, kill or restart.")
        if self.child.command is None:
            raise Refusal("This playground was started without a bot of its own.")
        if wanted in ("stop", "restart"):
            await self.child.stop()
        if wanted == "kill":
            await self.child.kill()
        if wanted in ("start", "restart"):
            await self.child.start()
            await self.connected()
        return self.bot_view()

    async def connected(self) -> None:
        while self.child.running and not self.core.gateway.connected:
            await self.core.gateway.changed.wait()

    # trouble

    async def faults(self, asked: Json) -> list[Json]:
        shown = (
            "id",
            "kind",
            "route",
            "times",
            "met",
            "status",
            "code",
            "seconds",
            "retry_after",
            "is_global",
        )
        return [{key: getattr(fault, key) for key in shown} for fault in self.core.faults.active]

    async def add_fault(self, asked: Json) -> Json:
        about = dict(asked)
        kind, route = about.pop("kind"), about.pop("route")
        known = {
            "times": int,
            "status": int,
            "code": int,
            "seconds": float,
            "retry_after": float,
            "is_global": bool,
        }
        if kind not in KINDS:
            raise Refusal(f"There is no fault called {kind}; there is {', '.join(KINDS)}.")
        for key in about:
            if key not in known:
                raise Refusal(f"A fault has no {key}.")
        fault = self.core.faults.add(kind, route, **{key: known[key](value) for key, value in about.items()})
        return {"id": fault.id}

    async def drop_faults(self, asked: Json) -> Json:
        self.core.faults.remove(asked.get("id"))
        return {}

    async def gateway(self, asked: Json) -> Json:
        return {
            "connections": await self.core.gateway.trouble(
                asked["do"], resumable=asked.get("resumable", True), code=int(asked.get("code", 4000))
            )
        }

    async def failures(self, asked: Json) -> list[Json]:
        return list(self.core.failures)

    async def forget_failures(self, asked: Json) -> Json:
        self.core.failures.clear()
        return {}

    async def requests(self, asked: Json) -> list[Json]:
        return list(self.core.requests)

    async def forget_requests(self, asked: Json) -> Json:
        self.core.requests.clear()
        return {}

    # settings and the world

    async def settings(self, asked: Json) -> Json:
        core = self.core
        return {
            "checked": core.checker is not None,
            "rate_limits": core.limits.enabled,
            "rate_limit_scale": core.limits.scale,
            "rate_limit_pace": core.limits.pace,
            "shards": core.gateway.shards,
            "privileged_intents": core.gateway.allowed_privileged,
            "heartbeat_ms": core.gateway.heartbeat_ms,
            "answer_seconds": core.interactions.answer_seconds,
            "sweep_seconds": self.time.sweep_seconds,
        }

    async def change_settings(self, asked: Json) -> Json:
        core = self.core
        for key, value in asked.items():
            if key == "checked":
                core.set_checked(bool(value))
            elif key == "rate_limits":
                core.limits.enabled = bool(value)
            elif key == "rate_limit_scale":
                core.limits.scale = float(value)
            elif key == "rate_limit_pace":
                core.limits.pace = float(value)
            elif key == "shards":
                core.gateway.shards = int(value)
            elif key == "privileged_intents":
                core.gateway.allowed_privileged = int(value)
            elif key == "heartbeat_ms":
                core.gateway.heartbeat_ms = int(value)
            elif key == "answer_seconds":
                core.interactions.answer_seconds = float(value)
            elif key == "sweep_seconds":
                self.time.sweep_seconds = float(value)
            else:
                raise Refusal(f"There is no setting {key}.")
        return await self.settings({})

    async def change_world(self, asked: Json) -> Json:
        return control_world.change(self.core, asked)


def is_local(request: web.Request) -> bool:
    """Return whether a request names this machine: DNS tricks show in Host."""
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return host in _LOCAL


def guarded(
    handle: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Let only this machine's own page and scripts in: another website must not drive a playground.

    A foreign page can send a request here, but not without its own Origin.
    """

    async def handle_guarded(request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        foreign = origin is not None and origin != f"http://{request.host}"
        if not is_local(request) or foreign or site not in ("same-origin", "none"):
            return web.json_response({"error": "Only this machine's own page may do that."}, status=403)
        return await handle(request)

    return handle_guarded
