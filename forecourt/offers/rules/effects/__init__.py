"""The effects that offers know."""

from forecourt.offers.rules.effects.discounts import Percent, PerUnit

AnyEffect = PerUnit | Percent

__all__ = ["AnyEffect", "PerUnit", "Percent"]
