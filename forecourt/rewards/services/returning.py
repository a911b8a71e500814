"""Taking a redemption back: points, piece and coupon return, in one transaction."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.coupons import records as coupons
from forecourt.coupons.events import CouponVoided
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import records as ledger
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions, queries, records
from forecourt.rewards.events import RewardCancelled
from forecourt.rewards.services.subjects import spent_on
from forecourt.rewards.values import Redemption, RedemptionState


@transaction.atomic(durable=True)
def cancel_redemption(actor: Actor, redemption_id: UUID, reason: str) -> Redemption:
    """Take a redemption back: the points return to their lots, the piece to its stock, and an unused coupon is void.

    What was handed over wants the permission to take it back. Conflict when its coupon was used or it has ended already.
    """
    actor.require(permissions.CANCEL)
    if not reason.strip():
        raise Invalid.field("reason", _("is empty; say why, it stands in the ledger and in the audit trail"))
    known = queries.redemption(actor, redemption_id)
    _require_place(actor, known)
    wanted = spent_on(known, reason.strip(), actor)
    ledger.lock_sharing([known.customer_id], [wanted])
    records.lock([redemption_id])
    redemption = queries.redemption(actor, redemption_id)
    _check(actor, redemption)
    voided = _void_coupon(redemption, reason.strip())
    entries = ledger.give_back_all([wanted])
    now = clock.now()
    records.close(
        [redemption_id],
        RedemptionState.CANCELLED,
        now,
        organisation.company_day(),
        actor.label,
        reason=reason.strip(),
        returned=[redemption_id],
    )
    cancelled = RewardCancelled(
        customer_id=redemption.customer_id,
        occurred_at=now,
        redemption_id=redemption_id,
        reward=redemption.reward,
        reward_name=redemption.reward_name,
        points=redemption.points,
        station_id=redemption.station_id,
        reason=reason.strip(),
    )
    publish([*loyalty_events.moved(entries), *voided, cancelled])
    audit.record(
        actor,
        "reward.cancel",
        f"redemption:{redemption_id}",
        customer_id=redemption.customer_id,
        station_id=redemption.station_id,
        reason=reason.strip(),
        detail={"reward": redemption.reward, "points": redemption.points},
    )
    if redemption.stock_station_id is not None:
        piece = records.Piece(queries.by_code(redemption.reward).id, redemption.stock_station_id, redemption_id)
        records.put_back([piece], now, actor.label, reason.strip())
    return queries.redemption(actor, redemption_id)


def _require_place(actor: Actor, redemption: Redemption) -> None:
    """Whoever is bound to stations takes back only what was redeemed or collected there."""
    if actor.stations is None:
        return
    here = redemption.collected_station_id or redemption.station_id
    actor.require_station(here or 0)


def _check(actor: Actor, redemption: Redemption) -> None:
    match redemption.state:
        case RedemptionState.CANCELLED:
            raise Conflict(_("This redemption was cancelled already."))
        case RedemptionState.EXPIRED:
            raise Conflict(_("This redemption expired; there is nothing left to cancel."))
        case RedemptionState.COLLECTED if not redemption.coupon_id:
            actor.require(permissions.TAKE_BACK)


def _void_coupon(redemption: Redemption, reason: str) -> list[CouponVoided]:
    if redemption.coupon_id is None:
        return []
    taken = coupons.void_issued_by([f"redemption:{redemption.id}"], reason)
    if taken.used:
        raise Conflict(
            _(
                "The coupon %(code)s was used, or is held for a sale under way; refund the sale it was used in, or wait "
                "until it is free."
            )
            % {"code": redemption.coupon}
        )
    return taken.voided
