"""Templates: put in force, retired. What was issued keeps its days and its uses."""

from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from forecourt.coupons import permissions, queries, rules
from forecourt.coupons.models import CouponBatch, CouponRow, CouponTemplate, CouponUse
from forecourt.coupons.services.versions import put_in_force, put_in_place, stored
from forecourt.coupons.values import CouponKind, CouponStatus, Template
from forecourt.kernel import audit, clock, ids, reviews, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation import queries as organisation

RETIRED = "retired"
"""Why the code of a generic template is void while the template is retired."""


@transaction.atomic(durable=True)
def create_template(actor: Actor, template: Template) -> None:
    """Make a template and put it in force without a review, for imports and for those who may approve.

    It can be issued at once; a generic one gets its code. Conflict when a code is taken.
    """
    require_everywhere(actor, permissions.APPROVE_TEMPLATES)
    template = checked(template)
    bring_into_force(actor, add_row(actor, template), template)
    audit.record(actor, "coupon_template.create", subject_of(template.code))


@transaction.atomic(durable=True)
def change_template(actor: Actor, template: Template) -> None:
    """Put this in the place of the template of that code, without a review, for those who may approve; a draft of it goes.

    Coupons issued before keep their days and uses; sales of before go by what it said then. Conflict while a change of it is
    in review, and for what cannot change once there are coupons: the kind, a generic code that was used, and whether the
    uses of a generic code are limited.
    """
    require_everywhere(actor, permissions.APPROVE_TEMPLATES)
    row = locked(template.code)
    reviews.require_none(subject_of(row.code))
    before = stored(row.body)
    template = checked(template, row)
    bring_into_force(actor, row, template)
    audit.record(actor, "coupon_template.change", subject_of(row.code), detail={"fields": changed(before, template)})


@transaction.atomic(durable=True)
def retire_template(actor: Actor, code: str) -> None:
    """Issue no more of it. What members hold stays good; a generic code is void until the template is revived.

    A change of it that is in review is withdrawn: its draft stays. Conflict for one that was never approved.
    """
    require_everywhere(actor, permissions.EDIT_TEMPLATES)
    row = locked(code)
    if row.is_live:
        _set_live(actor, row, is_live=False)
        reviews.let_drop(actor, subject_of(code), _("The template was retired."))
    elif row.is_draft:
        raise _never_approved(code)


@transaction.atomic(durable=True)
def revive_template(actor: Actor, code: str) -> None:
    """Issue a retired template again, as it was approved last; its generic code is good again."""
    require_everywhere(actor, permissions.EDIT_TEMPLATES)
    row = locked(code)
    if row.is_draft:
        raise _never_approved(code)
    if not row.is_live:
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
    row.is_live = is_live
    row.save(update_fields=["is_live"])
    if row.kind == CouponKind.GENERIC:
        code = _code_of(row)
        if is_live:
            is_used_up = code.uses > 0 and code.uses_left == 0
            code.status = CouponStatus.USED if is_used_up else CouponStatus.ACTIVE
            code.voided_at, code.void_reason = None, ""
        else:
            code.status, code.voided_at, code.void_reason = CouponStatus.VOID, clock.now(), RETIRED
        code.save(update_fields=["status", "voided_at", "void_reason"])
    stamps.bump(queries.STAMP)
    verb = "revive" if is_live else "retire"
    audit.record(actor, f"coupon_template.{verb}", subject_of(row.code))


def bring_into_force(actor: Actor, row: CouponTemplate, template: Template) -> None:
    """Make this what a locked template says from now on, as it was `checked`; one that was a draft is issued from now on."""
    now, is_first = clock.now(), row.is_draft
    if is_first:
        row.is_draft, row.is_live = False, True
    elif _is_newly_limited(stored(row.body), template):
        row.issued = _issued_so_far(row)
    put_in_force(actor, row, template, now)
    if template.kind is CouponKind.GENERIC:
        if is_first:
            _make_generic(row, template, now)
        else:
            _change_generic(row, template)


