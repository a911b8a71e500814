"""The till door as an ASGI application: POST /api/v1/sales, .../quote and .../reserve, errands, /healthz and /readyz.

It reads and answers with the same `wire`, `answers` and services as the web door, so both give the same bytes.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.settings")
django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402 - Django must be set up first
from django.http import HttpResponse  # noqa: E402

from forecourt.faces.api import idempotency, keys, limits, problems  # noqa: E402
from forecourt.faces.api.bodies import MAX_JSON_BYTES  # noqa: E402
from forecourt.faces.till import errands, refusals  # noqa: E402
from forecourt.faces.till.lanes import Lane  # noqa: E402
from forecourt.kernel.actors import Actor  # noqa: E402
from forecourt.kernel.problems import NotFound, NotSignedIn, Problem  # noqa: E402
from forecourt.kernel.wire import JSON, HttpAnswer  # noqa: E402
from forecourt.organisation import queries as organisation  # noqa: E402
from forecourt.organisation.values import KeyRecord  # noqa: E402
from forecourt.sales import answers, services, wire  # noqa: E402
from forecourt.sales.services import Submission  # noqa: E402

T = TypeVar("T")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

POST_SALES: Final = "/api/v1/sales"
QUOTE_SALES: Final = "/api/v1/sales/quote"
RESERVE_SALES: Final = "/api/v1/sales/reserve"
SALES: Final = frozenset({POST_SALES, QUOTE_SALES, RESERVE_SALES})
SINGLE: Final = 20
"""Sales up to which a request counts as a till's own and rides with the others; a longer list has a lane of its own."""

_KEY: Final = idempotency.HEADER.lower().encode()

posting = Lane("post", services.post_together)
bulk = Lane("bulk", services.post_together)
quoting = Lane("quote", services.quote_together)
reserving = Lane("reserve", services.reserve_together)
LANES: Final = (posting, bulk, quoting, reserving)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one connection event."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        status, media_type, body, headers = await _served(scope, receive)
        head = [(b"content-type", media_type.encode()), (b"content-length", b"%d" % len(body)), *headers]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            for lane in LANES:
                lane.start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            for lane in LANES:
                await asyncio.to_thread(lane.close)
            await asyncio.to_thread(errands.clerks.shutdown)
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _served(scope: Scope, receive: Receive) -> tuple[int, str, bytes, Headers]:
    headers: Headers = [(b"cache-control", b"no-store")]
    try:
        if scope["path"] in {"/healthz", "/readyz"}:
            return await _health(scope["path"], headers)
        answer = await _answer(scope, receive, headers)
    except Exception as error:
        answer = refusals.answer_to(error)
    if isinstance(answer, HttpAnswer):
        return answer.status, answer.media_type, answer.body, headers
    return answer.status_code, answer["Content-Type"], answer.content, headers + _headers_of(answer)


def _headers_of(response: HttpResponse) -> Headers:
    return [(name.lower().encode(), value.encode()) for name, value in response.items() if name != "Content-Type"]


async def _answer(scope: Scope, receive: Receive, headers: Headers) -> HttpAnswer | HttpResponse:
    path = scope["path"]
    errand = errands.route_of(path)
    if errand is None and path not in SALES:
        raise NotFound(
            f"There is nothing at {path[:200]!r} on this door; use {POST_SALES}, {QUOTE_SALES}, {RESERVE_SALES}, "
            f"{errands.REDEMPTIONS} or {errands.LOOKUP}."
        )
    method, needed = (errand.method, errand.scope) if errand else ("POST", "sales:write")
    if scope["method"] != method:
        raise problems.MethodNotAllowed(f"{scope['method']} does nothing here; {method} does.")
    given = dict(scope["headers"])
    record = await _record(given)
    allowance = limits.till.take(record.actor.id, record.requests_per_second)
    headers += [(name.lower().encode(), value.encode()) for name, value in allowance.headers().items()]
    keys.require_scope(record, needed)
    body = await _json(receive, given) if errand is None or errand.takes_body else b""
    if errand is None:
        return await _sales(scope, record.actor, body)
    key = given.get(_KEY)
    work = partial(errands.carry_out, errand, path, key and key.decode("latin-1"), record.actor, body)
    return await asyncio.get_running_loop().run_in_executor(errands.clerks, work)


async def _json(receive: Receive, given: dict[bytes, bytes]) -> bytes:
    """The body, which must be plain JSON."""
    media_type = given.get(b"content-type", b"").split(b";")[0].strip().lower()
    if media_type != JSON.encode():
        shown = media_type[:60].decode("latin-1")
        raise problems.UnsupportedMediaType(f"Content-Type {shown!r} is not taken here; send {JSON}.")
    if given.get(b"content-encoding", b"identity").lower() != b"identity":
        raise problems.UnsupportedMediaType("This door takes plain bodies; send compressed ones to the web door.")
    return await _body(receive, given)


async def _sales(scope: Scope, actor: Actor, body: bytes) -> HttpAnswer:
    reader = answers.reader_of(_asked(scope, "reader")) if scope["query_string"] else None
    submissions = [Submission(actor, sale, answers.depth_of(reader)) for sale in wire.decode_sales(body)]
    found = await _lane(scope["path"], len(submissions)).answer(submissions) if submissions else []
    if reader is not None:
        found = await asyncio.to_thread(_asking, partial(answers.in_words, found, reader))
    return answers.to_list(found) if wire.is_list(body) else answers.to_one(found[0])


def _asked(scope: Scope, name: str) -> str | None:
    """The last value of a parameter in the address, None where it has none, as the web door takes it."""
    found = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get(name)
    return found[-1] if found else None


def _lane(path: str, count: int) -> Lane:
    if path == QUOTE_SALES:
        return quoting
    if path == RESERVE_SALES:
        return reserving
    return posting if count <= SINGLE else bulk


async def _record(given: dict[bytes, bytes]) -> KeyRecord:
    scheme, _, key = given.get(b"authorization", b"").decode("latin-1").partition(" ")
    key = key.strip() if scheme.lower() == "bearer" else given.get(b"x-api-key", b"").decode("latin-1").strip()
    if not key:
        raise NotSignedIn("Send an API key as `Authorization: Bearer fc_...`; `forecourt apikey create` makes one.")
    look_up = partial(organisation.key_record, key)
    record = organisation.remembered_key(key) or await asyncio.to_thread(_asking, look_up)
    if record is None:
        raise NotSignedIn("This API key is unknown or was revoked; `forecourt apikey create` makes a new one.")
    return record


def _asking(question: Callable[[], T]) -> T:
    """What the database says. A connection that broke is given up, so that this thread's next question makes a new one."""
    try:
        return question()
    except (OperationalError, InterfaceError):
        connection.close()
        raise


async def _body(receive: Receive, given: dict[bytes, bytes]) -> bytes:
    length = given.get(b"content-length", b"0")
    if length.isdigit() and int(length) > MAX_JSON_BYTES:
        raise _too_large()
    parts = []
    size = 0
    more = True
    while more:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_JSON_BYTES:
            raise _too_large()
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large() -> Problem:
    return problems.TooLarge(f"The body is larger than {MAX_JSON_BYTES // 1024 // 1024} MiB; send it in smaller parts.")


async def _health(path: str, headers: Headers) -> tuple[int, str, bytes, Headers]:
    if path == "/readyz":
        await asyncio.to_thread(_asking, _ask_database)
    return 200, "application/json", b'{"status":"ok"}', headers


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
