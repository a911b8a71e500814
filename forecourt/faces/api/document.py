"""The OpenAPI document, and a listing of it that needs nothing from anywhere else."""

from copy import deepcopy
from functools import cache
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forecourt.coupons.api import COMPONENTS as COUPONS
from forecourt.faces.api import idempotency, keys, problems
from forecourt.faces.api.assembly import api
from forecourt.kernel.schemas import IDEMPOTENT, OR_SCOPE, SCOPE
from forecourt.rewards.api import COMPONENTS as REDEMPTIONS
from forecourt.sales.api import COMPONENTS as SALES

PREFIX: Final = "api/v1/"
_METHODS: Final = ("get", "post", "patch", "put", "delete")
_PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong, after RFC 9457. `fields` says of each field at fault what to do about it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:forecourt:problem:invalid"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_MEANINGS: Final = {
    400: "The body cannot be read",
    401: "No key, or one that is unknown or revoked",
    403: "The key lacks the scope, or the station is not its own",
    404: "There is no such thing",
    405: "This address does not know that method",
    409: "This contradicts what is already recorded",
    413: "The body is too large",
    415: "The body is in a format this address does not take",
    422: "A field is not valid",
    429: "More requests than the key may send",
    500: "Something went wrong on our side",
    503: "Not available just now; send it again",
}
_ALWAYS: Final = (401, 403, 404, 405, 422, 429, 500, 503)
_WITH_BODY: Final = (400, 413, 415)
_LIMIT_HEADERS: Final = {
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": "What the key may send."},
    "RateLimit": {"schema": {"type": "string"}, "description": "What is left of it."},
}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of all routes, with every answer the door itself can give."""
    made: dict[str, Any] = deepcopy(dict(api.get_openapi_schema(path_prefix=PREFIX)))
    components = made["components"]
    components["schemas"] = {**SALES, **REDEMPTIONS, **COUPONS, **components["schemas"], "Problem": _PROBLEM}
    components["securitySchemes"] = keys.SCHEMES
    components["responses"] = {f"Problem{status}": _problem_response(status) for status in _MEANINGS}
    made["servers"] = [{"url": "/", "description": "This installation"}]
    for path, item in made["paths"].items():
        for method in _METHODS:
            if method in item:
                item[method] = _completed(item[method], method)
        made["paths"][path] = {method: item[method] for method in _METHODS if method in item}
    components["schemas"] = dict(sorted(components["schemas"].items()))
    made["paths"] = dict(sorted(made["paths"].items()))
    return made


def _completed(operation: dict[str, Any], method: str) -> dict[str, Any]:
    """An operation with its security, its headers and the problems it can answer."""
    operation = dict(operation)
    scopes = [operation[SCOPE], *([operation[OR_SCOPE]] if OR_SCOPE in operation else [])]
    operation["security"] = [{name: [scope]} for scope in scopes for name in keys.SCHEMES]
    responses = {str(status): dict(response) for status, response in operation["responses"].items()}
    for response in responses.values():
        response.setdefault("headers", {}).update(_LIMIT_HEADERS)
    wanted = set(_ALWAYS)
    if "requestBody" in operation:
        wanted |= set(_WITH_BODY)
    if method != "get":
        wanted.add(409)
    for status in wanted:
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    operation["responses"] = dict(sorted(responses.items()))
    if operation.get(IDEMPOTENT):
        operation["parameters"] = [*operation.get("parameters", ()), _idempotency_parameter()]
    return operation


def _problem_response(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": _MEANINGS[status],
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    text = {"schema": {"type": "string"}}
    if status == 401:
        response["headers"] = {"WWW-Authenticate": text}
    elif status in {429, 503}:
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    elif status == 405:
        response["headers"] = {"Allow": text}
    return response


def _idempotency_parameter() -> dict[str, Any]:
    return {
        "in": "header",
        "name": idempotency.HEADER,
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "description": "A name of your choice, such as a UUID. Sent twice within a day, the request takes effect once.",
    }


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(document())


def show(request: HttpRequest) -> HttpResponse:
    """The document as JSON."""
    return HttpResponse(_encoded(), content_type="application/json; charset=utf-8")


def show_listing(request: HttpRequest) -> HttpResponse:
    """All routes on one page, made from the document."""
    made = document()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in made["paths"].items():
        for method, operation in item.items():
            entry = {
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "description": operation.get("description", ""),
                "scope": operation[SCOPE],
                "id": operation["operationId"],
                "parameters": operation.get("parameters", ()),
                "takes": ", ".join(operation.get("requestBody", {}).get("content", ())),
                "answers": ", ".join(operation["responses"]),
            }
            groups.setdefault(operation["tags"][0], []).append(entry)
    return render(request, "api/docs.html", {"info": made["info"], "groups": groups})
