"""Handing over what was redeemed."""

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts
from forecourt.rewards import permissions, queries, records
from forecourt.rewards.events import RewardCollected
from forecourt.rewards.services.subjects import place_of
from forecourt.rewards.values import Redemption, RedemptionState


@transaction.atomic(durable=True)
def collect_redemption(actor: Actor, code: str, station: str | None = None) -> Redemption:
    """Note that goods or a service were handed over for this code, at a station; once only.

    Conflict when it was collected, cancelled or is past its last day, or is kept at another station.
    """
    actor.require(permissions.COLLECT)
    place = place_of(actor, station)
    redemption_id = queries.redemption_by_code(actor, code).id
    records.lock([redemption_id])
    redemption = queries.redemption(actor, redemption_id)
    _check(redemption, place)
    now = clock.now()
    records.close(
        [redemption.id],
        RedemptionState.COLLECTED,
        now,
        organisation.company_day(),
        actor.label,
        station_id=place.id if place else None,
    )
    publish(
        [
            RewardCollected(
                customer_id=redemption.customer_id,
                occurred_at=now,
                redemption_id=redemption.id,
                reward=redemption.reward,
                reward_name=redemption.reward_name,
                station_id=place.id if place else None,
            )
        ]
    )
    audit.record(
        actor,
        "reward.collect",
        f"redemption:{redemption.id}",
        customer_id=redemption.customer_id,
        station_id=place.id if place else None,
        detail={"reward": redemption.reward},
    )
    return queries.redemption(actor, redemption_id)


def _check(redemption: Redemption, place: StationFacts | None) -> None:
    """Refuse what cannot be handed over here and now, saying what became of it."""
    names = {
        "name": redemption.reward_name,
        "on": redemption.closed_at and organisation.company_day(redemption.closed_at),
    }
    match redemption.state:
        case RedemptionState.COLLECTED if redemption.coupon:
            raise Conflict(_("%(name)s is a coupon; use the coupon's own code at the till.") % names)
        case RedemptionState.COLLECTED:
            raise Conflict(_("%(name)s was collected already, on %(on)s. Do not hand it over again.") % names)
        case RedemptionState.CANCELLED:
            raise Conflict(_("This redemption of %(name)s was cancelled on %(on)s and the points given back.") % names)
        case RedemptionState.EXPIRED:
            raise Conflict(_("This redemption of %(name)s expired; redeem it again.") % names)
    if redemption.expires_on is not None and redemption.expires_on < organisation.company_day():
        raise Conflict(
            _("This redemption of %(name)s was good until %(last)s; redeem it again.")
            % {**names, "last": redemption.expires_on}
        )
    _check_place(redemption, place)


def _check_place(redemption: Redemption, place: StationFacts | None) -> None:
    where = queries.by_code(redemption.reward).reward.stations
    if redemption.stock_station_id and (place is None or place.id != redemption.stock_station_id):
        kept = organisation.stations_by_id([redemption.stock_station_id])[redemption.stock_station_id]
        raise Invalid.field(
            "station", _("%(name)s is kept at %(station)s; hand it over there") % _named(redemption, kept.code)
        )
    if where and (place is None or place.code not in where):
        raise Invalid.field(
            "station",
            _("%(name)s is handed over at %(station)s only") % _named(redemption, ", ".join(where[:10])),
        )


def _named(redemption: Redemption, station: str) -> dict[str, str]:
    return {"name": redemption.reward_name, "station": station}
