"""Coupons in words: in which state one is, what a template says, what happened to one."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from forecourt.coupons import rules
from forecourt.coupons.queries import CouponView, StepView, UseView
from forecourt.coupons.values import CouponKind, CouponStatus, Step, Template, TemplateState, Where
from forecourt.faces.backoffice.screens.offer_words import Part, compared
from forecourt.faces.backoffice.templatetags.office import day, who, yuan
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts

STATES = {
    "active": gettext_lazy("Can be used"),
    "not_yet": gettext_lazy("Not active yet"),
    "reserved": gettext_lazy("Reserved"),
    "used": gettext_lazy("Used"),
    "expired": gettext_lazy("Ended"),
    "void": gettext_lazy("Void"),
}
COLOURS = {"active": "green", "not_yet": "", "reserved": "amber", "used": "teal", "expired": "", "void": "red"}
KINDS = {
    CouponKind.SINGLE.value: gettext_lazy("A code for each coupon"),
    CouponKind.GENERIC.value: gettext_lazy("One code for everybody"),
}
ORIGINS = {
    "hand": gettext_lazy("by hand"),
    "list": gettext_lazy("a list"),
    "sale": gettext_lazy("a sale"),
    "tier": gettext_lazy("a tier"),
    "redemption": gettext_lazy("points redeemed"),
    "prize": gettext_lazy("a prize"),
    "play": gettext_lazy("a game"),
    "birthday": gettext_lazy("a birthday"),
    "anniversary": gettext_lazy("an anniversary"),
    "referral": gettext_lazy("a referral"),
    "event": gettext_lazy("a member event"),
    "campaign": gettext_lazy("a campaign"),
}


TEMPLATE_STATES = {
    TemplateState.DRAFT.value: gettext_lazy("Draft"),
    TemplateState.LIVE.value: gettext_lazy("Can be issued"),
    TemplateState.RETIRED.value: gettext_lazy("Retired"),
}
FILTERS = TEMPLATE_STATES | {"review": gettext_lazy("In review")}
_SHOWN_APART = 2
"""Parts that the page shows in another form: name, description."""


class Shown(NamedTuple):
    """A coupon with its state as a word and a colour."""

    view: CouponView
    state: str
    name: str
    colour: str


class Moment(NamedTuple):
    """A line of a coupon's history. `by` is who did it, `customer` whom it concerns."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    by: str = ""
    customer: int | None = None
    sale: Any = None


def shown(view: CouponView) -> Shown:
    """The coupon in the state it is in today."""
    state = state_of(view, timezone.localdate())
    return Shown(view, state, str(STATES[state]), COLOURS[state])


def state_of(view: CouponView, today: date) -> str:
    """One of `STATES`: what is stored, and what follows from the days."""
    if view.status is not CouponStatus.ACTIVE:
        return view.status.value
    if today < view.active_from:
        return "not_yet"
    return "expired" if view.expires_on is not None and today > view.expires_on else "active"


def on_its_page(view: CouponView, template: Template, places: Sequence[Where]) -> Shown:
    """A coupon as its own page shows it: one that is good and that nothing takes is told apart."""
    one = shown(view)
    if one.state == "active" and rules.why_not_there(template, places, None) is not None:
        return one._replace(name=_("No offer takes it"), colour="amber")
    return one


def origin(text: str) -> str:
    """What gave a coupon, in words."""
    head = text.partition(":")[0]
    return str(ORIGINS.get(head, head))


def taken_at(places: Sequence[Where]) -> str:
    """Where offers take a coupon now, in words: anywhere, at which stations, in which regions, with which legal entities."""
    if not places:
        return _("no offer takes it now")
    codes = {code for where in places for code in where.stations or ()}
    stations = organisation.station_facts(codes)
    said = []
    for where in places:
        named = [stations[code].name if code in stations else code for code in where.stations or ()]
        named += [*(where.regions or ()), *(where.payees or ())]
        if not named:
            return _("at every station")
        said.append(", ".join(named))
    return "; ".join(dict.fromkeys(said))


def handed_over_at(template: Template) -> str:
    """Which stations hand over what a template says."""
    if not template.stations:
        return _("at every station")
    stations = organisation.station_facts(template.stations)
    return ", ".join([stations[code].name if code in stations else code for code in template.stations])


