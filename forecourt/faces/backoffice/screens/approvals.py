"""What waits for somebody's approval, or was sent back to them: shown on the home page. One function a thing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecourt.coupons import permissions as coupons
from forecourt.faces.backoffice.screens import occasion_reviews
from forecourt.faces.backoffice.screens.programme_review import may_approve
from forecourt.faces.backoffice.screens.reviews import may_decide
from forecourt.faces.backoffice.templatetags.office import who
from forecourt.games import permissions as games
from forecourt.kernel import reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.values import Outcome, Review
from forecourt.loyalty import permissions as loyalty
from forecourt.loyalty import queries as programmes
from forecourt.occasions import permissions as occasions
from forecourt.occasions.values import RulesKind
from forecourt.offers import permissions as offers
from forecourt.offers import queries as published_offers
from forecourt.offers.values import FLOORS_SUBJECT, POLICY_SUBJECT
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions as rewards


class Waiting(NamedTuple):
    """Something to look at: what, by whom and since when, and where. `is_late` draws more attention."""

    text: Any
    by: str
    since: datetime
    link: str
    is_late: bool = False


def waiting_for(actor: Actor) -> list[Waiting]:
    """All that waits for this person's yes or no, or came back to them."""
    return (
        _programme(actor)
        + _offers(actor)
        + _rules_of_all(actor)
        + _templates(actor)
        + _rewards(actor)
        + _games(actor)
        + _occasions(actor)
        + _events(actor)
        + _adjustments(actor)
    )


def _programme(actor: Actor) -> list[Waiting]:
    if not actor.may(loyalty.EDIT_PROGRAMME) and not actor.may(loyalty.APPROVE_PROGRAMME):
        return []
    last = next(iter(programmes.reviews(limit=1)), None)
    if last is None:
        return []
    link = reverse("admin:programme_review", args=[last.id])
    if last.outcome is Outcome.OPEN and may_approve(actor, last):
        return [Waiting(_("Programme waits for your approval"), who(last.submitted_by), last.submitted_at, link)]
    if last.outcome is Outcome.REFUSED and last.submitted_by == actor.label and last.decided_at:
        return [Waiting(_("Your programme was sent back"), who(last.decided_by), last.decided_at, link, is_late=True)]
    return []


def _offers(actor: Actor) -> list[Waiting]:
    """Offers that others handed in; two lines at most, the second for all that wait besides the oldest."""
    if not actor.may(offers.APPROVE_OFFERS):
        return []
    is_alone = organisation.company().solo_approval
    waiting = [
        one
        for one in published_offers.open_reviews(actor)
        if one.review is not None and (is_alone or one.review.submitted_by != actor.label)
    ]
    said = _("Offer %(name)s waits for your approval")
    more = ngettext(
        "%(count)s offer more waits for approval", "%(count)s offers more wait for approval", len(waiting) - 1
    )
    found = [(one.name, one.review, reverse("admin:offer", args=[one.code])) for one in waiting if one.review]
    return _two(found, said, more, reverse("admin:offers"))


def _rules_of_all(actor: Actor) -> list[Waiting]:
    """How offers combine and margin floors: what others handed in, and what came back to who may edit it."""
    said = (
        (
            POLICY_SUBJECT,
            published_offers.draft_policy,
            offers.EDIT_OFFERS,
            "admin:offer_settings",
            _("How offers combine waits for your approval"),
            _("Your change of how offers combine was sent back"),
        ),
        (
            FLOORS_SUBJECT,
            published_offers.draft_floors,
            offers.EDIT_FLOORS,
            "admin:offer_floors",
            _("Margin floors wait for your approval"),
            _("Your margin floors were sent back"),
        ),
    )
    found = []
    for subject, drafted, edit, page, waits, came_back in said:
        if not actor.may(edit) and not actor.may(offers.APPROVE_OFFERS):
            continue
        review = reviews.latest(subject)
        if review is None:
            continue
        if review.outcome is Outcome.OPEN and may_decide(actor, review, offers.APPROVE_OFFERS):
            found.append(Waiting(waits, who(review.submitted_by), review.submitted_at, reverse(page)))
        is_mine = review.outcome is Outcome.REFUSED and review.submitted_by == actor.label
        if is_mine and review.decided_at and drafted() is not None:
            line = Waiting(came_back, who(review.decided_by), review.decided_at, reverse(page), is_late=True)
            found.append(line)
    return found


