"""Whatever is raised while the web door serves a request, as a problem: what the framework refuses, too."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from ninja.errors import HttpError, ValidationError

from forecourt.faces.api import problems
from forecourt.faces.api.problems import Malformed, answer
from forecourt.kernel.problems import Invalid, Problem

log = logging.getLogger(__name__)

_SHOWN_CHARACTERS: Final = 60
_SOURCES: Final = frozenset({"body", "query", "path", "header", "form"})


def answer_to(error: Exception) -> HttpResponse:
    """The response for whatever was raised while a request was served. What nobody foresaw is logged, not shown."""
    match error:
        case Problem():
            pass
        case ValidationError():
            return answer(from_validation(error.errors))
        case HttpError():
            return answer(Malformed(f"The body is not JSON that can be read: {error.message}"))
        case OperationalError() | InterfaceError():
            log.warning("database not available", exc_info=error)
        case _:
            log.error("request failed", exc_info=error)
    return answer(problems.of(error, request_id()))


def request_id() -> str:
    """The number under which the log knows the request that is being served."""
    return str(structlog.contextvars.get_contextvars().get("request_id", "-"))


def from_validation(errors: Sequence[Mapping[str, Any]]) -> Invalid:
    """A framework's validation errors as one Invalid that says of each field what it was and what it must be."""
    fields: dict[str, str] = {}
    for error in errors:
        path = _path(error["loc"])
        fields.setdefault(path, _message(error))
    detail = "; ".join(f"{path}: {message}" for path, message in list(fields.items())[:5])
    return Invalid(detail, fields=fields)


def _path(location: Sequence[str | int]) -> str:
    """("body", "customer", "tags", 0) as "tags.0": the name of the route's argument is none of the caller's.

    Nor is a part in angle brackets, which tells the forms of a body apart.
    """
    parts = [str(part) for part in location]
    if parts and parts[0] in _SOURCES:
        parts = parts[2:] if parts[0] == "body" else parts[1:]
    return ".".join(part for part in parts if not part.startswith("<")) or "body"


def _message(error: Mapping[str, Any]) -> str:
    kind, words = str(error.get("type", "")), str(error.get("msg", "is not valid"))
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        return "is not a member we know; remove it or correct its name"
    words = words.removeprefix("Value error, ")
    words = words.replace("Input should", "must").replace("String should", "must").replace("Value should", "must")
    return words[:1].lower() + words[1:] + _shown(error.get("input"))


def _shown(value: object) -> str:
    """The value at fault as a remark; none for objects and lists, whose members are named in the path."""
    if value is None or isinstance(value, str | int | float):
        text = repr(value) if not isinstance(value, int) or abs(value) < 10**20 else "a huge number"
        return f"; it was {text[:_SHOWN_CHARACTERS]}"
    return ""
