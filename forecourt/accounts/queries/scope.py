"""Who may see what stands for the whole company."""

from django.utils.translation import gettext as _

from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotAllowed


def require_all(actor: Actor) -> None:
    """NotAllowed for whoever is limited to some stations: the liability is owed by the company."""
    if actor.stations is not None:
        raise NotAllowed(
            _("%(name)s has access to some stations only; the books stand for all of them.") % {"name": actor.name}
        )
