"""Commands of coupons."""

from forecourt.coupons.services.templates import (
    change_template,
    create_template,
    require_everywhere,
    retire_template,
    revive_template,
)

__all__ = [
    "change_template",
    "create_template",
    "require_everywhere",
    "retire_template",
    "revive_template",
]
