"""What a coupon template said before: a page of versions, each with what it says otherwise than the one before."""

from typing import Any, Final

from forecourt.coupons import queries
from forecourt.coupons.queries import KnownTemplate
from forecourt.coupons.values import Template
from forecourt.faces.backoffice.screens import coupon_words
from forecourt.faces.backoffice.screens.offer_words import Part
from forecourt.faces.backoffice.templatetags.office import yuan

VERSIONS: Final = 20


def versions(known: KnownTemplate, older_than: int | None) -> dict[str, Any]:
    """The newest first; one statement."""
    every = queries.versions(known.id, before=older_than, limit=VERSIONS + 1)
    following = [*every[1:], None]
    return {
        "versions": [
            {"version": version, "changes": differences(before.template, version.template) if before else []}
            for version, before in zip(every[:VERSIONS], following, strict=False)
        ],
        "after": str(every[VERSIONS - 1].number) if len(every) > VERSIONS else "",
    }


def differences(before: Template, after: Template) -> list[tuple[str, str, str]]:
    """What another version says otherwise: (what, before, after)."""
    old, new = dict(_parts(before)), dict(_parts(after))
    return [(what, old.get(what, ""), new.get(what, "")) for what in old | new if old.get(what) != new.get(what)]


def _parts(template: Template) -> list[Part]:
    return [Part(what, how) for what, how in coupon_words.said(template, str(yuan(template.worth)))]
