"""Templates: made, changed, retired. What was issued keeps its days and its uses."""

import msgspec
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from forecourt.coupons import permissions, queries, rules
from forecourt.coupons.models import CouponBatch, CouponRow, CouponTemplate, CouponUse
from forecourt.coupons.services.versions import put_in_force
from forecourt.coupons.values import CouponKind, CouponStatus, Template
from forecourt.kernel import audit, clock, ids, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation import queries as organisation

RETIRED = "retired"
"""Why the code of a generic template is void while the template is retired."""


@transaction.atomic(durable=True)
def create_template(actor: Actor, template: Template) -> None:
    """Make a template, which can be issued at once; a generic one gets its code. Conflict when a code is taken."""
    require_everywhere(actor, permissions.EDIT_TEMPLATES)
    template = _checked(template)
    now = clock.now()
    if CouponTemplate.objects.filter(code=template.code).exists():
        raise Conflict(_("There is a coupon template %(code)s already; choose another code.") % {"code": template.code})
    row = CouponTemplate(code=template.code, created_at=now, created_by=actor.label)
    put_in_force(actor, row, template, now)
    if template.kind is CouponKind.GENERIC:
        _check_free(template.generic_code)
        first, last = rules.good_days(template, organisation.company_day(now))
        CouponRow.objects.create(
            id=ids.uuid7(),
            code=template.generic_code,
            template=row,
            issued_at=now,
            active_from=first,
            expires_on=last,
            uses=template.limit,
            uses_left=template.limit,
        )
    audit.record(actor, "coupon_template.create", f"coupon_template:{template.code}")


@transaction.atomic(durable=True)
def change_template(actor: Actor, template: Template) -> None:
    """Put this in the place of the template of that code. Coupons issued before keep their days and uses; sales of before
    go by what it said then.

    Conflict for what cannot change once there are coupons: the kind, a generic code that was used, and whether the uses
    of a generic code are limited.
    """
    require_everywhere(actor, permissions.EDIT_TEMPLATES)
    row = _locked(template.code)
    before = msgspec.convert(row.body, Template)
    if template.valid_until == before.valid_until and template.valid_until is not None:
        # a template whose last day has passed can still be renamed
        template = msgspec.structs.replace(_checked(template, is_past_allowed=True), valid_until=before.valid_until)
    else:
        template = _checked(template)
    if template.kind is not before.kind:
        raise Conflict(_("The kind of a template cannot change; make another template."))
    if template.limit and template.limit < row.issued:
        raise _below_issued(template.limit, row.issued)
    if not before.limit and template.limit and template.kind is CouponKind.SINGLE:
        asked = CouponBatch.objects.filter(template=row).aggregate(coupons=Sum("count"))["coupons"] or 0
        row.issued = CouponRow.objects.filter(template=row, batch_id=None).count() + asked
        if template.limit < row.issued:
            raise _below_issued(template.limit, row.issued)
    if template.kind is CouponKind.GENERIC:
        _change_generic(row, before, template)
    put_in_force(actor, row, template, clock.now())
    changed = [name for name in Template.__struct_fields__ if getattr(before, name) != getattr(template, name)]
    detail = {"changed": changed}
    audit.record(actor, "coupon_template.change", f"coupon_template:{template.code}", detail=detail)


@transaction.atomic(durable=True)
def retire_template(actor: Actor, code: str) -> None:
    """Issue no more of it. What members hold stays good; a generic code is void until the template is revived."""
    require_everywhere(actor, permissions.EDIT_TEMPLATES)
    row = _locked(code)
    _set_live(actor, row, is_live=False)


@transaction.atomic(durable=True)
def revive_template(actor: Actor, code: str) -> None:
    """Issue a retired template again; its generic code is good again."""
    require_everywhere(actor, permissions.EDIT_TEMPLATES)
    row = _locked(code)
    _set_live(actor, row, is_live=True)


