"""Where coupons are taken: told to coupons, which know no offers."""

from collections.abc import Collection

from forecourt.coupons.values import Where
from forecourt.kernel import clock, stamps
from forecourt.offers import queries as offers
from forecourt.offers.rules.taking import places_taking


def places(templates: Collection[str]) -> dict[str, list[Where]]:
    """Where the offers that are in force now take coupons, by template. Two statements at most for any number."""
    lives = offers.offers(stamps.read().get("offers", 0)).lives
    now = clock.now()
    return {
        template: [
            Where(**{name: tuple(sorted(named)) for name, named in where._asdict().items() if named is not None})
            for where in places_taking(lives, template, now)
        ]
        for template in templates
    }
