"""Games handed in by one person and let by another: nobody plays before, and nothing changes meanwhile."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from forecourt.games import queries, services
from forecourt.games.services.table import CannotPlay
from forecourt.games.values import Draw, GameState, TierWeight, Who
from forecourt.kernel import clock, reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.kernel.rights import permissions_of
from forecourt.organisation import services as organisation
from forecourt.organisation.values import CompanyFacts
from tests.games.scenes import CHIEF, a_draw, a_wheel, always, moments

MARKETER = Actor(kind="staff", id=7, name="marketer", permissions=permissions_of(["marketer"]))


def handed_in(note: str = "", **changes: object) -> int:
    """A wheel that the marketer has handed in; returns its id."""
    game_id = services.save_game(MARKETER, always("mug", **changes))
    services.submit_game(MARKETER, game_id, note)
    return game_id


def test_a_game_is_live_once_somebody_else_has_approved_it(chain):
    (member,) = chain.enrol()
    game_id = handed_in("spring festival")
    for somebody in (MARKETER, replace(CHIEF, name=MARKETER.name)):
        with pytest.raises(NotAllowed):
            services.approve_game(somebody, game_id)
    with pytest.raises(CannotPlay, match="not live"):
        services.spin_wheel(CHIEF, "wheel", member)
    assert queries.commitments(game_id) == []
    services.approve_game(CHIEF, game_id)
    assert services.spin_wheel(CHIEF, "wheel", member).won
    game = queries.game(game_id)
    assert (game.state, game.published_by, len(queries.commitments(game_id))) == (GameState.LIVE, "staff:chief", 4)
    (review,) = reviews.decided(f"game:{game_id}")
    assert (review.note, review.submitted_by, review.decided_by) == ("spring festival", "staff:marketer", "staff:chief")


def test_what_is_handed_in_is_not_edited_or_thrown_away(chain):
    game_id = handed_in()
    for change in (
        lambda: services.save_game(MARKETER, a_wheel(name="other"), game_id),
        lambda: services.delete_draft(MARKETER, game_id),
        lambda: services.submit_game(MARKETER, game_id),
    ):
        with pytest.raises(Conflict):
            change()
    copy = services.copy_game(MARKETER, game_id, "wheel-2")
    services.save_game(MARKETER, a_wheel(code="wheel-2"), copy)


def test_it_is_sent_back_with_a_reason_or_withdrawn_and_edited_again(chain):
    game_id = handed_in()
    with pytest.raises(NotAllowed):
        services.refuse_game(MARKETER, game_id, "no")
    with pytest.raises(Invalid):
        services.refuse_game(CHIEF, game_id, "")
    services.refuse_game(CHIEF, game_id, "too many mugs")
    services.save_game(MARKETER, always("ten"), game_id)
    services.submit_game(MARKETER, game_id)
    services.withdraw_game(MARKETER, game_id)
    with pytest.raises(Conflict):
        services.approve_game(CHIEF, game_id)
    services.delete_draft(MARKETER, game_id)
    with pytest.raises(NotFound):
        services.approve_game(CHIEF, game_id)


def test_it_is_checked_again_when_it_is_approved(chain):
    starts_at, ends_at = moments(left=timedelta(hours=1))
    game_id = handed_in(starts_at=starts_at, ends_at=ends_at)
    with clock.as_of(ends_at + timedelta(minutes=1)), pytest.raises(Invalid) as caught:
        services.approve_game(CHIEF, game_id)
    assert list(caught.value.fields) == ["ends_at"]
    assert [one.key for one in reviews.open_reviews("game")] == [str(game_id)]


def test_a_live_game_is_not_handed_in_again_and_keeps_its_rules(chain):
    game_id = handed_in()
    services.approve_game(CHIEF, game_id)
    for step in (
        lambda: services.submit_game(MARKETER, game_id),
        lambda: services.approve_game(CHIEF, game_id),
        lambda: services.save_game(MARKETER, a_wheel(name="other"), game_id),
    ):
        with pytest.raises(Conflict):
            step()
    assert services.restock_prize(MARKETER, game_id, "mug", 5, "delivery") == 10
    services.end_game(MARKETER, game_id, "over")


def test_one_person_does_both_where_the_company_says_so(chain):
    game_id = services.save_game(CHIEF, a_wheel())
    services.submit_game(CHIEF, game_id)
    organisation.set_company(CHIEF, CompanyFacts(name="Alone", solo_approval=True))
    services.approve_game(CHIEF, game_id)
    assert queries.game(game_id).state is GameState.LIVE


def test_the_audit_trail_tells_who_wanted_it_and_who_let_it(chain):
    game_id = handed_in("autumn")
    services.refuse_game(CHIEF, game_id, "not yet")
    found = AuditEntry.objects.filter(subject=f"game:{game_id}").order_by("-id")[:2]
    assert [(one.action, one.actor, one.reason) for one in found] == [
        ("game.refuse", "staff:chief", "not yet"),
        ("game.submit", "staff:marketer", "autumn"),
    ]


def test_a_game_for_a_tier_that_there_is_not_is_not_handed_in(chain):
    weights = (TierWeight(tier="gold", weight=3), TierWeight(tier="sliver", weight=2))
    draw = Draw(draws_at=clock.now() + timedelta(days=9), by_sign_up=True, tier_weights=weights)
    for game, field in (
        (always("mug", who=Who(tiers=("gold", "gld"))), "who.tiers"),
        (a_draw(draw=draw), "draw.tier_weights"),
    ):
        with pytest.raises(Invalid) as problem:
            services.submit_game(MARKETER, services.save_game(MARKETER, game))
        assert list(problem.value.fields) == [field]