def _rewards(actor: Actor) -> list[Waiting]:
    """Rewards that others handed in, in the same way."""
    waiting = _to_decide(actor, "reward", rewards.APPROVE_REWARDS)
    said = _("Reward %(name)s waits for your approval")
    more = ngettext(
        "%(count)s reward more waits for approval", "%(count)s rewards more wait for approval", len(waiting) - 1
    )
    found = [(one.body["name"], one, reverse("admin:reward", args=[one.key])) for one in waiting]
    return _two(found, said, more, reverse("admin:rewards"))


def _templates(actor: Actor) -> list[Waiting]:
    """Coupon templates that others handed in, in the same way."""
    if actor.stations is not None:
        return []
    waiting = _to_decide(actor, "coupon_template", coupons.APPROVE_TEMPLATES)
    said = _("Coupon template %(name)s waits for your approval")
    more = ngettext(
        "%(count)s coupon template more waits for approval",
        "%(count)s coupon templates more wait for approval",
        len(waiting) - 1,
    )
    found = [(one.body["name"], one, reverse("admin:coupon_template", args=[one.key])) for one in waiting]
    return _two(found, said, more, reverse("admin:coupons"))


def _games(actor: Actor) -> list[Waiting]:
    """Games that others handed in, in the same way."""
    waiting = _to_decide(actor, "game", games.APPROVE_GAMES)
    said = _("Game %(name)s waits for your approval")
    more = ngettext(
        "%(count)s game more waits for approval", "%(count)s games more wait for approval", len(waiting) - 1
    )
    found = [(one.body["name"], one, reverse("admin:game", args=[one.key])) for one in waiting]
    return _two(found, said, more, reverse("admin:games"))


def _occasions(actor: Actor) -> list[Waiting]:
    """Rules of gifts and referrals that others handed in: three kinds at most."""
    if actor.stations is not None:
        return []
    said = _("Rules: %(name)s wait for your approval")
    return [
        Waiting(
            said % {"name": occasion_reviews.NAMES[RulesKind(one.key)]},
            who(one.submitted_by),
            one.submitted_at,
            f"{occasion_reviews.page_of(RulesKind(one.key))}#review",
        )
        for one in _to_decide(actor, "occasion", occasions.APPROVE_RULES)
    ]


def _events(actor: Actor) -> list[Waiting]:
    """Events for members that others handed in, in the same way."""
    waiting = _to_decide(actor, "event", occasions.APPROVE_EVENTS)
    if actor.stations is not None:
        here = {one.code for one in organisation.all_stations(actor)}
        waiting = [one for one in waiting if one.body["station"] in here]
    said = _("Event %(name)s waits for your approval")
    more = ngettext(
        "%(count)s event more waits for approval", "%(count)s events more wait for approval", len(waiting) - 1
    )
    found = [(one.body["title"], one, reverse("admin:member_event", args=[int(one.key)])) for one in waiting]
    return _two(found, said, more, reverse("admin:member_events"))


def _to_decide(actor: Actor, kind: str, permission: str) -> list[Review]:
    """What this person may decide of what waits of a kind."""
    if not actor.may(permission):
        return []
    return [one for one in reviews.open_reviews(kind) if may_decide(actor, one, permission)]


def _two(found: Sequence[tuple[str, Any, str]], said: str, more: str, every: str) -> list[Waiting]:
    """The oldest of (name, review, link), and one line for all the others, if there are any."""
    lines = [
        Waiting(said % {"name": name}, who(review.submitted_by), review.submitted_at, link)
        for name, review, link in found[:1]
    ]
    for _name, review, _link in found[1:2]:
        text = more % {"count": len(found) - 1}
        lines.append(Waiting(text, who(review.submitted_by), review.submitted_at, f"{every}?state=review"))
    return lines


def _adjustments(actor: Actor) -> list[Waiting]:
    """Adjustments of points that others asked for, as one line: the last one says by whom and since when."""
    if not actor.may(loyalty.APPROVE_ADJUSTMENT):
        return []
    is_alone = organisation.company().solo_approval
    asked = programmes.adjustments(waiting=True, limit=200)
    waiting = [one for one in asked if is_alone or one.asked_by != actor.label]
    if not waiting:
        return []
    said = ngettext(
        "%(count)s adjustment of points waits for approval",
        "%(count)s adjustments of points wait for approval",
        len(waiting),
    )
    link = reverse("admin:adjustments")
    return [Waiting(said % {"count": len(waiting)}, who(waiting[0].asked_by), waiting[0].asked_at, link)]
