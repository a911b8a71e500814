"""What can go wrong for a caller. The API turns a Problem into problem+json (RFC 9457), a screen into a message."""

from collections.abc import Mapping
from typing import Any, ClassVar


class Problem(Exception):
    """Something the caller can mend. `type` is stable; `detail` names the value and the remedy; `fields` who is at fault."""

    type: ClassVar[str] = "problem"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request could not be carried out"

    def __init__(self, detail: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = dict(fields or {})

    def as_dict(self) -> dict[str, Any]:
        """The problem as RFC 9457 members, with `fields` {path: message} as an extension."""
        body: dict[str, Any] = {
            "type": f"urn:forecourt:problem:{self.type}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.fields:
            body["fields"] = self.fields
        return body


class Invalid(Problem):
    """A field holds what it must not."""

    type = "invalid"
    status = 422
    title = "A field is not valid"

    @classmethod
    def field(cls, path: str, message: str) -> "Invalid":
        return cls(f"{path}: {message}", fields={path: message})


class NotFound(Problem):
    type = "not-found"
    status = 404
    title = "There is no such thing"


class Conflict(Problem):
    """The name is taken by something else, or the state does not allow it."""

    type = "conflict"
    status = 409
    title = "This contradicts what is already recorded"


class NotAllowed(Problem):
    type = "not-allowed"
    status = 403
    title = "This needs a permission you do not have"


class NotSignedIn(Problem):
    type = "not-signed-in"
    status = 401
    title = "Sign in, or send a valid API key"


class TooMany(Problem):
    type = "too-many-requests"
    status = 429
    title = "Too many requests"


class Unavailable(Problem):
    """The store cannot be reached just now. Nothing was recorded; the same request may be sent again."""

    type = "unavailable"
    status = 503
    title = "Not available just now; send it again"
