"""The accounting policy for points: written with its reason, handed in, approved by a second person."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.accounts import permissions, queries, rules, services
from forecourt.accounts.models import POLICY_NAMES
from forecourt.accounts.values import STANDARD_ACCOUNTS, Account, Policy, PolicyState, PolicyView, Role
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens.liability import decimal_of
from forecourt.kernel import clock
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation

ROLES: Final = {
    Role.REVENUE: gettext_lazy("Revenue"),
    Role.CONTRACT_LIABILITY: gettext_lazy("Contract liability"),
    Role.MARKETING_EXPENSE: gettext_lazy("Marketing expense, for points given free"),
    Role.PROMOTION_LIABILITY: gettext_lazy("Provision for points given free"),
    Role.PROMOTION_RELEASE: gettext_lazy("Against the provision when they are redeemed"),
}
_EXAMPLE_NET: Final = Decimal(300)


@screen(permissions.EDIT)
def new_policy(request: HttpRequest) -> HttpResponse:
    """Write a new version, from the one in force."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        return act(
            request,
            reverse("admin:liability") + "#policies",
            lambda: services.draft_policy(actor, _posted(request), request.POST.get("reason", "")),
            _("Written down. Hand it in for approval when it is right."),
            _NAMES,
        )
    today = organisation.company_day()
    last = queries.last_close()
    first = max(
        clock.next_month(today) if last else today.replace(day=1),
        last.day + timedelta(days=1) if last else today.replace(day=1),
    )
    known = queries.policy_at(today)
    start = Policy(
        valid_from=first,
        point_value=known.point_value if known else loyalty.programme_at(clock.now()).point_value,
        redemption_percent=known.redemption_percent if known else Decimal(80),
        cohort_percents=known.cohort_percents if known else {},
        tax_percent=known.tax_percent if known else Decimal(13),
        accounts=known.accounts if known else dict(STANDARD_ACCOUNTS),
    )
    return _page(request, _("New accounting policy"), None, start, "")


@screen(permissions.VIEW)
def policy(request: HttpRequest, policy_id: int) -> HttpResponse:
    """A version: to write on while it is a draft, to read afterwards."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        return act(
            request,
            reverse("admin:liability_policy", args=[policy_id]),
            lambda: services.change_policy(actor, policy_id, _posted(request), request.POST.get("reason", "")),
            _("Saved."),
            _NAMES,
        )
    view = queries.policy(actor, policy_id)
    return _page(request, _("Accounting policy %(id)s") % {"id": policy_id}, view, view.policy, view.reason)


@screen(permissions.VIEW)
def decide(request: HttpRequest, policy_id: int) -> HttpResponse:
    """Hand in, approve, refuse or throw away."""
    actor = request.actor  # type: ignore[attr-defined]
    note = request.POST.get("note", "")
    here = reverse("admin:liability_policy", args=[policy_id])
    back = reverse("admin:liability") + "#policies"
    ways: dict[str, tuple[str, Any, str]] = {
        "submit": (here, lambda: services.submit_policy(actor, policy_id), _("Handed in for approval.")),
        "approve": (back, lambda: services.approve_policy(actor, policy_id, note), _("Approved.")),
        "refuse": (here, lambda: services.refuse_policy(actor, policy_id, note), _("Refused.")),
        "discard": (back, lambda: services.discard_policy(actor, policy_id), _("Thrown away.")),
    }
    to, command, done = ways.get(request.POST.get("do", ""), ways["submit"])
    return act(request, to, command, done)


_NAMES: Final = {
    "cohort_percents": "cohorts",
    **{f"accounts.{role.value}": f"code_{role.value}" for role in Role},
}


def _page(request: HttpRequest, title: str, view: PolicyView | None, one: Policy, reason: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    is_open = view is None or view.state is PolicyState.DRAFT
    digits = organisation.company().digits
    points = 300
    deferred = rules.deferred(_EXAMPLE_NET, points, one, one.redemption_percent, digits)
    return show(
        request,
        "policy",
        title,
        view=view,
        policy=one,
        reason=reason,
        state=dict(POLICY_NAMES).get(view.state.value) if view else "",
        cohorts="\n".join(f"{month} {percent.normalize():f}" for month, percent in sorted(one.cohort_percents.items())),
        accounts=[(role.value, name, one.account(role)) for role, name in ROLES.items()],
        example={"net": _EXAMPLE_NET, "points": points, "deferred": deferred},
        breakage=100 - one.redemption_percent,
        may_edit=is_open and actor.may(permissions.EDIT),
        may_decide=view is not None and view.state is PolicyState.REVIEW and actor.may(permissions.APPROVE),
        is_own=view is not None and view.submitted_by == actor.label and not organisation.company().solo_approval,
    )


def _posted(request: HttpRequest) -> Policy:
    form = request.POST
    today = clock.now().date()
    cohorts: dict[str, Decimal] = {}
    for line in form.get("cohorts", "").splitlines():
        month, _blank, percent = line.strip().partition(" ")
        if month:
            cohorts[month] = decimal_of(percent.strip().removesuffix("%"))
    return Policy(
        valid_from=paging.day_of(form.get("valid_from", ""), today),
        point_value=decimal_of(form.get("point_value", "")),
        redemption_percent=decimal_of(form.get("redemption_percent", "")),
        cohort_percents=cohorts,
        tax_percent=decimal_of(form.get("tax_percent", "") or "0"),
        accounts={
            role: Account(
                code=form.get(f"code_{role.value}", "").strip()[:20],
                name=form.get(f"name_{role.value}", "").strip()[:60],
            )
            for role in Role
        },
    )
