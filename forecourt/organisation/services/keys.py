"""API keys of other systems."""

import secrets
import string
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation import permissions, queries, rules
from forecourt.organisation.models import ApiKey

_LETTERS: Final = string.ascii_letters + string.digits
_SECRET_LENGTH: Final = 32
_MOST_REQUESTS: Final = 100_000


@transaction.atomic(durable=True)
def create_api_key(
    actor: Actor,
    name: str,
    scopes: Sequence[str],
    station_code: str | None = None,
    requests_per_second: int = 500,
) -> str:
    """Make a key for another system and return it; it cannot be shown again. For one station, or for all.

    Invalid for unknown scopes and stations; Conflict when the name is taken; NotAllowed beyond the actor's stations.
    """
    actor.require(permissions.MANAGE_KEYS)
    station_id = _station_in_scope(actor, station_code)
    name = rules.normal_name(name, "name", longest=80)
    valid = rules.valid_scopes(scopes)
    if not 1 <= requests_per_second <= _MOST_REQUESTS:
        raise Invalid.field(
            "requests_per_second",
            _("%(rate)s is not possible; give 1 to %(most)s") % {"rate": requests_per_second, "most": _MOST_REQUESTS},
        )
    if ApiKey.objects.filter(name=name).exists():
        raise Conflict(
            _("name: there is a key named %(name)s already, in use or revoked; choose another name.") % {"name": name}
        )
    key = rules.KEY_MARK + "".join(secrets.choice(_LETTERS) for _ in range(8 + _SECRET_LENGTH))
    row = ApiKey.objects.create(
        name=name,
        prefix=key[: rules.PREFIX_LENGTH],
        digest=rules.key_digest(key),
        scopes=[scope.value for scope in valid],
        station_id=station_id,
        requests_per_second=requests_per_second,
        created_at=clock.now(),
        created_by=actor.label,
    )
    detail = {"name": name, "scopes": row.scopes, "requests_per_second": requests_per_second}
    audit.record(actor, "apikey.create", f"apikey:{row.pk}", station_id=station_id, detail=detail)
    return key


@transaction.atomic(durable=True)
def revoke_api_key(actor: Actor, name: str) -> None:
    """Make the key of that name (or beginning, "fc_Ab12Cd34") worthless: at once here, within 5 seconds elsewhere."""
    actor.require(permissions.MANAGE_KEYS)
    keys = ApiKey.objects.select_for_update()
    row = keys.filter(name=name).first() or keys.filter(prefix=name).first()
    if row is None:
        raise NotFound(_("There is no API key named %(name)s.") % {"name": name})
    if actor.stations is not None and row.station_id not in actor.stations:
        raise NotAllowed(
            _("%(who)s may act for some stations only, and this key is not of these.") % {"who": actor.name}
        )
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
        audit.record(actor, "apikey.revoke", f"apikey:{row.pk}", station_id=row.station_id, detail={"name": row.name})
    queries.forget()
    transaction.on_commit(queries.forget)


def _station_in_scope(actor: Actor, station_code: str | None) -> int | None:
    if not station_code:
        if actor.stations is not None:
            raise NotAllowed(
                _("%(who)s may act for some stations only; name the station of the key.") % {"who": actor.name}
            )
        return None
    found = queries.station_facts([station_code]).get(station_code)
    if found is None:
        raise Invalid.field(
            "station", _("there is no station %(code)s; open it first or correct the code") % {"code": station_code}
        )
    actor.require_station(found.id, found.code)
    return found.id
