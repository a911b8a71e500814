"""The conditions that offers know."""

from forecourt.offers.rules.conditions.basket import Bought, Volume
from forecourt.offers.rules.conditions.logic import All, Any, AnyCondition, Not

__all__ = ["All", "Any", "AnyCondition", "Bought", "Not", "Volume"]
