"""The door of the API: what every request passes before its route and every answer after it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from ninja.operation import Operation

from forecourt.faces.api import bodies, idempotency, keys, limits, problems, raised
from forecourt.faces.api.limits import Allowance
from forecourt.kernel.problems import Invalid, NotFound
from forecourt.kernel.schemas import IDEMPOTENT, OR_SCOPE, SCOPE, KeyedRequest

View = Callable[..., HttpResponseBase]


def outer(view: View) -> View:
    """Around every address: English words, no exception and no HTML ever leaves."""

    def serve(request: HttpRequest, **path: Any) -> HttpResponseBase:
        with translation.override("en"):
            try:
                _refuse_nul(request)
                response = view(request, **path)
            except Exception as error:
                response = raised.answer_to(error)
        if response.status_code == 405:
            allow = response["Allow"]
            problem = problems.MethodNotAllowed(f"{request.method} does nothing here; {allow} does.")
            response = problems.answer(problem, {"Allow": allow})
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _guarded(iter(response))
        return _finished(request, response)

    return cast(View, csrf_exempt(serve))


def _guarded(parts: Iterator[bytes]) -> Iterator[bytes]:
    """A stream whose failure half way is its last line, since its status was sent long before."""
    with translation.override("en"):
        try:
            yield from parts
        except Exception as error:
            yield raised.answer_to(error).content + b"\n"


def inner(operation: Operation) -> View:
    """Around one operation: key, limits, scope, body, idempotency.

    A route that describes its body itself gets the bytes, inflated, as `request.body`; one that takes JSON Lines gets
    `request.lines`, since they need not fit into memory.
    """
    extra: Mapping[str, Any] = operation.openapi_extra or {}
    scope, or_scope, idempotent = extra[SCOPE], extra.get(OR_SCOPE, ""), bool(extra.get(IDEMPOTENT))
    own_content = extra.get("requestBody", {}).get("content", {})
    taken = [model for model in operation.models if model.__ninja_param_source__ == "body"]
    takes_json = bool(taken)
    may_be_left_out = not any(field.is_required() for model in taken for field in model.model_fields.values())
    takes_bytes = any(kind in own_content for kind in bodies.JSON_TYPES)
    takes_lines = any(kind in own_content for kind in bodies.LINES_TYPES)
    run = operation.run

    def serve(request: HttpRequest, **path: Any) -> HttpResponseBase:
        keyed = cast(KeyedRequest, request)
        try:
            record = keys.record_of(request)
            keyed.allowance = limits.web.take(record.actor.id, record.requests_per_second)  # type: ignore[attr-defined]
            keys.require_scope(record, scope, or_scope)
            keyed.actor = record.actor
            body = b""
            has_json = takes_json and not (may_be_left_out and not bodies.is_sent(request))
            if has_json or takes_bytes:
                body = bodies.read(request)
                request._body = body  # where Django keeps what it has read
            if has_json:
                keyed.document = bodies.decode(body)  # type: ignore[attr-defined]
            if takes_lines:
                keyed.lines = bodies.lines(bodies.spool(request), request)
            if idempotent:
                key, route = request.headers.get(idempotency.HEADER), f"{request.method} {request.path}"
                return idempotency.run_once(key, record.actor, route, body, lambda: run(request, **path))
            return run(request, **path)
        except Exception as error:
            return raised.answer_to(error)

    return serve


@csrf_exempt
def unknown(request: HttpRequest, **path: Any) -> HttpResponseBase:
    """Any address below the API's that is none of its own."""
    raise NotFound(f"There is nothing at {request.path[:200]!r}; GET /api/v1/openapi.json lists what there is.")


def _refuse_nul(request: HttpRequest) -> None:
    if "\0" in request.path_info:
        raise NotFound("No address here holds the character NUL.")
    for name, values in request.GET.lists():
        if any("\0" in text for text in (name, *values)):
            raise Invalid.field(name.replace("\0", ""), "holds the character NUL (%00); leave it out")


def _finished(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response.setdefault("Cache-Control", "no-store")
    # Django would log a refused request with its whole address, in which a phone number may stand
    response._has_been_logged = True  # type: ignore[attr-defined]
    allowance: Allowance | None = getattr(request, "allowance", None)
    if allowance:
        for name, value in allowance.headers().items():
            response[name] = value
    if request.method == "HEAD" and isinstance(response, HttpResponse):
        response.content = b""
    return response
