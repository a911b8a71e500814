"""What is done once a day."""

from collections.abc import Callable
from datetime import date

from forecourt.kernel.actors import Actor
from forecourt.occasions import permissions, queries
from forecourt.occasions.models import DailyRun
from forecourt.occasions.services.benefits import give_benefits
from forecourt.occasions.services.gifts import give_gifts
from forecourt.occasions.values import RulesKind
from forecourt.organisation import queries as organisation


def begin_day(actor: Actor) -> int:
    """Give the gifts and benefits of the present day of the company's clock, unless they were; returns how many.

    A day is noted as done after its last list, so a run that broke off is taken up again and gives nothing twice. Gifts are
    given again, to who had none, once other rules are in force on the day. Where one of them fails, the others are given all
    the same; ExceptionGroup, after them, with what failed.
    """
    actor.require(permissions.EDIT_RULES)
    today = organisation.company_day()
    work: dict[str, tuple[int, Callable[[], int]]] = {
        RulesKind.BIRTHDAY.value: _gifts(actor, RulesKind.BIRTHDAY, today),
        RulesKind.ANNIVERSARY.value: _gifts(actor, RulesKind.ANNIVERSARY, today),
        "benefits": (0, lambda: give_benefits(actor, today)),
    }
    done = {name: (day, version) for name, day, version in DailyRun.objects.values_list("name", "day", "version")}
    given = 0
    failed: list[Exception] = []
    for name, (version, give) in work.items():
        if name not in done or done[name][0] < today or done[name][1] != version:
            try:
                given += give()
            except Exception as error:
                error.add_note(f"Not all was given: {name} of {today}")
                failed.append(error)
                continue
            DailyRun.objects.update_or_create(name=name, defaults={"day": today, "version": version})
    if failed:
        raise ExceptionGroup("Not all that was due today was given", failed)
    return given


def _gifts(actor: Actor, kind: RulesKind, today: date) -> tuple[int, Callable[[], int]]:
    """The version by which the day's gifts are given, 0 for none, and giving them."""
    (held,) = queries.gift_rules_on(kind, [today])
    return held.version if held else 0, lambda: give_gifts(actor, kind, today)
