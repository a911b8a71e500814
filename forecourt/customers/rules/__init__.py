"""The business of customers, pure: normal forms, masks, what fields may hold, what a search asks for."""

from forecourt.customers.rules.enrolment import Enrolment, check_tank, checked_identity, checked_plate, enrolment
from forecourt.customers.rules.fields import (
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
    like_pattern,
    meanings,
    place_of,
)

__all__ = [
    "PLATE",
    "Enrolment",
    "Meanings",
    "Place",
    "Recognised",
    "changed_custom",
    "check_tank",
    "checked_identity",
    "checked_plate",
    "cursor_of",
    "decoded_cursor",
    "enrolment",
    "last_four",
    "like_pattern",
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
