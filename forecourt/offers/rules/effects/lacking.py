"""What there is too little of for an effect to give anything: its own threshold, where something of it was bought."""

from decimal import Decimal

from forecourt.kernel.money import ZERO
from forecourt.offers.rules.facts import Facts, Picked
from forecourt.offers.rules.speaking import Miss, plain


def lacking_money(picked: Picked, least: Decimal) -> Miss | None:
    """So much is spent on what was picked, and not the least that counts; None where there is enough, or nothing."""
    if not ZERO < picked.amount < least:
        return None
    return Miss("short", {"what": "amount", "more": plain(least - picked.amount), "least": plain(least)})


def lacking_quantity(facts: Facts, picked: Picked, least: Decimal) -> Miss | None:
    """So many units were picked, and not the least that counts; None where there are enough, or none."""
    if not ZERO < picked.quantity < least:
        return None
    unit = facts.items[picked.items[0]].product.unit.value
    return _lacking(least - picked.quantity, least, unit)


def lacking_pieces(more: int, least: int) -> Miss | None:
    """So many pieces more are wanted of so many; None where all or none of them are missing."""
    return _lacking(Decimal(more), Decimal(least), "piece") if 0 < more < least else None


def _lacking(more: Decimal, least: Decimal, unit: str) -> Miss:
    return Miss("short", {"what": "quantity", "more": plain(more), "least": plain(least), "unit": unit})
