"""Set-based writes of customers. They take lists and run inside the caller's transaction."""

from forecourt.customers.records.changes import change_tags, lock, lock_free, point_to, rename_tag, save_profiles
from forecourt.customers.records.enrolment import Enrolled, add_identities, add_vehicles, enrol, new_ids
from forecourt.customers.records.giving_up import forget_given_up, give_up
from forecourt.customers.records.keys import reseal

__all__ = [
    "Enrolled",
    "add_identities",
    "add_vehicles",
    "change_tags",
    "enrol",
    "forget_given_up",
    "give_up",
    "lock",
    "lock_free",
    "new_ids",
    "point_to",
    "rename_tag",
    "reseal",
    "save_profiles",
]
