"""What prices and costs are about: a product, at a station or everywhere."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from forecourt.catalogue.values import NewCost, NewPrice, ProductFacts
from forecourt.kernel.problems import Invalid
from forecourt.organisation.values import StationFacts


def found(
    one: NewPrice | NewCost, products: Mapping[str, ProductFacts], stations: Mapping[str, StationFacts], path: str
) -> tuple[ProductFacts, StationFacts | None]:
    """The product and the station (None: everywhere) that one names by their codes; Invalid, below `path`, for unknown ones."""
    product, station = products.get(one.product), stations.get(one.station)
    if product is None:
        text = _("there is no product %(product)s; add it first or correct the code")
        raise Invalid.field(f"{path}product", text % {"product": one.product})
    if one.station and station is None:
        text = _("there is no station %(station)s; open it or correct the code")
        raise Invalid.field(f"{path}station", text % {"station": one.station})
    return product, station
