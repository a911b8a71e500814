"""Staff and their roles."""

from collections.abc import Iterable, Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock, rights
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation import permissions, queries, rules
from forecourt.organisation.models import ROLE_NAMES, Staff, StaffRole
from forecourt.organisation.values import SCOPED_ROLES, HeldRole, NewRole, Role

RoleToGive = NewRole | tuple[Role | str, str | None]
"""A role to give; a pair is (role, station code or None)."""


@transaction.atomic(durable=True)
def create_staff(
    actor: Actor, *, username: str, name: str, password: str, roles: Sequence[RoleToGive], code: str = ""
) -> int:
    """Add a member of staff who may sign in; returns the id. Conflict when sign-in name or staff number is taken."""
    actor.require(permissions.MANAGE_STAFF)
    staff = Staff(
        username=rules.normal_username(username),
        name=rules.normal_name(name, "name", longest=80),
        code=rules.normal_name(code, "code", longest=32, may_be_empty=True),
        joined_on=clock.now().date(),
    )
    _require_free(staff)
    given = _valid_roles(actor, roles)
    _set_valid_password(staff, password)
    staff.save()
    _give(staff, given)
    audit.record(actor, "staff.create", _subject(staff), detail={"roles": _words(given)})
    return staff.pk


@transaction.atomic(durable=True)
def update_staff(
    actor: Actor,
    staff_id: int,
    *,
    name: str | None = None,
    code: str | None = None,
    home_station: str | None = None,
) -> None:
    """Change what is given; an empty staff number or home station takes it away."""
    actor.require(permissions.MANAGE_STAFF)
    staff = _locked(actor, staff_id)
    if name is not None:
        staff.name = rules.normal_name(name, "name", longest=80)
    if code is not None:
        staff.code = rules.normal_name(code, "code", longest=32, may_be_empty=True)
    if home_station is not None:
        staff.home_station_id = _station_ids([home_station]).get(home_station)
    _require_free(staff)
    staff.save()
    audit.record(actor, "staff.update", _subject(staff))


@transaction.atomic(durable=True)
def set_roles(actor: Actor, staff_id: int, roles: Sequence[RoleToGive]) -> None:
    """Give exactly these roles; they hold from the next request on. Somebody unlimited at head office must remain."""
    actor.require(permissions.MANAGE_STAFF)
    staff = _locked(actor, staff_id)
    before = [held.role.value for held in queries.roles_held(staff_id)]
    given = _valid_roles(actor, roles)
    _lock_head_office()
    held_office = _holds_head_office(staff)
    staff.roles.all().delete()
    _give(staff, given)
    if held_office:
        _require_head_office()
    audit.record(actor, "staff.set_roles", _subject(staff), detail={"before": before, "after": _words(given)})


@transaction.atomic(durable=True)
def set_password(actor: Actor, staff_id: int, password: str) -> None:
    """Give somebody a new password, end their sessions and lift a lock-out."""
    actor.require(permissions.MANAGE_STAFF)
    staff = _locked(actor, staff_id)
    _set_valid_password(staff, password)
    staff.failed_sign_ins, staff.locked_until = 0, None
    staff.save()
    audit.record(actor, "staff.set_password", _subject(staff))


@transaction.atomic(durable=True)
def change_own_password(actor: Actor, old: str, new: str) -> None:
    """Change one's own password, knowing the old one; ends all sessions."""
    if actor.kind != "staff":
        raise NotAllowed(_("Only staff have passwords."))
    staff = Staff.objects.select_for_update().get(pk=actor.id)
    if not staff.check_password(old):
        raise Invalid.field("old", _("is not your present password; type that again or ask head office for a new one"))
    _set_valid_password(staff, new, path="new")
    staff.save()
    audit.record(actor, "staff.change_own_password", _subject(staff))


@transaction.atomic(durable=True)
def deactivate(actor: Actor, staff_id: int, reason: str = "") -> None:
    """Bar somebody from signing in, at once; their records stay. Somebody unlimited at head office must remain."""
    actor.require(permissions.MANAGE_STAFF)
    staff = _locked(actor, staff_id)
    _lock_head_office()
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    if _holds_head_office(staff):
        _require_head_office()
    audit.record(actor, "staff.deactivate", _subject(staff), reason=reason)


@transaction.atomic(durable=True)
def reactivate(actor: Actor, staff_id: int, reason: str = "") -> None:
    """Let somebody sign in again, with the roles and the password they had; lifts a lock-out."""
    actor.require(permissions.MANAGE_STAFF)
    staff = _locked(actor, staff_id)
    staff.is_active, staff.failed_sign_ins, staff.locked_until = True, 0, None
    staff.save(update_fields=["is_active", "failed_sign_ins", "locked_until"])
    audit.record(actor, "staff.reactivate", _subject(staff), reason=reason)


def _subject(staff: Staff) -> str:
    return f"staff:{staff.username}"


