"""Redeeming: points become a reward, in one transaction with its stock and its coupon."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.coupons import records as coupons
from forecourt.coupons.events import CouponIssued
from forecourt.coupons.values import Coupon, NewCoupon
from forecourt.customers import queries as customers
from forecourt.kernel import audit, clock, ids
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Invalid, NotSignedIn
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as ledger
from forecourt.loyalty.values import PointsEntry, Spending
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts
from forecourt.rewards import permissions, queries, records, rules
from forecourt.rewards.events import RewardRedeemed
from forecourt.rewards.services.subjects import locked, place_of
from forecourt.rewards.values import (
    Asking,
    IdentifiedBy,
    KnownReward,
    Redemption,
    RedemptionState,
    Refusal,
    StockKind,
    Taken,
)


@transaction.atomic(durable=True)
def redeem_reward(
    actor: Actor,
    customer_id: int,
    code: str,
    station: str | None = None,
    *,
    identified_by: IdentifiedBy = IdentifiedBy.ID,
    supervisor: str = "",
) -> Redemption:
    """Spend a customer's points on a reward; returns the redemption with the code it is collected with.

    `station` is the code of where this happens, or where it will be collected. `supervisor` is the sign-in name of who
    vouches for a customer that could name no more than a telephone number. Conflict, saying why, when it cannot be had.
    """
    actor.require(permissions.REDEEM)
    place = place_of(actor, station)
    known = queries.by_code(code)
    vouched_by = _vouching(supervisor, place)
    customer = locked(customer_id)
    asking = Asking(
        today=organisation.company_day(),
        tier=loyalty.balance(customer.customer_id).tier,
        spendable=queries.spendable(customer.customer_id),
        station=place.code if place else "",
        left=queries.left([known], place.id if place else 0)[known.id],
        taken=queries.taken(customers.family_ids(customer.customer_id), known.id).get(known.id, Taken()),
        is_blocked=customer.is_blocked,
        identified_by=identified_by,
        is_vouched=bool(vouched_by),
    )
    for refusal in rules.refusals(known.reward, known.state, asking):
        raise rules.refuse(refusal, known.reward, asking)
    redemption, entries = _spent(actor, known, asking, customer.customer_id, place)
    redemption, coupon = _with_coupon(redemption, known)
    records.insert([(known.id, vouched_by, redemption)])
    _tell(actor, redemption, entries, coupon, vouched_by)
    _take_piece(redemption, known, asking)
    return redemption


def _vouching(supervisor: str, place: StationFacts | None) -> str:
    """How the ledger names who vouches for the customer, "" for nobody; Invalid when that person may not."""
    if not supervisor.strip():
        return ""
    try:
        staff_id = organisation.staff_id(supervisor)
        who = organisation.actor_for_staff(staff_id) if staff_id is not None else None
    except (Invalid, NotSignedIn):
        who = None
    if who is None:
        raise Invalid.field("supervisor", _("%(name)s is nobody's sign-in name here") % {"name": supervisor})
    if not who.may(permissions.VOUCH) or (place is not None and not who.may_at(place.id)):
        raise Invalid.field(
            "supervisor",
            _("%(name)s may not vouch for customers here; ask the station's manager") % {"name": supervisor},
        )
    return who.label


def _spent(
    actor: Actor, known: KnownReward, asking: Asking, customer_id: int, place: StationFacts | None
) -> tuple[Redemption, list[PointsEntry]]:
    """Take the points, from whose ledgers the programme says."""
    reward, now, redemption_id = known.reward, clock.now(), ids.uuid7()
    spending = Spending(
        customer_id=customer_id,
        points=reward.points,
        origin=f"redemption:{redemption_id}",
        reason=reward.name,
        actor=actor.label,
    )
    (spent,), entries = ledger.spend([spending])
    if not spent.is_paid:
        raise rules.refuse(Refusal.POINTS, reward, replace(asking, spendable=spent.available))
    redemption = Redemption(
        id=redemption_id,
        code=_free_code(),
        reward=reward.code,
        reward_name=reward.name,
        kind=reward.kind,
        customer_id=customer_id,
        redeemed_for=customer_id,
        points=reward.points,
        money=reward.money,
        cost=reward.cost,
        shares=rules.funded_by(reward),
        state=RedemptionState.OPEN,
        redeemed_at=now,
        redeemed_on=asking.today,
        redeemed_by=actor.label,
        station_id=place.id if place else None,
        identified_by=asking.identified_by,
        expires_on=rules.expires_on(reward, asking.today),
        on_expiry=reward.on_expiry,
        stock_station_id=_stock_of(known, place),
    )
    return redemption, entries


def _free_code() -> str:
    """A code that no redemption bears."""
    while queries.is_code_taken(code := rules.new_code()):
        pass
    return code


def _stock_of(known: KnownReward, place: StationFacts | None) -> int | None:
    """Whose stock a piece comes from: a station's, the common one (0), or none where any number can be had."""
    if known.reward.stock is StockKind.ANY:
        return None
    return place.id if known.reward.stock is StockKind.STATIONS and place else 0


def _with_coupon(redemption: Redemption, known: KnownReward) -> tuple[Redemption, Coupon | None]:
    """Issue the coupon of a fuel discount or coupon, which is all there is to collect."""
    if not rules.is_coupon(known.reward):
        return redemption, None
    (coupon,) = coupons.issue(
        [
            NewCoupon(
                template=known.reward.template,
                customer_id=redemption.customer_id,
                origin=f"redemption:{redemption.id}",
                occurred_at=redemption.redeemed_at,
            )
        ]
    )
    collected = replace(
        redemption,
        state=RedemptionState.COLLECTED,
        coupon_id=coupon.id,
        coupon=coupon.code,
        coupon_expires_on=coupon.expires_on,
        closed_at=redemption.redeemed_at,
        closed_by=redemption.redeemed_by,
        collected_station_id=redemption.station_id,
    )
    return collected, coupon


def _tell(
    actor: Actor, redemption: Redemption, entries: Sequence[PointsEntry], coupon: Coupon | None, vouched_by: str
) -> None:
    redeemed = RewardRedeemed(
        customer_id=redemption.customer_id,
        occurred_at=redemption.redeemed_at,
        redemption_id=redemption.id,
        reward=redemption.reward,
        reward_name=redemption.reward_name,
        kind=redemption.kind.value,
        points=redemption.points,
        money=redemption.money,
        station_id=redemption.station_id,
        expires_on=redemption.expires_on,
    )
    issued = [
        CouponIssued(
            customer_id=redemption.customer_id,
            occurred_at=redemption.redeemed_at,
            coupon_id=one.id,
            template=one.template,
            origin=f"redemption:{redemption.id}",
        )
        for one in (coupon,)
        if one
    ]
    publish([*loyalty_events.moved(entries), redeemed, *issued])
    audit.record(
        actor,
        "reward.redeem",
        f"redemption:{redemption.id}",
        customer_id=redemption.customer_id,
        station_id=redemption.station_id,
        detail={
            "reward": redemption.reward,
            "points": redemption.points,
            "identified_by": redemption.identified_by.value,
            "vouched_by": vouched_by,
        },
    )


def _take_piece(redemption: Redemption, known: KnownReward, asking: Asking) -> None:
    """Take the piece, last of all: its row is locked until the commit, and others wait for it."""
    if redemption.stock_station_id is None:
        return
    piece = records.Piece(known.id, redemption.stock_station_id, redemption.id)
    if not records.take(piece, redemption.redeemed_at, redemption.redeemed_by):
        raise rules.refuse(Refusal.STOCK, known.reward, asking)