def add_row(actor: Actor, template: Template) -> CouponTemplate:
    """Add a template that was never approved, as it was `checked`. Conflict when its code is taken."""
    row = CouponTemplate(
        code=template.code, is_live=False, is_draft=True, created_at=clock.now(), created_by=actor.label
    )
    put_in_place(row, template)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict(
            _("There is a coupon template %(code)s already; choose another code.") % {"code": template.code}
        ) from None
    if template.kind is CouponKind.GENERIC:
        _check_free(template.generic_code)
    return row


def changed(before: Template, after: Template) -> list[str]:
    """Names of the fields that differ."""
    return [name for name in Template.__struct_fields__ if getattr(before, name) != getattr(after, name)]


def subject_of(code: str) -> str:
    """How the audit trail and reviews name a template."""
    return f"coupon_template:{code}"


def locked(code: str) -> CouponTemplate:
    """The template of that code, locked until the transaction ends; NotFound when there is none."""
    row = CouponTemplate.objects.select_for_update(no_key=True).filter(code=code).first() if "\0" not in code else None
    if row is None:
        raise NotFound(_("There is no coupon template %(code)s.") % {"code": code})
    return row


def checked(template: Template, row: CouponTemplate | None = None) -> Template:
    """The template as it will be kept; refused where it makes no sense, or where `row`, which is locked, cannot become it."""
    if row is None or row.is_draft:
        tidy = _checked(template)
        if row is not None and tidy.kind is CouponKind.GENERIC:
            _check_free(tidy.generic_code)
        return tidy
    before = stored(row.body)
    if template.valid_until == before.valid_until and template.valid_until is not None:
        # a template whose last day has passed can still be renamed
        tidy = msgspec.structs.replace(_checked(template, is_past_allowed=True), valid_until=before.valid_until)
    else:
        tidy = _checked(template)
    if tidy.kind is not before.kind:
        raise Conflict(_("The kind of a template cannot change; make another template."))
    issued = _issued_so_far(row) if _is_newly_limited(before, tidy) else row.issued
    if tidy.limit and tidy.limit < issued:
        raise Invalid.field(
            "limit", _("%(limit)s is less than the %(issued)s issued already") % {"limit": tidy.limit, "issued": issued}
        )
    if tidy.kind is CouponKind.GENERIC:
        _check_generic(row, before, tidy)
    return tidy


def _is_newly_limited(before: Template, template: Template) -> bool:
    return not before.limit and template.limit > 0 and template.kind is CouponKind.SINGLE


def _issued_so_far(row: CouponTemplate) -> int:
    asked = CouponBatch.objects.filter(template=row).aggregate(coupons=Sum("count"))["coupons"] or 0
    return CouponRow.objects.filter(template=row, batch_id=None).count() + int(asked)


def _make_generic(row: CouponTemplate, template: Template, now: datetime) -> None:
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


def _check_generic(row: CouponTemplate, before: Template, template: Template) -> None:
    if bool(before.limit) != bool(template.limit):
        raise Conflict(
            _("A code for any number of uses cannot get a limit, nor lose it; retire this template and make another.")
        )
    code = _code_of(row)
    if template.generic_code != before.generic_code:
        if CouponUse.objects.filter(coupon_id=code.id).exists():
            raise Conflict(
                _("%(code)s was used already and cannot change; make another template.") % {"code": before.generic_code}
            )
        _check_free(template.generic_code)
    used = code.uses - code.uses_left
    if template.limit < used:
        raise Invalid.field(
            "limit", _("%(limit)s is less than the %(used)s uses so far") % {"limit": template.limit, "used": used}
        )


def _change_generic(row: CouponTemplate, template: Template) -> None:
    code = _code_of(row)
    used = code.uses - code.uses_left
    code.code, code.uses, code.uses_left = template.generic_code, template.limit, template.limit - used
    if code.status in (CouponStatus.ACTIVE, CouponStatus.USED):
        code.status = CouponStatus.USED if code.uses and not code.uses_left else CouponStatus.ACTIVE
    code.active_from, code.expires_on = rules.good_days(template, organisation.company_day(code.issued_at))
    code.save()


def _code_of(row: CouponTemplate) -> CouponRow:
    return CouponRow.objects.select_for_update(no_key=True).get(template=row)


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


def _never_approved(code: str) -> Conflict:
    return Conflict(_("%(code)s was never approved; hand it in, so that it can be issued.") % {"code": code})
