"""The business of customers, pure: normal forms, masks, what fields may hold, what a search asks for."""

from forecourt.customers.rules.birthdays import birthday_in, birthday_of, birthday_text, birthdays_on
from forecourt.customers.rules.enrolment import Enrolment, check_tank, checked_identity, checked_plate, enrolment
from forecourt.customers.rules.fields import (
    MAX_TAGS,
    changed_custom,
    normal_name,
    normal_tag,
    normal_tags,
    normal_text,
    plain_text,
)
from forecourt.customers.rules.masking import masked, redacted
from forecourt.customers.rules.recognition import (
    PLATE,
    Recognised,
    last_four,
    normal_card,
    normal_email,
    normal_identity,
    normal_phone,
    normal_plate,
    plate_kind,
    recognised,
    seal_context,
)
from forecourt.customers.rules.search import (
    Meanings,
    Place,
    cursor_of,
    decoded_cursor,
    meanings,
    place_of,
)

__all__ = [
    "MAX_TAGS",
    "PLATE",
    "Enrolment",
    "Meanings",
    "Place",
    "Recognised",
    "birthday_in",
    "birthday_of",
    "birthday_text",
    "birthdays_on",
    "changed_custom",
    "check_tank",
    "checked_identity",
    "checked_plate",
    "cursor_of",
    "decoded_cursor",
    "enrolment",
    "last_four",
    "masked",
    "meanings",
    "normal_card",
    "normal_email",
    "normal_identity",
    "normal_name",
    "normal_phone",
    "normal_plate",
    "normal_tag",
    "normal_tags",
    "normal_text",
    "place_of",
    "plain_text",
    "plate_kind",
    "recognised",
    "redacted",
    "seal_context",
]