def require_everywhere(actor: Actor, permission: str) -> None:
    """NotAllowed unless the actor has the permission for all stations: templates hold for all of them."""
    actor.require(permission)
    if actor.stations is not None:
        raise NotAllowed(
            _("Coupon templates hold for all stations, and %(name)s is limited to some; ask head office.")
            % {"name": actor.name}
        )


def _set_live(actor: Actor, row: CouponTemplate, *, is_live: bool) -> None:
    if row.is_live == is_live:
        return
    row.is_live = is_live
    row.save(update_fields=["is_live"])
    if row.kind == CouponKind.GENERIC:
        code = CouponRow.objects.select_for_update(no_key=True).get(template=row)
        if is_live:
            is_used_up = code.uses > 0 and code.uses_left == 0
            code.status = CouponStatus.USED if is_used_up else CouponStatus.ACTIVE
            code.voided_at, code.void_reason = None, ""
        else:
            code.status, code.voided_at, code.void_reason = CouponStatus.VOID, clock.now(), RETIRED
        code.save(update_fields=["status", "voided_at", "void_reason"])
    stamps.bump(queries.STAMP)
    verb = "revive" if is_live else "retire"
    audit.record(actor, f"coupon_template.{verb}", f"coupon_template:{row.code}")


def _change_generic(row: CouponTemplate, before: Template, template: Template) -> None:
    if bool(before.limit) != bool(template.limit):
        raise Conflict(
            _("A code for any number of uses cannot get a limit, nor lose it; retire this template and make another.")
        )
    code = CouponRow.objects.select_for_update(no_key=True).get(template=row)
    if template.generic_code != before.generic_code:
        if CouponUse.objects.filter(coupon_id=code.id).exists():
            raise Conflict(
                _("%(code)s was used already and cannot change; make another template.") % {"code": before.generic_code}
            )
        _check_free(template.generic_code)
        code.code = template.generic_code
    used = code.uses - code.uses_left
    if template.limit < used:
        raise Invalid.field(
            "limit", _("%(limit)s is less than the %(used)s uses so far") % {"limit": template.limit, "used": used}
        )
    code.uses, code.uses_left = template.limit, template.limit - used
    if code.status in (CouponStatus.ACTIVE, CouponStatus.USED):
        code.status = CouponStatus.USED if code.uses and not code.uses_left else CouponStatus.ACTIVE
    code.active_from, code.expires_on = rules.good_days(template, organisation.company_day(code.issued_at))
    code.save()


def _checked(template: Template, *, is_past_allowed: bool = False) -> Template:
    digits = organisation.company().digits
    if template.worth != round(template.worth, digits):
        raise Invalid.field(
            "worth",
            _("%(worth)s has more than %(digits)s decimal places") % {"worth": template.worth, "digits": digits},
        )
    missing = set(template.stations) - organisation.station_facts(template.stations).keys() if template.stations else ()
    if missing:
        raise Invalid.field("stations", _("%(code)r is not a station") % {"code": min(missing)})
    asked = msgspec.structs.replace(template, valid_until=None) if is_past_allowed else template
    today = organisation.company_day()
    return rules.checked_template(asked, rules.normal_code(template.generic_code), today)


def _check_free(code: str) -> None:
    if CouponRow.objects.filter(code=code).exists():
        raise Invalid.field("generic_code", _("%(code)s is a coupon's code already; choose another") % {"code": code})


def _below_issued(limit: int, issued: int) -> Invalid:
    return Invalid.field(
        "limit", _("%(limit)s is less than the %(issued)s issued already") % {"limit": limit, "issued": issued}
    )


def _locked(code: str) -> CouponTemplate:
    row = CouponTemplate.objects.select_for_update(no_key=True).filter(code=code).first() if "\0" not in code else None
    if row is None:
        raise NotFound(_("There is no coupon template %(code)s.") % {"code": code})
    return row
