"""What is done once a day."""

from collections.abc import Callable

from forecourt.kernel.actors import Actor
from forecourt.occasions import permissions
from forecourt.occasions.models import DailyRun
from forecourt.occasions.services.benefits import give_benefits
from forecourt.occasions.services.gifts import give_gifts
from forecourt.occasions.values import RulesKind
from forecourt.organisation import queries as organisation


def begin_day(actor: Actor) -> int:
    """Give the gifts and benefits of the present day of the company's clock, unless they were; returns how many.

    A day is noted as done after its last list, so a run that broke off is taken up again and gives nothing twice.
    """
    actor.require(permissions.EDIT_RULES)
    today = organisation.company_day()
    work: dict[str, Callable[[], int]] = {
        RulesKind.BIRTHDAY.value: lambda: give_gifts(actor, RulesKind.BIRTHDAY, today),
        RulesKind.ANNIVERSARY.value: lambda: give_gifts(actor, RulesKind.ANNIVERSARY, today),
        "benefits": lambda: give_benefits(actor, today),
    }
    done = dict(DailyRun.objects.values_list("name", "day"))
    given = 0
    for name, give in work.items():
        if name not in done or done[name] < today:
            given += give()
            DailyRun.objects.update_or_create(name=name, defaults={"day": today})
    return given
