"""Lucky draws on the real database: frozen once, drawn by seed and list, given once."""

import zlib

import msgspec
import pytest

from forecourt.customers import services as customers
from forecourt.games import queries, rules, services
from forecourt.games.models import Drawing, Seed, TicketRow, Win
from forecourt.games.services.table import CannotPlay
from forecourt.games.values import Draw, Prize, PrizeKind, TierWeight
from forecourt.kernel.problems import Conflict, Invalid
from tests.games.scenes import a_draw, a_wheel, fill, give_points, let_time_pass, put_up
from tests.sales.scenes import HEAD_OFFICE, catch_up, events, everything_proves, flat_books_agree, points


def hold_draw(game_id: int, entropy: str = "") -> int:
    """Freeze, draw and give everything; returns how many winners there are."""
    services.freeze_draw(HEAD_OFFICE, game_id)
    count = services.draw_winners(HEAD_OFFICE, game_id, entropy)
    while services.give_prizes(HEAD_OFFICE, game_id):
        pass
    return count


def test_from_entering_to_the_last_prize(chain):
    members = chain.enrol(8)
    game_id = put_up(a_draw())
    (_none, commitment, _at) = queries.commitments(game_id)[0]
    for member in members:
        (_number,) = services.enter_draw(HEAD_OFFICE, "draw", member)
        assert services.enter_draw(HEAD_OFFICE, "draw", member) == [], "signing up counts once"
    let_time_pass(game_id)
    frozen = services.freeze_draw(HEAD_OFFICE, game_id)
    assert (frozen.tickets, frozen.holders, frozen.weight) == (8, 8, 8)
    before = queries.protocol(game_id)
    assert (before.seed, before.is_right) == ("", True), "the seed is secret until the draw"
    assert hold_draw(game_id) == 4
    found = queries.protocol(game_id)
    assert rules.commitment_of(bytes.fromhex(found.seed)) == commitment == found.commitment
    assert found.is_right
    winners = {one.customer_id for one in found.drawn}
    assert len(winners) == 4, "nobody wins twice in a class"
    assert sum(points(member) for member in members) == 3 * 500
    assert [event["winners"] for event in events("draw.done.v1")] == [4]
    assert len(queries.claims(game_of=game_id)) == 1
    assert queries.frozen(game_id).done_at is not None
    assert hold_draw(game_id) == 4, "held again, nothing changes"
    assert Win.objects.count() == 4
    flat_books_agree()


def test_anybody_can_recompute_the_winners_from_what_is_published(chain):
    members = chain.enrol(5)
    game_id = put_up(a_draw(draw=msgspec.structs.replace(a_draw().draw, entropy_from="双色球第2026001期")))
    fill(game_id, members, 50)
    let_time_pass(game_id)
    services.freeze_draw(HEAD_OFFICE, game_id)
    with pytest.raises(Invalid, match="announced"):
        services.draw_winners(HEAD_OFFICE, game_id)
    hold_draw(game_id, "01 05 12 19 23 30 + 07")
    found = queries.protocol(game_id)
    text = queries.frozen_list(game_id)
    made = rules.winners(
        bytes.fromhex(found.seed),
        "draw",
        rules.hash_of(text),
        "01 05 12 19 23 30 + 07",
        rules.columns_of(text),
        [rules.Rank("first", 1, "all"), rules.Rank("second", 3, "all")],
    )
    numbers = rules.columns_of(text).numbers
    assert [(one.prize, numbers[one.line]) for one in made] == [(one.prize, one.ticket) for one in found.drawn]


def test_whatever_is_altered_afterwards_shows(chain):
    members = chain.enrol(5)
    game_id = put_up(a_draw())
    fill(game_id, members, 40)
    let_time_pass(game_id)
    hold_draw(game_id)
    assert queries.protocol(game_id).is_right
    win = Win.objects.filter(game_id=game_id).order_by("counter").first()
    other = TicketRow.objects.filter(game_id=game_id).exclude(id__in=Win.objects.values("ticket_id")).first()
    Win.objects.filter(pk=win.pk).update(ticket_id=other.pk)
    assert not queries.protocol(game_id).winners_fit
    Win.objects.filter(pk=win.pk).update(ticket_id=win.ticket_id)
    TicketRow.objects.filter(pk=win.ticket_id).update(weight=9)
    assert not queries.protocol(game_id).tickets_fit
    TicketRow.objects.filter(pk=win.ticket_id).update(weight=1)
    body = queries.frozen_list(game_id).replace(b" 1 ", b" 2 ", 1)
    Drawing.objects.filter(pk=game_id).update(list_body=zlib.compress(body))
    assert not queries.protocol(game_id).list_fits
    Seed.objects.filter(game_id=game_id).update(commitment="0" * 64)
    assert not queries.protocol(game_id).seed_fits


