"""What routes of the catalogue take alike: one object or a list of them."""

from typing import Annotated, Any, Final, TypeVar

from pydantic import Discriminator, Field, Tag

MAX_LIST: Final = 10_000
"""Products, prices or costs in one list."""

T = TypeVar("T")


def _one_or_many(body: Any) -> str:
    return "<many>" if isinstance(body, list) else "<one>"


OneOrMany = Annotated[
    Annotated[T, Tag("<one>")] | Annotated[list[T], Field(min_length=1, max_length=MAX_LIST), Tag("<many>")],
    Discriminator(_one_or_many),
]
"""One object or a list of them, as `OneOrMany[PriceBody]`."""
