"""What happens to offers."""

from typing import ClassVar

from forecourt.kernel.events import Event


class OfferPublished(Event):
    """A version of an offer is in force from its time on; `is_live` is false when it was paused or ended."""

    name: ClassVar[str] = "offer.published.v1"
    offer_id: int
    version: int
    is_live: bool