def parts(template: Template) -> list[Part]:
    """What a template says, part by part; empty where it says nothing."""
    is_single = template.kind is CouponKind.SINGLE
    limit = _("Coupons in all") if is_single else _("Uses in all")
    automatic = _("without being presented") if template.is_automatic else _("when it is presented")
    return [
        Part(pgettext("coupons", "Name"), template.name),
        Part(_("Description"), template.description),
        Part(_("Kind"), str(KINDS[template.kind.value])),
        Part(_("Code"), template.generic_code),
        Part(_("Good for"), _validity(template)),
        Part(_("Uses of a coupon"), f"{template.uses:,}" if is_single else ""),
        Part(_("Uses of a customer"), _most(template.per_customer)),
        Part(limit, _most(template.limit)),
        Part(_("How it is used"), automatic if is_single else ""),
        Part(_("Can be given on"), (_("yes") if template.is_transferable else _("no")) if is_single else ""),
        Part(_("Handed over"), template.handover),
        Part(_("Who hands it over"), handed_over_at(template) if template.handover else ""),
        Part(_("Worth"), str(yuan(template.worth)) if template.worth else ""),
    ]


def differences(before: Template | None, after: Template) -> list[tuple[str, str, str]]:
    """What a template says otherwise: (what, before, after); all of it where there is none before."""
    return compared(parts(before) if before else [], parts(after))


def facts(template: Template, places: Sequence[Where]) -> list[tuple[str, str]]:
    """What a template says beside its name and description, and which offers take its coupons, as (what, how)."""
    said = [(part.title, part.text) for part in parts(template)[_SHOWN_APART:] if part.text]
    return [*said, (_("Offers take it"), taken_at(places))] if places or not template.handover else said


def _most(number: int) -> str:
    return f"{number:,}" if number else _("any number")


def _validity(template: Template) -> str:
    parts = []
    if template.delay_days:
        count = template.delay_days
        parts.append(ngettext("from %(count)s day later", "from %(count)s days later", count) % {"count": count})
    if template.valid_days:
        count = template.valid_days
        parts.append(ngettext("%(count)s day", "%(count)s days", count) % {"count": count})
    if template.valid_until:
        parts.append(_("until %(day)s") % {"day": day(template.valid_until)})
    return ", ".join(parts) or _("ever")


def history(
    view: CouponView, uses: list[UseView], steps: list[StepView], stations: dict[int, StationFacts]
) -> list[Moment]:
    """All that happened to a coupon, newest first."""
    given = origin(view.origin) if view.origin else (view.batch or "")
    told = [Moment(view.issued_at, "confirmation_number", _("Issued"), given, customer=view.issued_to)]
    if view.seen_at:
        told.append(Moment(view.seen_at, "visibility", _("Seen")))
    for use in uses:
        station = stations.get(use.station_id or 0)
        place = station.name if station else ""
        member = use.customer_id if use.customer_id > 0 else None
        title = _("Used in a sale") if use.sale_id else _("Handed over")
        told.append(Moment(use.used_at, "task_alt", title, place, customer=member, sale=use.sale_id))
        # who gave it back by hand says so in a step of the same moment
        by_hand = any(step.step is Step.RESTORED and _same(step.at, use.restored_at) for step in steps)
        if use.restored_at and not by_hand:
            told.append(Moment(use.restored_at, "undo", _("The use was given back"), sale=use.sale_id))
    told += [_step(step) for step in steps if step.step is not Step.RESTORED]
    told += [Moment(step.at, "edit_note", _("Given back by hand"), step.reason, who(step.actor))
             for step in steps if step.step is Step.RESTORED]  # fmt: skip
    noted = {step.step for step in steps}
    is_voided = view.status is CouponStatus.VOID or view.void_reason
    if view.voided_at and is_voided and Step.VOIDED not in noted:
        told.append(Moment(view.voided_at, "block", _("Voided"), _void_reason(view)))
    return sorted(told, key=lambda one: one.at, reverse=True)


def _same(at: datetime, other: datetime | None) -> bool:
    return other is not None and abs(at - other) < timedelta(seconds=1)


def _void_reason(view: CouponView) -> str:
    reasons = {
        "refund": _("the sale that gave it was refunded"),
        "retired": _("its template was retired"),
        "": view.batch or "",
    }
    return reasons.get(view.void_reason, view.void_reason)


def _step(step: StepView) -> Moment:
    if step.step is not Step.MOVED:
        title, icon = (_("Voided"), "block") if step.step is Step.VOIDED else (_("Made good again"), "restore")
        return Moment(step.at, icon, title, step.reason, who(step.actor))
    titles = {"claimed": _("Taken by its code"), "given": _("Given to another customer")}
    merged = _("customers were merged") if step.reason.startswith("merge") else _("a merge was undone")
    title = titles.get(step.reason, merged)
    return Moment(step.at, "swap_horiz", title[:1].upper() + title[1:], "", who(step.actor), customer=step.taker_id)
