"""Points that an app or another system spends for a member, and gives back."""

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import queries as customer_queries
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.loyalty import events, permissions, queries, records, rules
from forecourt.loyalty.services.refusing import require_free
from forecourt.loyalty.values import PointsSummary, Return, Spending

MOST_POINTS = 10_000_000


@transaction.atomic(durable=True)
def spend_points(actor: Actor, customer_id: int, points: int, origin: str, reason: str = "") -> PointsSummary:
    """Spend a member's points for something named `origin`, all or nothing; returns what the member has then.

    The same origin is spent once: asked again with as many points it answers as if it were done now. Invalid when they are
    below the programme's minimum or not in its steps. Conflict when
    there are too few, when other points were spent for it, when they were given back, or when the member is blocked.
    """
    actor.require(permissions.SPEND_POINTS)
    if not 1 <= points <= MOST_POINTS:
        raise Invalid.field(
            "points", _("%(points)s is out of range; give 1 to %(most)s") % {"points": points, "most": MOST_POINTS}
        )
    name = _name(actor, origin)
    customer_id = _locked(customer_id)
    wanted = Return(customer_id=customer_id, origin=name, reason=reason, actor=actor.label)
    spent = sum(owed.points for owed in queries.spent_for([wanted]))
    if not spent and queries.was_spent(customer_id, name):
        raise Conflict(_("Points for %(origin)r were given back already; name another origin.") % {"origin": origin})
    if spent and spent != points:
        raise Conflict(
            _("%(spent)s points were spent for %(origin)r already; name another origin.")
            % {"spent": spent, "origin": origin}
        )
    if not spent:
        require_free(customer_id)
        if said := rules.misfit(points, queries.programme_at(clock.now())):
            raise Invalid.field("points", said)
        spending = Spending(
            customer_id=customer_id, points=points, origin=name, reason=reason.strip(), actor=actor.label
        )
        (answer,), entries = records.spend([spending])
        if not answer.is_paid:
            raise Conflict(
                _("%(points)s points were asked for and %(available)s can be spent; ask for fewer.")
                % {"points": points, "available": answer.available}
            )
        publish(events.moved(entries))
        detail = {"points": points, "origin": name}
        _audit(actor, "points.spend", customer_id, reason, detail)
    return queries.household_points(customer_id)


@transaction.atomic(durable=True)
def return_points(actor: Actor, customer_id: int, origin: str, reason: str = "") -> PointsSummary:
    """Give back what was spent for `origin`, everybody's who paid; returns what the member has then.

    Asked again it changes nothing more. NotFound when nothing was ever spent for it.
    """
    actor.require(permissions.SPEND_POINTS)
    name = _name(actor, origin)
    customer_id = _locked(customer_id, name)
    wanted = Return(customer_id=customer_id, origin=name, reason=reason.strip(), actor=actor.label)
    entries = records.give_back_all([wanted])
    if entries:
        publish(events.moved(entries))
        _audit(actor, "points.return", customer_id, reason, {"origin": name})
    elif not queries.was_spent(customer_id, name):
        raise NotFound(
            _("No points were spent for %(origin)r by customer %(id)s.") % {"origin": origin, "id": customer_id}
        )
    return queries.household_points(customer_id)


def _name(actor: Actor, origin: str) -> str:
    """The origin in the ledger: each caller's names are its own."""
    origin = origin.strip()
    if not origin or len(origin) > 64:
        raise Invalid.field("origin", _("must have 1 to 64 characters; name what the points are for"))
    return f"app:{actor.name}:{origin}"


def _locked(customer_id: int, origin: str = "") -> int:
    """Lock a customer with everybody from whose points it may spend, or who paid for `origin`; NotFound without one."""
    for _attempt in range(2):
        customer_id = customer_queries.survivor_of(customer_id)
        wanted = [Return(customer_id=customer_id, origin=origin, reason="", actor="")] if origin else []
        locked = records.lock_sharing([customer_id], wanted)
        if customer_id not in locked:
            raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
        if locked[customer_id] is None:
            return customer_id
    raise Conflict(_("Customer %(id)s is being merged; try again.") % {"id": customer_id})


def _audit(actor: Actor, action: str, customer_id: int, reason: str, detail: dict[str, object]) -> None:
    audit.record(
        actor, action, f"customer:{customer_id}", customer_id=customer_id, reason=reason.strip(), detail=detail
    )
