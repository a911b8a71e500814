"""Coupons that cannot be issued any more are out of stock: on wheels, in quizzes; and one draw's does not stop the others."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from forecourt.coupons import services as coupon_services
from forecourt.coupons.values import CouponKind, Template
from forecourt.games import queries, services
from forecourt.games.models import Claim, Play
from forecourt.games.tasks import tidy
from forecourt.games.values import Award, ClaimState, Prize, PrizeKind, SaleChances, Segment
from forecourt.kernel import clock, sql
from forecourt.kernel.problems import Conflict, Invalid
from tests.games.scenes import (
    HUNDRED,
    MUG,
    TEN,
    a_draw,
    a_quiz,
    a_wheel,
    always,
    draw_at_once,
    let_time_pass,
    publish,
    put_up,
)
from tests.games.test_playing import give_back, spin
from tests.sales.scenes import HEAD_OFFICE, a_sale, ago, catch_up, flat_books_agree

WASH = Prize(code="wash", name="洗车券", kind=PrizeKind.COUPON, template="few")


def few(limit: int = 1) -> None:
    """A template of which so many coupons are issued."""
    coupon_services.create_template(HEAD_OFFICE, Template(code="few", name="洗车券", valid_days=30, limit=limit))


def test_a_coupon_that_is_used_up_falls_to_the_consolation(chain):
    first, second = chain.enrol(2)
    few()
    put_up(always("wash", prizes=(WASH,)))
    assert spin(first).won.coupon_code
    spun = spin(second)
    assert (spun.landed, spun.segment, spun.won) == (1, 0, None)
    assert list(Play.objects.order_by("played_at").values_list("coupon_ran_out", flat=True)) == [False, True]
    flat_books_agree()


def test_so_does_one_that_is_not_issued_any_more_and_who_lands_there_again_goes_on(chain):
    (member,) = chain.enrol()
    few(0)
    put_up(always("wash", prizes=(WASH, TEN)))
    coupon_services.retire_template(HEAD_OFFICE, "few")
    assert [spin(member).segment for _turn in range(2)] == [0, 0]
    assert Play.objects.count() == 2


def test_where_the_consolation_is_such_a_coupon_nothing_is_won_and_the_proof_knows_why(chain):
    (member,) = chain.enrol()
    few(0)
    game = a_wheel(Segment(label="洗车券", parts=1_000_000, prize="wash"), Segment(label="—", parts=0), prizes=(WASH,))
    put_up(game)
    coupon_services.retire_template(HEAD_OFFICE, "few")
    assert spin(member).won is None
    flat_books_agree()
    Play.objects.update(coupon_ran_out=False)
    with pytest.raises(AssertionError, match="wheels"):
        flat_books_agree()


def test_a_consolation_is_no_coupon_that_may_run_out(chain):
    few()
    game_id = services.save_game(
        HEAD_OFFICE,
        a_wheel(Segment(label="洗车券", parts=1_000_000, prize="wash"), Segment(label="—", parts=0), prizes=(WASH,)),
    )
    with pytest.raises(Invalid) as refused:
        publish(game_id)
    assert refused.value.fields.keys() == {"consolation"}


def test_a_quiz_gives_the_next_lower_award_where_the_coupon_is_used_up(chain):
    first, second = chain.enrol(2)
    few()
    quiz = msgspec.structs.replace(a_quiz().quiz, awards=(Award(right=2, prize="wash"), Award(right=1, prize="ten")))
    put_up(a_quiz(prizes=(WASH, TEN), quiz=quiz))
    won = []
    for member in (first, second):
        paper = services.start_quiz(HEAD_OFFICE, "quiz", member)
        answers = queries.game(Play.objects.get(pk=paper.play_id).game_id).rules.quiz
        places = right_places(answers, paper)
        won.append(services.answer_quiz(HEAD_OFFICE, paper.play_id, places).won.prize)
    assert won == ["wash", "ten"]
    flat_books_agree()


def right_places(quiz, paper) -> list[list[int]]:
    """What is right on a paper, by its texts."""
    right = {one.text: {one.options[place] for place in one.right} for one in quiz.questions}
    return [[place for place, option in enumerate(one.options) if option in right[one.text]] for one in paper.questions]


def test_a_code_for_everybody_is_no_prize(chain):
    coupon_services.create_template(
        HEAD_OFFICE, Template(code="few", name="洗车券", kind=CouponKind.GENERIC, generic_code="WASH2026")
    )
    game_id = services.save_game(HEAD_OFFICE, always("wash", prizes=(WASH,)))
    with pytest.raises(Invalid) as refused:
        publish(game_id)
    assert refused.value.fields.keys() == {"prizes.wash.template"}


def test_a_draw_whose_prizes_fail_does_not_stop_the_others(chain):
    members = chain.enrol(3)
    five = Prize(code="p", name="积分", kind=PrizeKind.POINTS, points=5, winners=1)
    stuck, other = put_up(a_draw(five, code="stuck")), put_up(a_draw(five, code="other"))
    for game_id in (stuck, other):
        draw_at_once(game_id, members, 3)
    never = f"ALTER TABLE games_win ADD CONSTRAINT stuck CHECK (game_id <> {stuck} OR granted_at IS NULL) NOT VALID"
    sql.run(never)
    put_up(always("mug"))
    spin(members[0])
    Claim.objects.update(expires_on=clock.now().date() - timedelta(days=9))
    with pytest.raises(ExceptionGroup, match="tidied"):
        tidy(0)
    assert queries.draws_to_give() == [stuck]
    assert Claim.objects.get().state == ClaimState.EXPIRED


def test_two_prizes_of_one_name_are_handed_over_each_where_it_is_kept(chain):
    (member,) = chain.enrol()
    elsewhere = msgspec.structs.replace(MUG, code="far", stations=("S002",))
    here = msgspec.structs.replace(MUG, stations=("S001",))
    from forecourt.organisation import services as organisation
    from forecourt.organisation.values import NewStation

    organisation.open_stations(HEAD_OFFICE, [NewStation(code="S002", name="另一站")])
    put_up(always("mug", prizes=(elsewhere, here, TEN, HUNDRED)))
    code = spin(member).won.code
    with pytest.raises(Conflict, match="S001"):
        services.collect_claim(HEAD_OFFICE, code, "S002")
    assert services.collect_claim(HEAD_OFFICE, code, "S001").state is ClaimState.COLLECTED
    Claim.objects.update(collected_at="2026-03-31T16:30:00Z")
    with pytest.raises(Conflict, match="1 Apr 2026 00:30"):
        services.collect_claim(HEAD_OFFICE, code, "S001")


def with_tickets(chain) -> int:
    """A draw whose tickets sales give, a ticket each."""
    chain.enrol()
    return put_up(a_draw(sale_chances=SaleChances(volume=Decimal(5)), starts_at=clock.now() - timedelta(days=3)))


def test_a_sale_before_the_end_of_a_draw_has_its_ticket_however_late_it_is_read(real_chain):
    game_id = with_tickets(real_chain)
    receipt = real_chain.post_one("s-1", 1, occurred_at=ago(1))
    let_time_pass(game_id)
    with clock.as_of(clock.now() + timedelta(minutes=2)), pytest.raises(Conflict, match="still being given"):
        services.freeze_draw(HEAD_OFFICE, game_id)
    catch_up()
    real_chain.post(a_sale("s-2", 1, occurred_at=clock.now()))
    catch_up()
    assert queries.ticket_list(game_id)[0].count(b"\n") == 1
    give_back(receipt)
    catch_up()
    assert services.freeze_draw(HEAD_OFFICE, game_id).tickets == 0
