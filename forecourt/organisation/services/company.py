"""The company's settings."""

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotAllowed
from forecourt.organisation import permissions, queries, rules
from forecourt.organisation.models import Company
from forecourt.organisation.values import CompanyFacts


@transaction.atomic(durable=True)
def set_company(actor: Actor, facts: CompanyFacts) -> None:
    """Set the company's name, currency, digits, unit of volume, zone, whether one may approve one's own changes, and how long
    reservations hold.

    Other processes follow within 5 seconds.
    """
    actor.require(permissions.EDIT_COMPANY)
    if actor.stations is not None:
        raise NotAllowed(
            _("%(who)s may act for some stations only; the company's settings hold for all.") % {"who": actor.name}
        )
    facts = rules.valid_company(facts)
    values = {
        "name": facts.name,
        "currency": facts.currency,
        "digits": facts.digits,
        "volume_unit": facts.volume_unit.value,
        "zone": facts.zone,
        "solo_approval": facts.solo_approval,
        "hold_minutes": facts.hold_minutes,
    }
    Company.objects.update_or_create(pk=1, defaults=values)
    audit.record(actor, "company.set", "company:1", detail=values)
    queries.forget()
    # once more after the commit: between the two, another thread may have remembered the old settings
    transaction.on_commit(queries.forget)
