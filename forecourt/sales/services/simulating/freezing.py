"""The rules that a simulation is asked for, kept as they read then: drafts are edited while it waits and after it is read."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.kernel.problems import Invalid
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.values import Programme
from forecourt.offers import queries as offers
from forecourt.offers.rules import flooring
from forecourt.organisation import queries as organisation
from forecourt.sales.values import Frozen, FrozenOffer, SimulationAsked

_encoder: Final = msgspec.json.Encoder(decimal_format="string")


def freeze(asked: SimulationAsked) -> Frozen:
    """The drafts and what is in review, as they read now. Invalid where there is none, or one is asked for twice."""
    drafts, reviews = offers.drafts(asked.offers), offers.in_review(asked.reviewed)
    _require("offers", asked.offers, drafts, _("%(code)r is not an offer; give the code of one"))
    _require("reviewed", asked.reviewed, reviews, _("%(code)r is not in review; give the code of an offer that is"))
    _require(
        "without", asked.without, offers.drafts(asked.without), _("%(code)r is not an offer; give the code of one")
    )
    for code in asked.offers:
        if code in reviews:
            text = _("%(code)r is simulated as it was handed in already; leave it out of one of both")
            raise Invalid.field("offers", text % {"code": code})
    _check_floors(asked)
    return Frozen(
        offers=(
            *(FrozenOffer(id=id, offer=offer) for id, offer in drafts.values()),
            *(FrozenOffer(id=id, offer=offer, is_reviewed=True) for id, offer in reviews.values()),
        ),
        programme=_programme(asked),
    )


def _require(field: str, codes: tuple[str, ...], found: Mapping[str, Any], text: str) -> None:
    missing = sorted(set(codes) - found.keys())
    if missing:
        raise Invalid.field(field, text % {"code": missing[0]})


def _programme(asked: SimulationAsked) -> Programme | None:
    if asked.programme == "current":
        return None
    if asked.programme == "draft":
        return loyalty.draft()
    review = loyalty.open_review()
    if review is None:
        raise Invalid.field("programme", _("no programme is in review; hand the draft in, or simulate the draft"))
    return review.programme


def _check_floors(asked: SimulationAsked) -> None:
    flooring.checked(asked.floors)
    products = catalogue.products_by_code({floor.product for floor in asked.floors})
    stations = organisation.station_facts([floor.station for floor in asked.floors if floor.station])
    for number, floor in enumerate(asked.floors):
        if floor.product not in products:
            text = _("%(code)r is not a product; give its code")
            raise Invalid.field(f"floors.{number}.product", text % {"code": floor.product})
        if floor.station and floor.station not in stations:
            text = _("%(code)r is not a station; give its code")
            raise Invalid.field(f"floors.{number}.station", text % {"code": floor.station})


def stored(frozen: Frozen) -> Any:
    """As a JSON column takes it."""
    return msgspec.json.decode(_encoder.encode(frozen))
