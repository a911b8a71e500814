"""Stock: pieces that arrive, and what was counted."""

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotAllowed
from forecourt.rewards import permissions, queries, records
from forecourt.rewards.services.subjects import place_of
from forecourt.rewards.values import KnownReward, Movement, StockKind

MOST_PIECES = 10_000_000


@transaction.atomic(durable=True)
def add_stock(actor: Actor, code: str, pieces: int, reason: str, station: str | None = None) -> int:
    """Add so many pieces to a reward's stock (negative: take some away); returns what is left then.

    `station` is a code where the reward is kept at stations, nothing where there is one stock for all.
    """
    actor.require(permissions.KEEP_STOCK)
    if pieces == 0 or abs(pieces) > MOST_PIECES:
        raise Invalid.field(
            "pieces",
            _("%(pieces)s must be other than 0 and at most %(most)s either way")
            % {"pieces": pieces, "most": MOST_PIECES},
        )
    return _change(actor, code, Movement.ADDED, pieces, reason, station)


@transaction.atomic(durable=True)
def count_stock(actor: Actor, code: str, pieces: int, reason: str, station: str | None = None) -> int:
    """Set a reward's stock to what was counted, without the pieces that open redemptions have taken; returns it."""
    actor.require(permissions.KEEP_STOCK)
    if not 0 <= pieces <= MOST_PIECES:
        raise Invalid.field("pieces", _("%(pieces)s must be 0 to %(most)s") % {"pieces": pieces, "most": MOST_PIECES})
    return _change(actor, code, Movement.COUNTED, pieces, reason, station)


def _change(actor: Actor, code: str, kind: Movement, pieces: int, reason: str, station: str | None) -> int:
    if not reason.strip():
        raise Invalid.field("reason", _("is empty; say why, it stands beside the movement"))
    known = queries.by_code(code)
    station_id = _place(actor, known, station)
    before, after = records.change_stock(known.id, station_id, kind, pieces, clock.now(), actor.label, reason.strip())
    if after < 0:
        raise Invalid.field("pieces", _("only %(left)s are left; take away at most those") % {"left": before})
    audit.record(
        actor,
        f"reward.stock_{kind.value}",
        f"reward:{code}",
        station_id=station_id or None,
        reason=reason.strip(),
        detail={"pieces": pieces, "before": before, "after": after},
    )
    return after


def _place(actor: Actor, known: KnownReward, station: str | None) -> int:
    """The id of the station whose stock is meant, 0 for the common one."""
    match known.reward.stock:
        case StockKind.ANY:
            raise Invalid.field(
                "reward", _("%(code)s has no stock: any number can be had") % {"code": known.reward.code}
            )
        case StockKind.COMMON:
            if station:
                raise Invalid.field("station", _("has no stock of its own; leave it out, the stock is one for all"))
            if actor.stations is not None:
                raise NotAllowed(_("The stock for all stations is kept by those who see all stations."))
            return 0
        case StockKind.STATIONS:
            if not station:
                raise Invalid.field("station", _("is missing; say whose stock it is"))
            place = place_of(actor, station)
            return place.id if place else 0
