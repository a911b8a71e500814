"""Who calls: the API key of a request, and whether its scopes allow the operation."""

from typing import Final

from django.http import HttpRequest

from forecourt.kernel.problems import NotAllowed, NotSignedIn
from forecourt.organisation import queries, rules
from forecourt.organisation.values import KeyRecord

SCHEMES: Final = {
    "Bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer fc_...`"},
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key, in a header."},
}
_LONGEST_KEY: Final = 200


def record_of(request: HttpRequest) -> KeyRecord:
    """The record of the key that a request bears; NotSignedIn without a valid one."""
    key = _key_of(request)
    if not key:
        raise NotSignedIn("Send an API key as `Authorization: Bearer fc_...`; `forecourt apikey create` makes one.")
    record = queries.key_record(key) if len(key) <= _LONGEST_KEY and key.isascii() else None
    if record is None:
        raise NotSignedIn("This API key is unknown or was revoked; `forecourt apikey create` makes a new one.")
    return record


def require_scope(record: KeyRecord, scope: str, or_scope: str = "") -> None:
    """NotAllowed, naming the scope, unless the key has it, or the other one if there is one."""
    if not any(rules.permissions_of_scopes([one]) <= record.actor.permissions for one in (scope, or_scope) if one):
        raise NotAllowed(
            f"The key {record.actor.name} lacks the scope {scope}; "
            f"make one that has it with `forecourt apikey create NAME --scope {scope}`."
        )


def _key_of(request: HttpRequest) -> str:
    scheme, _, key = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    return str(request.META.get("HTTP_X_API_KEY", "")).strip()
