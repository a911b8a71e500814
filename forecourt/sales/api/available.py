"""The offers there are for somebody at a station, before anything is bought."""

from datetime import date, datetime
from typing import Annotated

from msgspec.structs import replace
from ninja import Query, Router, Schema
from pydantic import Field

from forecourt.kernel import clock
from forecourt.kernel.languages import in_languages
from forecourt.kernel.schemas import Code, Id, Instant, KeyedRequest, Limit, needs
from forecourt.loyalty import queries as loyalty
from forecourt.offers.rules import language
from forecourt.organisation import queries as organisation
from forecourt.sales import services, words
from forecourt.sales.services import Available

router = Router()


class AvailableFilter(Schema):
    """Where, for whom and when; at most so many offers."""

    station: Annotated[Code, Field(description="The station's code.")]
    customer: Annotated[Id | None, Field(description="The member's id; nobody known unless given.")] = None
    at: Annotated[Instant | None, Field(description="The moment; now unless given.")] = None
    limit: Limit = 50


class HeldOut(Schema):
    """Coupons of a template that the member could use and the offer takes; `until` is the first day one of them ends on."""

    template: str
    count: int
    until: date | None


class AvailableOut(Schema):
    """An offer, in words by language ("en", "zh-Hans"), but for who pays for it. `text` is what the app says about it.

    `is_open`: whatever is not decided by the basket, the payment and which of their coupons they use holds now. Else `missing`
    says by language what does not: another time, visits more, a coupon, a budget used up. `until` is when it ends, null where
    that is not known.
    """

    code: str
    name: str
    text: str
    words: dict[str, str]
    until: datetime | None
    is_open: bool
    missing: dict[str, list[str]]
    coupons: list[HeldOut]


class AvailableList(Schema):
    """Offers, those that are open first, then by code; `more` is how many there are beside them."""

    items: list[AvailableOut]
    more: int


@router.get(
    "/offers/for",
    response=AvailableList,
    operation_id="offers_for",
    summary="The offers there are for a member, or anybody, at a station",
    openapi_extra=needs("sales:read"),
)
def offers_for(request: KeyedRequest, wanted: Query[AvailableFilter]) -> AvailableList:
    """What an app or a customer's display shows before anything is bought.

    Left out are offers of other places and those for people by a mark that the member does not have; a stranger is told
    of those that ask for no member.
    """
    found = services.available_offers(request.actor, wanted.station, wanted.customer, wanted.at)
    found.sort(key=lambda one: bool(one.missing))
    names = words.names_of(organisation.company(), loyalty.programme_at(wanted.at or clock.now()))
    items = [_out(one, names) for one in found[: wanted.limit]]
    return AvailableList(items=items, more=len(found) - len(items))


def _out(one: Available, names: words.CompanyNames) -> AvailableOut:
    offer = one.live.offer
    return AvailableOut(
        code=offer.code,
        name=offer.name,
        text=offer.text,
        words=in_languages(lambda: language.words(replace(offer, funding=()), names)),
        until=one.until,
        is_open=not one.missing,
        missing=in_languages(lambda: [language.missing(miss.condition, miss.values, names) for miss in one.missing]),
        coupons=[HeldOut(template=held.template, count=held.number, until=held.until) for held in one.coupons],
    )
