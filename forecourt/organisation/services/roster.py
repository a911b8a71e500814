"""Staff in lists, who do not sign in until somebody gives them a password: those known by their number at the till, and
those of an office who come from another system.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.organisation import permissions, queries, rules
from forecourt.organisation.models import Staff, StaffRole
from forecourt.organisation.values import SCOPED_ROLES, Role


class Worker(NamedTuple):
    """Somebody to enlist: sign-in name, staff number, name as others see it, role and the code of the station.

    Without a station, "", for those whose role is not bound to one.
    """

    username: str
    code: str
    name: str
    role: Role
    station: str


@transaction.atomic(durable=True)
def enlist_staff(actor: Actor, workers: Sequence[Worker]) -> int:
    """Add staff without a password; returns how many. Nobody can sign in as them until `set_password` gives them one.

    The same number of statements for one and a thousand. Conflict when a sign-in name or staff number is taken.
    """
    actor.require(permissions.MANAGE_STAFF)
    stations = queries.station_facts({worker.station for worker in workers if worker.station})
    for worker in workers:
        if not worker.station and worker.role not in SCOPED_ROLES:
            if actor.stations is not None:
                raise NotAllowed(_("%(who)s may give roles at stations in their own scope only.") % {"who": actor.name})
            continue
        if worker.station not in stations:
            raise Invalid.field(
                "station",
                _("there is no station %(station)s; open it or correct the code") % {"station": worker.station},
            )
        actor.require_station(stations[worker.station].id, worker.station)
    _require_free(workers)
    today = clock.now().date()
    rows = Staff.objects.bulk_create(
        Staff(
            username=rules.normal_username(worker.username),
            code=rules.normal_name(worker.code, "code", longest=32, may_be_empty=True),
            name=rules.normal_name(worker.name, "name", longest=80),
            password=make_password(None),
            home_station_id=stations[worker.station].id if worker.station else None,
            joined_on=today,
        )
        for worker in workers
    )
    StaffRole.objects.bulk_create(
        StaffRole(
            staff=row,
            role=worker.role.value,
            station_id=stations[worker.station].id if worker.station else None,
        )
        for row, worker in zip(rows, workers, strict=True)
    )
    if rows:
        audit.record(actor, "staff.enlist", f"staff:{rows[0].pk}-{rows[-1].pk}", detail={"count": len(rows)})
    return len(rows)


def _require_free(workers: Sequence[Worker]) -> None:
    names = [rules.normal_username(worker.username) for worker in workers]
    codes = [worker.code for worker in workers if worker.code]
    for field, given in (("username", names), ("code", codes)):
        taken = set(Staff.objects.filter(**{f"{field}__in": given}).values_list(field, flat=True))
        taken |= {value for value in given if len(set(given)) != len(given) and given.count(value) > 1}
        if taken:
            raise Conflict(
                _("%(taken)s is taken; give each member of staff a sign-in name and a number of their own.")
                % {"taken": sorted(taken)[0]}
            )
