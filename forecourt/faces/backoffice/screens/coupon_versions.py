"""What a coupon template said before: a page of versions, each with what it says otherwise than the one before."""

from typing import Any, Final

from forecourt.coupons import queries
from forecourt.coupons.queries import KnownTemplate
from forecourt.faces.backoffice.screens import coupon_words

VERSIONS: Final = 20


def versions(known: KnownTemplate, older_than: int | None) -> dict[str, Any]:
    """The newest first; one statement."""
    every = queries.versions(known.id, before=older_than, limit=VERSIONS + 1)
    following = [*every[1:], None]
    return {
        "versions": [
            {
                "version": version,
                "changes": coupon_words.differences(before.template, version.template) if before else [],
            }
            for version, before in zip(every[:VERSIONS], following, strict=False)
        ],
        "after": str(every[VERSIONS - 1].number) if len(every) > VERSIONS else "",
    }
