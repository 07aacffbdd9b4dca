"""The way of one request through the playground."""

import asyncio
import json
import time
from typing import Any, cast
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from bot.playground.core import Core
from bot.playground.errors import ApiError
from bot.playground.faults import Fault
from bot.playground.files import Upload
from bot.playground.jsons import Json
from bot.playground.ratelimits import LimitVerdict, refused
from bot.playground.rest.router import Answer, Call, find, parameters

PREFIX = "/api/v10"
_WITHOUT_TOKEN = ("/interactions/", "/webhooks/{webhook_id}/{webhook_token}", "/gateway")
MAX_FILE = 10 * 1024 * 1024


class Rest:
    def __init__(self, core: Core) -> None:
        self.core = core

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path.split("?")[0].removeprefix(PREFIX)
        node = find(path)
        found = None if node is None else node.routes.get(request.method)
        if node is None or found is None:
            return self._unknown(request.method, path, known=node is not None)
        template, handler = found
        params = {name: unquote(value) for name, value in parameters(template, path).items()}
        fault = self.core.faults.meet(request.method, template)
        verdict, status, body = LimitVerdict({}), 200, cast(Any, None)
        try:
            refusal = self._before(request, template, fault)
            if refusal is not None:
                return self._logged(request.method, template, refusal)
            verdict = self.core.limits.take((request.method, template), params)
            if verdict.retry_after is not None:
                return self._logged(request.method, template, _limited(verdict))
            received, uploads = await self._read(request)
            self._judge_request(request.method, template, received)
            call = Call(self.core, request.method, template, params, request.query, received, uploads)
            status, body = _answer(handler(call))
        except ApiError as error:
            status, body = error.status, error.body()
        self._judge_reply(request.method, template, status, body)
        if fault is not None:
            await self._after(fault)
            if fault.kind == "lost":
                return self._logged(request.method, template, _hang_up(request))
        return self._logged(request.method, template, _response(status, body, verdict.headers))

    # before

    def _before(self, request: web.Request, template: str, fault: Fault | None) -> web.Response | None:
        if fault is not None:
            if fault.kind == "drop":
                return _hang_up(request)
            if fault.kind == "status":
                return _response(fault.status, {"message": "As requested by a fault", "code": fault.code}, {})
            if fault.kind == "limit":
                scope = "global" if fault.is_global else "shared"
                return _limited(
                    LimitVerdict(refused(fault.retry_after, scope=scope), fault.retry_after, fault.is_global)
                )
        given = request.headers.get("Authorization")
        if given is None and template.startswith(_WITHOUT_TOKEN):
            return None
        if given != f"Bot {self.core.world.token}":
            raise ApiError(0, status=401)
        return None

    async def _read(self, request: web.Request) -> tuple[Any, tuple[Upload, ...]]:
        if request.content_type == "multipart/form-data":
            return await _read_multipart(request)
        raw = await request.read()
        if not raw:
            return None, ()
        if request.content_type != "application/json":
            raise ApiError(
                50035, message="Expected \"Content-Type\" header to be one of {'application/json'}."
            )
        return _parse(raw), ()

    # judging

    def _judge_request(self, method: str, template: str, body: Any) -> None:
        if self.core.checker is not None:
            fault = self.core.checker.request(method, template, body)
            if fault is not None:
                self.core.fail("request", f"{method} {template}", fault)

    def _judge_reply(self, method: str, template: str, status: int, body: Any) -> None:
        if self.core.checker is not None:
            fault = self.core.checker.reply(method, template, status, body)
            if fault is not None:
                self.core.fail("reply", f"{method} {template}", fault)

    # after

    async def _after(self, fault: Fault) -> None:
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "hold":
            await fault.released.wait()

    def _unknown(self, method: str, path: str, *, known: bool) -> web.Response:
        if known:
            body: Json = {"message": "405: Method Not Allowed", "code": 0}
            self.core.fail("route", f"{method} {path}", "This method is not allowed here.")
            return self._logged(method, path, _response(405, body, {}))
        self.core.fail("route", f"{method} {path}", "The playground knows no such route.")
        body = {"message": f"The playground knows no route {method} {path}", "code": 0}
        return self._logged(method, path, _response(501, body, {}))

    def _logged(self, method: str, template: str, response: web.Response) -> web.Response:
        entry: Json = {"method": method, "route": template, "status": response.status}
        self.core.requests.append({"at": time.time(), **entry})
        return response


def _answer(answer: Answer) -> tuple[int, Any]:
    if isinstance(answer, tuple):
        return cast(tuple[int, Any], answer)
    return (204, None) if answer is None else (200, answer)


def _response(status: int, body: Any, headers: dict[str, str]) -> web.Response:
    """With exactly `application/json`, no charset: discord.py compares the whole header."""
    if status == 204:
        return web.Response(status=204, headers=headers)
    return web.Response(
        status=status, body=json.dumps(body).encode(), headers=headers, content_type="application/json"
    )


def _limited(verdict: LimitVerdict) -> web.Response:
    body = {
        "message": "You are being rate limited.",
        "retry_after": round(verdict.retry_after or 0.0, 3),
        "global": verdict.is_global,
    }
    return _response(429, body, verdict.headers)


def _hang_up(request: web.Request) -> web.Response:
    """The connection breaks without a word: what is returned never leaves."""
    if isinstance(request.transport, asyncio.Transport):
        request.transport.abort()
    return web.Response(status=499)


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise ApiError(50109) from None


async def _read_multipart(request: web.Request) -> tuple[Any, tuple[Upload, ...]]:
    body: Any = {}
    uploads: list[Upload] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        name = part.name or ""
        content = bytes(await part.read())
        if name == "payload_json":
            body = _parse(content)
        elif name.startswith("files["):
            if len(content) > MAX_FILE:
                raise ApiError(40005)
            uploads.append(Upload(int(name[6:-1]), part.filename or "file", content))
        else:
            raise ApiError(50035, message=f"Unknown form field {name}")
    return body, tuple(uploads)