def _locked(actor: Actor, staff_id: int) -> Staff:
    """The member of staff, locked. An actor for some stations reaches only those whose roles lie within these."""
    staff = Staff.objects.select_for_update().filter(pk=staff_id).first()
    if staff is None:
        raise NotFound(_("There is no member of staff with the id %(id)s.") % {"id": staff_id})
    _require_within(actor, queries.roles_held(staff_id))
    return staff


def _require_within(actor: Actor, roles: Iterable[HeldRole]) -> None:
    if actor.stations is None:
        return
    stations = rules.stations_in_scope(roles)
    if stations is None or not stations <= actor.stations:
        raise NotAllowed(
            _("%(who)s may act for some stations only, and these roles reach beyond them.") % {"who": actor.name}
        )


def _require_free(staff: Staff) -> None:
    others = Staff.objects.exclude(pk=staff.pk)
    if others.filter(username=staff.username).exists():
        raise Conflict(
            _("username: %(username)s is taken; choose another sign-in name.") % {"username": staff.username}
        )
    if staff.code and others.filter(code=staff.code).exists():
        raise Conflict(_("code: the staff number %(code)s is taken; choose another.") % {"code": staff.code})


def _set_valid_password(staff: Staff, password: str, path: str = "password") -> None:
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise Invalid.field(path, " ".join(error.messages)) from None
    staff.set_password(password)


def _valid_roles(actor: Actor, roles: Sequence[RoleToGive]) -> list[StaffRole]:
    """The roles as rows without their holder; refuses unknown names and what reaches beyond the actor's stations."""
    wanted = [role if isinstance(role, NewRole) else _role_of(role[0], role[1]) for role in roles]
    station_ids = _station_ids([role.station for role in wanted])
    region_ids = queries.regions()
    rows = []
    for index, role in enumerate(wanted):
        if role.region and role.region not in region_ids:
            raise Invalid.field(f"roles.{index}.region", _("there is no region %(region)s") % {"region": role.region})
        if role.region and role.station:
            raise Invalid.field(f"roles.{index}", _("names a station and a region; give two roles instead"))
        rows.append(
            StaffRole(
                role=role.role.value, station_id=station_ids.get(role.station), region_id=region_ids.get(role.region)
            )
        )
    _require_no_widening(rows)
    if actor.stations is not None:
        beyond = [row for row in rows if row.station_id not in actor.stations]
        if beyond:
            raise NotAllowed(_("%(who)s may give roles at stations in their own scope only.") % {"who": actor.name})
    return rows


def _require_no_widening(roles: Sequence[StaffRole]) -> None:
    """Refuse a role at a station beside one everywhere that lacks its rights.

    The scope is one for all that somebody may do, so the rights of the former would hold everywhere too.
    """
    everywhere = [each.role for each in roles if not _is_limited(each) and each.role not in SCOPED_ROLES]
    if not everywhere:
        return
    for each in roles:
        if not rights.permissions_of([each.role]) <= rights.permissions_of(everywhere):
            raise Invalid.field(
                "roles",
                _("%(role)s would hold at all stations beside %(other)s; limit that one too, or give two accounts")
                % {"role": ROLE_NAMES[Role(each.role)], "other": ROLE_NAMES[Role(everywhere[0])]},
            )


def _is_limited(role: StaffRole) -> bool:
    return role.station_id is not None or role.region_id is not None


def _role_of(role: Role | str, station: str | None) -> NewRole:
    try:
        return NewRole(role=Role(role), station=station or "")
    except ValueError:
        raise Invalid.field(
            "roles", _("%(role)s is not a role; allowed are %(allowed)s") % {"role": role, "allowed": ", ".join(Role)}
        ) from None


def _station_ids(codes: Sequence[str]) -> dict[str, int]:
    ids = queries.station_ids([code for code in codes if code])
    for code in codes:
        if code and code not in ids:
            raise Invalid.field(
                "station", _("there is no station %(code)s; open it first or correct the code") % {"code": code}
            )
    return ids


def _give(staff: Staff, roles: Sequence[StaffRole]) -> None:
    for role in roles:
        role.staff = staff
    StaffRole.objects.bulk_create(roles)


def _words(roles: Sequence[StaffRole]) -> list[str]:
    return [
        role.role
        + (f"@station:{role.station_id}" if role.station_id else "")
        + (f"@region:{role.region_id}" if role.region_id else "")
        for role in roles
    ]


def _lock_head_office() -> None:
    """Make commands that take head office away from somebody run one after the other."""
    list(StaffRole.objects.select_for_update().filter(role=Role.HEAD_OFFICE).order_by("pk").values_list("pk"))


def _holds_head_office(staff: Staff) -> bool:
    return _unlimited_head_office().filter(staff=staff).exists()


def _unlimited_head_office() -> QuerySet[StaffRole]:
    return StaffRole.objects.filter(role=Role.HEAD_OFFICE, station=None, region=None)


def _require_head_office() -> None:
    if not _unlimited_head_office().filter(staff__is_active=True).exists():
        raise Conflict(_("Nobody at head office would be left who could give rights; give the role to another first."))
