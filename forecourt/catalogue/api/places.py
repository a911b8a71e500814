"""Stations that requests name."""

from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import KeyedRequest
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts


def station_of(request: KeyedRequest, code: str, permission: str) -> StationFacts:
    """A station that the key may see. NotFound when there is none, NotAllowed without the permission or out of its scope."""
    request.actor.require(permission)
    station = organisation.station_facts([code]).get(code)
    if station is None:
        raise NotFound(f"There is no station {code}.")
    request.actor.require_station(station.id, code)
    return station
