"""A game's rules in words, with the names of tiers, the unit of fuel and the zone that are in use."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from forecourt.games import rules
from forecourt.games.values import GameRules
from forecourt.kernel import clock
from forecourt.kernel.money import sign
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.organisation.rules import unit_in_short


def in_words(game: GameRules) -> list[str]:
    """What players read, in the language of the moment."""
    company = organisation.company()
    tiers = {tier.code: tier.name for tier in loyalty.programme_at(clock.now()).tiers}
    return rules.in_words(game, moment_in_words, tiers, unit_in_short(company.volume_unit), sign(company.currency))


def moment_in_words(value: datetime) -> str:
    """A moment by the company's clock, in the language of the moment."""
    zone = organisation.company_zone()
    local = timezone.localtime(value, zone)
    # Translators: how a date is written, in Django's letters
    return f"{date_format(local, _('j M Y'))} {local:%H:%M}"
