"""The programme: what members earn, the tiers, what was published, and what a fill would earn."""

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.values import Kind, ProductFacts, Unit
from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.queries import reference
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.kernel import clock
from forecourt.loyalty import permissions, queries, rules, services
from forecourt.loyalty.values import EarnRate, Programme


@screen(permissions.VIEW_PROGRAMME)
def programme(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    draft, active = queries.draft(), queries.programme_at(clock.now())
    trial = _trial(request)
    return show(
        request,
        "programme",
        _("Programme"),
        active=active,
        draft=draft,
        changes=_changes(active, draft),
        versions=queries.published(),
        trial=trial,
        earned=_earned(active, draft, trial),
        grades=reference.grades(),
        may_edit=actor.may(permissions.EDIT_PROGRAMME),
    )


@screen(permissions.EDIT_PROGRAMME)
def publish(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:programme"),
        lambda: services.publish_programme(actor),
        _("Published. It holds for sales from now on."),
    )


def _changes(active: Programme, draft: Programme) -> list[tuple[str, str, str]]:
    """What publishing would change: (what, before, after), "" where there was or will be nothing."""
    found: list[tuple[str, str, str]] = []
    basis = lambda one: str(words.BASIS.get(one.tier_basis, ""))  # noqa: E731
    plain = [
        (_("Name"), active.name, draft.name),
        (_("Tiers count"), basis(active) if active.version else "", basis(draft)),
        (_("Over so many days"), str(active.tier_window_days), str(draft.tier_window_days)),
        (_("Points live so many months"), str(active.points_life_months), str(draft.points_life_months)),
        (_("When points are owed"), _negative(active), _negative(draft)),
    ]
    found += [line for line in plain if line[1] != line[2]]
    found += _difference(
        _("Tier"),
        {tier.code: f"{tier.name} ≥ {tier.threshold:,.0f} × {tier.multiplier_percent}%" for tier in active.tiers},
        {tier.code: f"{tier.name} ≥ {tier.threshold:,.0f} × {tier.multiplier_percent}%" for tier in draft.tiers},
    )
    return found + _difference(
        _("Earn rate"),
        {rate.code: rate_in_words(rate) for rate in active.rates},
        {rate.code: rate_in_words(rate) for rate in draft.rates},
    )


def _negative(one: Programme) -> str:
    return str(words.NEGATIVE.get(one.negative_balance, ""))


def _difference(what: str, before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, str]]:
    return [
        (f"{what} {code}", before.get(code, ""), after.get(code, ""))
        for code in sorted(before.keys() | after.keys())
        if before.get(code) != after.get(code)
    ]


def rate_in_words(rate: EarnRate) -> str:
    """What earns how much, and where."""
    parts = [f"{rate.points.normalize():f}", str(words.PER[rate.per])]
    narrowed = [
        str(words.PRODUCT_KIND.get(rate.kind, rate.kind)),
        str(words.FAMILY.get(rate.family, rate.family)),
        rate.category,
        rate.product,
        ", ".join(rate.stations),
        str(words.TENDER.get(rate.tender, rate.tender)),
    ]
    return " ".join(parts) + " · " + (" · ".join(part for part in narrowed if part) or _("everything"))


def _trial(request: HttpRequest) -> dict[str, Any]:
    """The basket to try: so much of a grade at its price, and so much from the shop."""
    return {
        "grade": request.GET.get("grade", "95"),
        "volume": _decimal(request.GET.get("volume", "40"), Decimal(40)),
        "shop": _decimal(request.GET.get("shop", "20"), Decimal(20)),
    }


def _decimal(text: str, otherwise: Decimal) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return otherwise
    return value if 0 <= value < 100_000 else otherwise


def _earned(active: Programme, draft: Programme, trial: dict[str, Any]) -> list[dict[str, Any]]:
    """What the basket earns at each tier, in force and as edited."""
    fuel = catalogue.products_by_code([trial["grade"]]).get(trial["grade"])
    lines = [_Line(_goods(), Decimal(1), trial["shop"], Decimal(0))]
    if fuel is not None:
        price = reference.usual_price(fuel.id) or Decimal(0)
        lines.insert(0, _Line(fuel, trial["volume"], trial["volume"] * price, Decimal(0)))
    tiers: dict[str, dict[str, Any]] = {}
    for name, one in (("active", active), ("draft", draft)):
        rates = rules.Rates(one.rates)
        for tier in one.tiers:
            earned = rules.points_earned(
                lines, rates, station="", tender="", multiplier_percent=tier.multiplier_percent
            )
            tiers.setdefault(tier.code, {"name": tier.name})[name] = earned.points
    return list(tiers.values())


class _Line(NamedTuple):
    """A line of the basket to try."""

    product: ProductFacts
    quantity: Decimal
    amount: Decimal
    discount: Decimal


def _goods() -> ProductFacts:
    return ProductFacts(id=0, code="", name="", kind=Kind.GOODS, unit=Unit.PIECE)
