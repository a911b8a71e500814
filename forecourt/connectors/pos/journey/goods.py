"""The catalogue of the data set, as far as coupons ask for it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow.parquet as pq

from forecourt.offers.rules.facts import Products

MOST_CODES: Final = 5_000
"""How many products a selection may name one by one; see `offers.rules.facts.Codes`."""
_COLUMNS: Final = ["product_id", "manufacturer_id", "department", "product_category", "product_type"]


def path_of(row: Mapping[str, Any]) -> str:
    """The category of a product, from its department down."""
    steps = (row["department"], row["product_category"], row["product_type"])
    return "/".join(step.replace("/", "-").strip() for step in steps if step and step.strip())


class Good(NamedTuple):
    path: str
    maker: int


class Goods:
    """Products by their ids: category, manufacturer."""

    def __init__(self, known: Mapping[int, Good]) -> None:
        self._known = known
        self._of_path: dict[str, set[int]] = defaultdict(set)
        for number, good in known.items():
            self._of_path[good.path].add(number)
        self._above = {
            path[: position + 1].rstrip("/")
            for path in self._of_path
            for position, sign in enumerate(path)
            if sign == "/"
        }

    @classmethod
    def read(cls, folder: Path) -> "Goods":
        paths: dict[str, str] = {}
        known = {}
        for row in pq.read_table(folder / "products.parquet", columns=_COLUMNS).to_pylist():
            path = path_of(row)
            known[row["product_id"]] = Good(paths.setdefault(path, path), row["manufacturer_id"])
        return cls(known)

    def maker(self, numbers: Collection[int]) -> int | None:
        """The manufacturer of all of these products; None where there are several."""
        makers = {self._known[number].maker for number in numbers if number in self._known}
        return makers.pop() if len(makers) == 1 else None

    def called(self, numbers: Collection[int]) -> str:
        """What these products mostly are, in the catalogue's words."""
        steps = [self._known[number].path.split("/") for number in numbers if number in self._known]
        if not steps:
            return "products"
        for depth in (2, 1):
            often = Counter(step[min(depth, len(step)) - 1] for step in steps)
            word, count = min(often.items(), key=lambda item: (-item[1], item[0]))
            if count * 2 > len(steps) or depth == 1:
                break
        return (word or "products").lower()

    def selection(self, numbers: Collection[int]) -> Products:
        """These products as offers select them: by their codes, or, where they are too many for that, by categories and
        what to leave out of them, which comes to the same products of this catalogue.
        """
        if len(numbers) <= MOST_CODES:
            return Products(products=_codes(numbers))
        wanted = set(numbers)
        whole, spared, single = set(), set(), wanted - self._known.keys()
        for path in {self._known[number].path for number in wanted if number in self._known}:
            all_of_it = self._of_path[path]
            asked = all_of_it & wanted
            # a category takes along what lies below it, so only the lowest ones are named
            if path and path not in self._above and len(all_of_it) - len(asked) < len(asked):
                whole.add(path)
                spared |= all_of_it - asked
            else:
                single |= asked
        return Products(products=_codes(single), categories=frozenset(whole), exclude=_codes(spared))


def _codes(numbers: Collection[int]) -> frozenset[str]:
    return frozenset(str(number) for number in numbers)
