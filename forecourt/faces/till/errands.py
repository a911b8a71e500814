"""What the till door does one by one, on threads of its own beside what is sold: redemptions, looking coupons up, letting a
reservation go.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.utils import translation

from forecourt.coupons import answers as coupons
from forecourt.faces.api import idempotency
from forecourt.faces.till import refusals
from forecourt.kernel.actors import Actor
from forecourt.kernel.wire import HttpAnswer
from forecourt.rewards import answers
from forecourt.sales import answers as sales

REDEMPTIONS: Final = "/api/v1/redemptions"
LOOKUP: Final = "/api/v1/coupons/lookup"
_RELEASE: Final = re.compile(r"/api/v1/sales/reserve/(?P<reservation>[^/\0]+)/release")
_OF_ONE: Final = re.compile(re.escape(REDEMPTIONS) + r"/(?P<code>[^/\0]+)(?:/(?P<step>collect|cancel))?")
_HANDS: Final = 2
"""Errands that one process works on at a time: one that waits for its customer does not hold up the next."""

clerks: Final = ThreadPoolExecutor(_HANDS, "errand")


@dataclass(frozen=True, slots=True)
class Route:
    """What one address does: by which method, with which scope, whether it takes an Idempotency-Key, and a body."""

    method: str
    scope: str
    serve: Callable[[Actor, bytes], HttpAnswer]
    is_idempotent: bool = False
    takes_body: bool = True


def route_of(path: str) -> Route | None:
    """The route at an address, None where there is none."""
    if path == REDEMPTIONS:
        return Route("POST", "rewards:redeem", answers.redeem, is_idempotent=True)
    if path == LOOKUP:
        return Route("POST", "coupons:read", coupons.look_up)
    if released := _RELEASE.fullmatch(path):
        reservation = released["reservation"]
        return Route("POST", "sales:write", lambda actor, _body: sales.release(actor, reservation), takes_body=False)
    found = _OF_ONE.fullmatch(path)
    if found is None:
        return None
    code = found["code"]
    match found["step"]:
        case "collect":
            return Route("POST", "rewards:redeem", lambda actor, body: answers.collect(actor, code, body))
        case "cancel":
            return Route("POST", "rewards:redeem", lambda actor, body: answers.cancel(actor, code, body))
    return Route("GET", "rewards:read", lambda actor, _body: answers.show(actor, code), takes_body=False)


def carry_out(route: Route, path: str, key: str | None, actor: Actor, body: bytes) -> HttpResponse:
    """Serve a request on this thread and its connection; `key` is its Idempotency-Key. Problems are responses too."""

    def serve() -> HttpResponse:
        answer = route.serve(actor, body)
        return HttpResponse(answer.body, status=answer.status, content_type=answer.media_type)

    def serve_once() -> HttpResponse:
        return idempotency.run_once(key, actor, f"{route.method} {path}", body, lambda: _answered(serve))

    with translation.override("en"):  # the API's language, whatever the installation's
        return _answered(serve_once if route.is_idempotent else serve)


def _answered(serve: Callable[[], HttpResponse]) -> HttpResponse:
    """What was served or refused. A connection that broke is given up, so that this thread's next request makes a new one."""
    try:
        return serve()
    except (OperationalError, InterfaceError) as error:
        connection.close()
        return refusals.answer_to(error)
    except Exception as error:
        return refusals.answer_to(error)
