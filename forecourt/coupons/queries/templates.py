"""Templates by their codes."""

from collections.abc import Collection
from typing import NamedTuple

import msgspec

from forecourt.coupons.values import Template
from forecourt.kernel import sql

_TEMPLATES = """
SELECT code, id, is_live, body::text FROM coupons_coupontemplate WHERE code = ANY(%(codes)s::text[])
"""


class KnownTemplate(NamedTuple):
    """A template as stored."""

    id: int
    is_live: bool
    template: Template


def templates(codes: Collection[str]) -> dict[str, KnownTemplate]:
    """Templates by code; unknown ones are missing. One statement."""
    found = sql.rows(_TEMPLATES, {"codes": sql.text_array(sorted(codes))})
    return {row[0]: KnownTemplate(row[1], row[2], msgspec.json.decode(row[3], type=Template)) for row in found}
