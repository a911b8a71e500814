"""Commands of customers, a file a noun."""

from forecourt.customers.services.details import block_customer, unblock_customer, update_customer
from forecourt.customers.services.enrolment import create_customer, create_customers
from forecourt.customers.services.households import (
    add_to_household,
    dissolve_household,
    make_household,
    remove_from_household,
    rename_household,
    set_household_size,
)
from forecourt.customers.services.identities import add_identity, forget_given_up, remove_identity, verify_identity
from forecourt.customers.services.keys import reseal
from forecourt.customers.services.merging import merge_customers, undo_merge
from forecourt.customers.services.notes import remove_note, write_note
from forecourt.customers.services.tags import add_tags, remove_tags, rename_tag, set_tags
from forecourt.customers.services.vehicles import add_vehicle, remove_vehicle, update_vehicle
from forecourt.customers.services.viewing import unmask_identity, unmask_plate, view_customer

__all__ = [
    "add_identity",
    "add_tags",
    "add_to_household",
    "add_vehicle",
    "block_customer",
    "create_customer",
    "create_customers",
    "dissolve_household",
    "forget_given_up",
    "make_household",
    "merge_customers",
    "remove_from_household",
    "remove_identity",
    "remove_note",
    "remove_tags",
    "remove_vehicle",
    "rename_household",
    "rename_tag",
    "reseal",
    "set_household_size",
    "set_tags",
    "unblock_customer",
    "undo_merge",
    "unmask_identity",
    "unmask_plate",
    "update_customer",
    "update_vehicle",
    "verify_identity",
    "view_customer",
    "write_note",
]
