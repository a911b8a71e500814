"""Every error of the API as problem+json (RFC 9457): plain words, the value at fault and what to do about it."""

from collections.abc import Mapping
from typing import ClassVar, Final

import msgspec
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse

from forecourt.kernel.problems import NotSignedIn, Problem, TooMany, Unavailable

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 2


class Malformed(Problem):
    type: ClassVar[str] = "malformed"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The body cannot be read"


class MethodNotAllowed(Problem):
    type: ClassVar[str] = "method-not-allowed"
    status: ClassVar[int] = 405
    title: ClassVar[str] = "This address does not know that method"


class TooLarge(Problem):
    type: ClassVar[str] = "too-large"
    status: ClassVar[int] = 413
    title: ClassVar[str] = "The body is too large"


class UnsupportedMediaType(Problem):
    type: ClassVar[str] = "unsupported-media-type"
    status: ClassVar[int] = 415
    title: ClassVar[str] = "The body is in a format this address does not take"


class Failed(Problem):
    type: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"


class LimitReached(TooMany):
    """`retry_after` is in whole seconds."""

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


def of(error: Exception, number: str) -> Problem:
    """What was raised while a request was served, as a problem; `number` is how the log knows the request."""
    match error:
        case Problem():
            return error
        case OperationalError() | InterfaceError():
            return Unavailable("The store cannot be reached just now. Nothing was recorded; send it again.")
    return Failed(f"It was recorded as {number}; tell us that number if it happens again.")


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The response for a problem, with the headers its status asks for."""
    response = HttpResponse(
        msgspec.json.encode(problem.as_dict()),
        status=problem.status,
        content_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )
    if isinstance(problem, NotSignedIn) and "WWW-Authenticate" not in response:
        response["WWW-Authenticate"] = 'Bearer realm="forecourt"'
    if isinstance(problem, LimitReached):
        response["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, Unavailable):
        response["Retry-After"] = str(RETRY_SECONDS)
    return response
