"""`Idempotency-Key`: a request that creates something, sent twice under one key, takes effect once.

The key is claimed before the command runs and answered with the stored response for a day. Only what succeeded is
stored: a request that was refused created nothing and may be mended and sent again under its key. Where the answer was
lost (the process died, the database went away) the claim stays: nobody can know whether the command took effect, so the
caller is told to look.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import ClassVar, Final, TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from forecourt.faces.api.models import IdempotentRequest
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.crypto import keyring
from forecourt.kernel.problems import Conflict, Invalid, Problem

HEADER: Final = "Idempotency-Key"
KEPT: Final = timedelta(hours=24)
_LONGEST: Final = 255
CLAIM: Final = sql.load(__file__, "claim")
Served = TypeVar("Served", bound=HttpResponseBase)


class KeyReused(Problem):
    type: ClassVar[str] = "idempotency-key-reused"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This Idempotency-Key was used for something else"


class InProgress(Conflict):
    type: ClassVar[str] = "in-progress"
    title: ClassVar[str] = "A request with this Idempotency-Key is under way"


def run_once(
    key: str | None, actor: Actor, route: str, body: bytes, serve: Callable[[], Served]
) -> Served | HttpResponse:
    """Serve a request, or answer what it was answered before under the same key; plainly when it bears none.

    `route` is its method and path. Both doors' keys are the same: what one served the other answers again.
    """
    if key is None:
        return serve()
    if not 1 <= len(key) <= _LONGEST or not key.isprintable():
        raise Invalid.field(HEADER, f"must be 1 to {_LONGEST} printable characters, such as a UUID")
    names = {
        "actor": actor.label,
        "route": route,
        "key_digest": sha256(key.encode()).digest(),
    }
    fingerprint = keyring().fingerprint(body)
    claimed = _claim(names, fingerprint)
    if claimed is None:
        return _answer_again(names, fingerprint)
    response = serve()
    if isinstance(response, HttpResponse) and 200 <= response.status_code < 300:
        _store(claimed, response)
    elif response.status_code < 500:
        _release(claimed)
    return response


def forget_old() -> int:
    """Delete what is older than a day; returns how many."""
    return IdempotentRequest.objects.filter(created_at__lt=clock.now() - KEPT).delete()[0]


def _claim(names: Mapping[str, object], fingerprint: bytes) -> int | None:
    """The id of a new claim, None when the name is taken. One that is older than a day is free again."""
    now = clock.now()
    IdempotentRequest.objects.filter(**names, created_at__lt=now - KEPT).delete()
    claimed = sql.rows(CLAIM, {**names, "body_fingerprint": fingerprint, "created_at": now})
    return int(claimed[0][0]) if claimed else None


def _answer_again(names: Mapping[str, object], fingerprint: bytes) -> HttpResponse:
    stored = IdempotentRequest.objects.filter(**names).first()
    if stored is None or (stored.status is None and bytes(stored.body_fingerprint) == fingerprint):
        raise InProgress(
            "The first request with this key is not answered yet. Send it again in a moment; if it stays so, "
            "look whether the first took effect, and use a new key if it did not."
        )
    if bytes(stored.body_fingerprint) != fingerprint:
        raise KeyReused("The first request with this key had another body. Use a new key for a new request.")
    body = keyring().open(bytes(stored.answer_sealed or b""), _context(stored.id))
    return HttpResponse(
        body,
        status=stored.status,
        content_type="application/json; charset=utf-8",
        headers={"Idempotency-Replayed": "true"},
    )


def _store(claim_id: int, response: HttpResponse) -> None:
    sealed = keyring().seal(response.content.decode(), _context(claim_id))
    IdempotentRequest.objects.filter(id=claim_id).update(status=response.status_code, answer_sealed=sealed)


def _release(claim_id: int) -> None:
    IdempotentRequest.objects.filter(id=claim_id).delete()


def _context(claim_id: int) -> str:
    return f"api_idempotent_request:{claim_id}"
