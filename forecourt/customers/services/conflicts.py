"""What to say when something belongs to another customer."""

from django.utils.translation import gettext as _

from forecourt.customers import rules
from forecourt.kernel.problems import Conflict


def taken(mark: rules.Recognised, owner_id: int) -> Conflict:
    """The conflict of an identity or plate that belongs to another customer."""
    detail = _("This %(kind)s belongs to customer %(id)s already; merge the two, or remove it there first.") % {
        "kind": kind_name(mark.kind),
        "id": owner_id,
    }
    return Conflict(detail, fields={"vehicles" if mark.kind == rules.PLATE else "identities": detail})


def kind_name(kind: str) -> str:
    """What to call an identity's kind in a sentence."""
    return {
        "phone": _("telephone number"),
        "card": _("card"),
        "email": _("e-mail address"),
        "wechat": _("WeChat account"),
        "app": _("app account"),
        rules.PLATE: _("number plate"),
    }[kind]
