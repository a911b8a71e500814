"""The customer page's tab of household, referrals and events, and what its forms do."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.customers import permissions as customer_permissions
from forecourt.customers import queries as customers
from forecourt.customers import services as customer_services
from forecourt.customers.values import CustomerCard
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries.programme import coupon_names
from forecourt.faces.backoffice.screen import act, screen
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid
from forecourt.occasions import permissions, queries, services
from forecourt.occasions.values import SignUpState

AHEAD = 20


def tab(actor: Actor) -> list[tuple[str, str]]:
    """The tab, for who may see it."""
    return [("occasions", _("Household and events"))] if actor.may(permissions.VIEW) else []


def of_customer(actor: Actor, card: CustomerCard, family: list[int]) -> dict[str, Any]:
    actor.require(permissions.VIEW)
    brought_by, brought = queries.referrals_of(family)
    sign_ups, gifts = queries.sign_ups_of(family, 50), queries.gifts_of(family)
    signed = {one.event_id for one in sign_ups if one.state is not SignUpState.CANCELLED}
    ahead = queries.member_events(states=["open"], station_ids=actor.stations, is_ahead=True, limit=AHEAD)
    return {
        "code": services.referral_code(actor, card.id),
        "brought_by": brought_by,
        "brought": brought,
        "sign_ups": sign_ups,
        "ahead": sorted((event for event in ahead if event.id not in signed), key=lambda event: event.starts_at),
        "event_coupons": coupon_names({event.template for event in ahead if event.template}),
        "gifts": gifts,
        "gift_coupons": coupon_names({gift.template for gift in gifts if gift.template}),
        "may_refer": actor.may(permissions.REFER),
        "may_sign_up": actor.may(permissions.SIGN_UP),
    }


def check_code(code: str) -> None:
    """Invalid when a referral code, if one is given, is nobody's."""
    if code and queries.owner_of_code(code) is None:
        raise Invalid.field("referred_by", _("is nobody's referral code; check it, or leave it out"))


def _back(customer_id: int) -> str:
    return reverse("admin:customer", args=[customer_id]) + "?tab=occasions"


@screen(customer_permissions.EDIT)
def household(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Make, join, leave, rename or dissolve the household of the customer."""
    actor = request.actor  # type: ignore[attr-defined]
    given, to = request.POST, _back(customer_id)
    held = customers.customer_card(customer_id).household
    number = held.id if held else 0

    def make() -> None:
        others = [found_member(actor, given["who"])] if given.get("who", "").strip() else []
        customer_services.make_household(actor, given.get("name", ""), [customer_id, *others])

    commands = {
        "make": make,
        "add": lambda: customer_services.add_to_household(actor, number, [found_member(actor, given.get("who", ""))]),
        "remove": lambda: customer_services.remove_from_household(
            actor, number, paging.number(given.get("member")) or 0
        ),
        "rename": lambda: customer_services.rename_household(actor, number, given.get("name", "")),
        "dissolve": lambda: customer_services.dissolve_household(actor, number),
    }
    return act(request, to, commands.get(given.get("do", ""), make), _("Saved."), {"members": "who"})


@screen(permissions.REFER)
def referral(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    code = request.POST.get("code", "")
    return act(request, _back(customer_id), lambda: services.make_referral(actor, customer_id, code), _("Saved."))


@screen(permissions.SIGN_UP)
def sign_up(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    event_id = paging.number(request.POST.get("event")) or 0
    return act(request, _back(customer_id), lambda: services.sign_up(actor, event_id, customer_id), _("Signed up."))


def found_member(actor: Actor, text: str) -> int:
    """The one member that a phone, plate, card, number or name leads to; Invalid when there are none or several."""
    said = text.strip()
    if not said:
        raise Invalid.field("who", _("is empty; give a phone, plate, card or number"))
    found = customers.search(actor, f"#{said}" if said.isdigit() and len(said) < 7 else said, limit=2).items
    if not found:
        raise Invalid.field("who", _("nobody is found by that; enrol the member first"))
    if len(found) > 1:
        raise Invalid.field("who", _("several members are found by that; give the whole phone, plate or card"))
    return found[0].id
