"""Where offers take coupons. Coupons know no offers: who knows both tells."""

from collections.abc import Callable, Collection, Mapping, Sequence

from forecourt.coupons.values import Where

Teller = Callable[[Collection[str]], Mapping[str, Sequence[Where]]]
"""Where the offers that are in force now take coupons, by template; those that no offer takes are missing."""

_tellers: list[Teller] = []


def tell_places(teller: Teller) -> None:
    """Have it tell where offers take coupons; called once, when the process starts."""
    _tellers.append(teller)


def places(templates: Collection[str]) -> dict[str, list[Where]]:
    """Where the offers that are in force now take coupons of these templates; an empty list where no offer does."""
    found: dict[str, list[Where]] = {template: [] for template in templates}
    for teller in _tellers if found else ():
        for template, where in teller(found).items():
            found[template] += where
    return found