def test_entries_end_when_the_list_is_frozen(chain):
    (member,) = chain.enrol()
    game_id = put_up(a_draw())
    with pytest.raises(Conflict, match="open until"):
        services.freeze_draw(HEAD_OFFICE, game_id)
    let_time_pass(game_id)
    services.freeze_draw(HEAD_OFFICE, game_id)
    with pytest.raises(CannotPlay):
        services.enter_draw(HEAD_OFFICE, "draw", member)
    with pytest.raises(CannotPlay):
        services.give_chances(HEAD_OFFICE, "draw", [member], 1, "late")


def test_drawing_needs_a_list_and_its_hour(chain):
    game_id = put_up(a_draw())
    with pytest.raises(Conflict, match="frozen"):
        services.draw_winners(HEAD_OFFICE, game_id)
    wheel = put_up(a_wheel())
    with pytest.raises(Conflict, match="no lucky draw"):
        services.freeze_draw(HEAD_OFFICE, wheel)


def test_tickets_for_points(chain):
    (member,) = chain.enrol()
    give_points(member, 100)
    put_up(a_draw(points_cost=30, per_day=5))
    numbers = services.enter_draw(HEAD_OFFICE, "draw", member, tickets=2, with_points=True, reference="a")
    assert len(numbers) == 2
    assert services.enter_draw(HEAD_OFFICE, "draw", member, tickets=2, with_points=True, reference="a") == []
    with pytest.raises(CannotPlay, match="40 can be spent"):
        services.enter_draw(HEAD_OFFICE, "draw", member, tickets=2, with_points=True)
    with pytest.raises(CannotPlay, match="at most 5"):
        services.enter_draw(HEAD_OFFICE, "draw", member, tickets=4, with_points=True)
    assert points(member) == 40
    flat_books_agree()


def test_blocked_customers_are_not_in_the_list_and_tiers_weigh(chain):
    first, second = chain.enrol(2)
    draw = Draw(draws_at=a_draw().ends_at, by_sign_up=True, tier_weights=(TierWeight(tier="basic", weight=4),))
    game_id = put_up(a_draw(draw=draw))
    give_points(first, 1)  # opens a balance, in the tier of beginners
    services.enter_draw(HEAD_OFFICE, "draw", first)
    services.enter_draw(HEAD_OFFICE, "draw", second)
    customers.block_customer(HEAD_OFFICE, second, "fraud")
    let_time_pass(game_id)
    frozen = services.freeze_draw(HEAD_OFFICE, game_id)
    assert (frozen.tickets, frozen.weight) == (1, 4)
    assert hold_draw(game_id) == 1


def test_a_draw_without_tickets_has_no_winners(chain):
    game_id = put_up(a_draw())
    let_time_pass(game_id)
    assert hold_draw(game_id) == 0
    assert queries.protocol(game_id).is_right
    flat_books_agree()


def test_merged_customers_are_one_holder_and_a_winner_merged_later_is_the_survivor(real_chain):
    chain = real_chain
    survivor, merged, later = chain.enrol(3)
    game_id = put_up(a_draw(Prize(code="p", name="p", kind=PrizeKind.POINTS, points=7, winners=9, prize_class="x")))
    fill(game_id, [survivor, merged, later], 30)
    customers.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    let_time_pass(game_id)
    assert services.freeze_draw(HEAD_OFFICE, game_id).holders == 2
    assert services.draw_winners(HEAD_OFFICE, game_id) == 2
    customers.merge_customers(HEAD_OFFICE, survivor, later, "the same too")
    while services.give_prizes(HEAD_OFFICE, game_id, limit=1):
        pass
    catch_up()
    assert points(survivor) == 14
    assert set(Win.objects.values_list("customer_id", flat=True)) == {survivor}
    everything_proves()


@pytest.mark.slow
def test_many_tickets(real_chain):
    """More than any list that is read or given at once. How long a million take, `make bench` tells."""
    members = real_chain.enrol(500)
    prize = Prize(code="p", name="p", kind=PrizeKind.POINTS, points=1, winners=2000)
    game_id = put_up(a_draw(prize))
    fill(game_id, members, 50_000)
    let_time_pass(game_id)
    services.freeze_draw(HEAD_OFFICE, game_id)
    assert services.draw_winners(HEAD_OFFICE, game_id) == 2000
    while services.give_prizes(HEAD_OFFICE, game_id):
        pass
    assert queries.protocol(game_id).is_right
    assert sum(points(member) for member in members) == 2000
