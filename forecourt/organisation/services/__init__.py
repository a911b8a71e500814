"""Commands of the organisation, a file a noun."""

from forecourt.organisation.services.company import set_company
from forecourt.organisation.services.keys import create_api_key, revoke_api_key
from forecourt.organisation.services.signing import sign_in, sign_out
from forecourt.organisation.services.staff import (
    change_own_password,
    create_staff,
    deactivate,
    reactivate,
    set_password,
    set_roles,
    update_staff,
)
from forecourt.organisation.services.stations import (
    close_station,
    open_station,
    open_stations,
    reopen_station,
    update_station,
)

__all__ = [
    "change_own_password",
    "close_station",
    "create_api_key",
    "create_staff",
    "deactivate",
    "open_station",
    "open_stations",
    "reactivate",
    "reopen_station",
    "revoke_api_key",
    "set_company",
    "set_password",
    "set_roles",
    "sign_in",
    "sign_out",
    "update_staff",
    "update_station",
]
