"""Wheels and quizzes on the real database: limits, chances, points, stock, prizes and what is told of them."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from forecourt.coupons.models import CouponTemplate
from forecourt.coupons.values import Template
from forecourt.customers import services as customers
from forecourt.customers.values import CustomerChanges
from forecourt.games import queries, services
from forecourt.games.models import Claim, Play, Win
from forecourt.games.services.table import CannotPlay
from forecourt.games.values import ClaimState, Prize, PrizeKind, SaleChances, Segment, Who
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation.queries import company_day
from forecourt.sales import services as sales
from forecourt.sales.values import NewRefund
from tests.games.scenes import HUNDRED, MUG, TEN, a_draw, a_quiz, a_wheel, always, give_points, moments, publish, put_up
from tests.sales.scenes import HEAD_OFFICE, a_sale, catch_up, events, everything_proves, flat_books_agree, points


def coupon_template(code: str = "WASH") -> Template:
    template = Template(code=code, name="洗车券")
    CouponTemplate.objects.create(
        code=code,
        name=template.name,
        kind=template.kind.value,
        body=msgspec.to_builtins(template),
        created_at=clock.now(),
        created_by="test",
    )
    return template


def spin(customer_id: int, code: str = "wheel", **more):
    return services.spin_wheel(HEAD_OFFICE, code, customer_id, **more)


def test_points_won_and_points_spent_stand_in_the_ledger(chain):
    (member,) = chain.enrol()
    give_points(member, 100)
    put_up(always("ten", points_cost=30))
    spun = spin(member)
    assert (spun.won.prize, spun.points_spent, spun.segment) == ("ten", 30, 1)
    assert points(member) == 100 - 30 + 10
    assert [event["won"] for event in events("game.played.v1")] == [True]
    assert [event["prize"] for event in events("game.won.v1")] == ["ten"]
    flat_books_agree()


def test_a_play_that_cannot_be_paid_takes_nothing(chain):
    (member,) = chain.enrol()
    give_points(member, 29)
    put_up(always("ten", points_cost=30))
    with pytest.raises(CannotPlay, match="29"):
        spin(member)
    assert (points(member), Play.objects.count()) == (29, 0)


def test_the_last_prize_falls_to_the_consolation(chain):
    members = chain.enrol(2)
    put_up(always("mug", prizes=(msgspec.structs.replace(MUG, stock=1), TEN, HUNDRED)))
    first, second = (spin(member) for member in members)
    assert first.won.kind is PrizeKind.GOODS
    assert len(first.won.code) == 10
    assert (second.landed, second.segment, second.won) == (1, 0, None)
    flat_books_agree()


def test_a_coupon_is_issued_for_the_win(chain):
    (member,) = chain.enrol()
    coupon_template()
    wash = Prize(code="wash", name="洗车券", kind=PrizeKind.COUPON, template="WASH")
    put_up(always("wash", prizes=(wash,)))
    spun = spin(member)
    assert spun.won.coupon_code
    assert events("coupon.issued.v1")[0]["origin"] == f"game:{spun.won.win_id}"
    flat_books_agree()


def test_limits_hold_by_day_and_in_all(chain):
    (member,) = chain.enrol()
    put_up(a_wheel(per_day=2, in_all=9))
    spin(member)
    spin(member)
    with pytest.raises(CannotPlay, match="today"):
        spin(member)
    Play.objects.update(day=clock.now().date() - timedelta(days=1))
    spin(member)


def test_the_same_reference_is_the_same_spin(chain):
    (member,) = chain.enrol()
    put_up(always("mug", per_day=1))
    first = spin(member, reference="app-1")
    again = spin(member, reference="app-1")
    assert (again.play_id, again.won.code, again.number) == (first.play_id, first.won.code, first.number)
    assert Play.objects.count() == Win.objects.count() == 1


def test_chances_first_then_points(chain):
    (member,) = chain.enrol()
    give_points(member, 100)
    put_up(a_wheel(needs_chance=True, points_cost=50, first_chances=1))
    services.give_chances(HEAD_OFFICE, "wheel", [member], 1, "sorry", reference="t-1")
    services.give_chances(HEAD_OFFICE, "wheel", [member], 1, "sorry", reference="t-1")
    (opening,) = queries.openings([member], clock.now())
    assert (opening.chances_left, opening.plays_left) == (2, 4)
    spent = [spin(member).points_spent for _ in range(4)]
    assert spent == [0, 0, 50, 50]
    flat_books_agree()


def test_who_may_play(chain):
    first, second = chain.enrol(2)
    put_up(a_wheel(who=Who(tags=("vip",))))
    customers.update_customer(HEAD_OFFICE, first, CustomerChanges(tags=("vip",)))
    spin(first)
    with pytest.raises(CannotPlay, match="other members"):
        spin(second)
    assert queries.openings([second], clock.now()) == []


def test_only_who_bought_something_lately(chain):
    first, second = chain.enrol(2)
    chain.post_one("s-1", 1)
    put_up(a_wheel(who=Who(bought_days=7)))
    spin(first)
    with pytest.raises(CannotPlay, match="7 days"):
        spin(second)


def test_closed_games(chain):
    (member,) = chain.enrol()
    draft = services.save_game(HEAD_OFFICE, a_wheel())
    with pytest.raises(CannotPlay, match="not live"):
        spin(member)
    publish(draft)
    services.end_game(HEAD_OFFICE, draft)
    with pytest.raises(CannotPlay, match="ended"):
        spin(member)
    starts_at, ends_at = moments(begun=timedelta(hours=-1))
    put_up(a_wheel(code="later", starts_at=starts_at, ends_at=ends_at))
    with pytest.raises(CannotPlay, match="begun"):
        spin(member, "later")
    with pytest.raises(NotFound):
        spin(member, "nowhere")
    with pytest.raises(NotFound):
        spin(987_654, "later")


def test_permissions(chain):
    (member,) = chain.enrol()
    put_up(a_wheel())
    nobody = Actor(kind="staff", name="n", permissions=frozenset({"games.view"}))
    with pytest.raises(NotAllowed):
        services.spin_wheel(nobody, "wheel", member)
    with pytest.raises(NotAllowed):
        services.save_game(nobody, a_quiz())
    with pytest.raises(NotAllowed):
        services.give_chances(nobody, "wheel", [member], 1, "x")


def test_a_published_game_keeps_its_rules(chain):
    game_id = put_up(a_wheel())
    with pytest.raises(Conflict, match="copy"):
        services.save_game(HEAD_OFFICE, a_wheel(name="other"), game_id)
    copy = services.copy_game(HEAD_OFFICE, game_id, "wheel-2")
    assert queries.game(copy).state == "draft"
    with pytest.raises(Invalid):
        services.copy_game(HEAD_OFFICE, game_id, "wheel")


def test_publishing_says_everything_that_is_wrong(chain):
    wash = Prize(code="wash", name="洗车券", kind=PrizeKind.COUPON, template="NONE")
    faulty = a_wheel(Segment(label="a", parts=1), Segment(label="b", parts=2, prize="wash"), prizes=(wash,))
    game_id = services.save_game(HEAD_OFFICE, faulty)
    with pytest.raises(Invalid) as refused:
        services.submit_game(HEAD_OFFICE, game_id)
    assert set(refused.value.fields) == {"segments", "prizes.wash.template"}
    assert queries.game(game_id).state == "draft"


def test_seeds_are_committed_ahead_and_the_audit_recomputes_every_spin(chain):
    members = chain.enrol(3)
    game_id = put_up(a_wheel())
    committed = queries.commitments(game_id)
    assert next(day for day, _, _ in committed) == company_day()
    assert len({commitment for _, commitment, _ in committed}) == len(committed) == 4
    for member in members * 4:
        spin(member)
    today = company_day()
    assert queries.spin_audit(game_id, today) is None, "the seed of a day that runs is secret"
    move_to_yesterday(game_id, members)
    audit = queries.spin_audit(game_id, today - timedelta(days=1))
    assert audit is not None
    assert len(audit.spins) == 12
    assert (audit.wrong, audit.gaps, audit.seed_fits) == (0, 0, True)
    spoilt = Play.objects.order_by("id").first()
    Play.objects.filter(pk=spoilt.pk).update(landed=(spoilt.landed + 1) % 4)
    assert queries.spin_audit(game_id, today - timedelta(days=1)).wrong == 1
    Play.objects.filter(pk=spoilt.pk).update(landed=spoilt.landed)
    Play.objects.filter(player=spoilt.player, number=1).delete()
    assert queries.spin_audit(game_id, today - timedelta(days=1)).gaps == 1


def move_to_yesterday(game_id: int, members) -> None:
    """Spin anew by the seed of a day that is over, as the clock of the game would have it."""
    from forecourt.games import records, rules
    from forecourt.games.services.reviews import _new_seed

    yesterday = company_day() - timedelta(days=1)
    records.add_seeds(game_id, [_new_seed(yesterday)])
    game, seed = queries.game(game_id), queries.seed(game_id, yesterday).seed
    for play in Play.objects.filter(game_id=game_id):
        landed = rules.spun(seed, game.rules.code, yesterday, play.player, play.number, game.rules.wheel)
        Play.objects.filter(pk=play.pk).update(day=yesterday, landed=landed, segment=landed)


def test_restocking_needs_a_reason_and_never_goes_below_what_was_given(chain):
    (member,) = chain.enrol()
    game_id = put_up(always("mug", prizes=(msgspec.structs.replace(MUG, stock=1), TEN, HUNDRED)))
    spin(member)
    with pytest.raises(Invalid):
        services.restock_prize(HEAD_OFFICE, game_id, "mug", -1, "less")
    with pytest.raises(Invalid):
        services.restock_prize(HEAD_OFFICE, game_id, "mug", 2, " ")
    assert services.restock_prize(HEAD_OFFICE, game_id, "mug", 2, "delivered") == 3
    assert spin(member).won.prize == "mug"
    flat_books_agree()


def test_goods_are_collected_once_where_they_are_kept(chain):
    (member,) = chain.enrol()
    put_up(always("mug", prizes=(msgspec.structs.replace(MUG, stations=("S001",)), TEN, HUNDRED)))
    code = spin(member).won.code
    other = Actor(kind="staff", name="m", permissions=frozenset({"games.collect"}), stations=frozenset({999}))
    with pytest.raises(NotAllowed):
        services.collect_claim(other, code, "S001")
    claim = services.collect_claim(HEAD_OFFICE, f" {code[:5].lower()}-{code[5:]} ", "S001")
    assert claim.state is ClaimState.COLLECTED
    with pytest.raises(Conflict, match="already"):
        services.collect_claim(HEAD_OFFICE, code, "S001")
    with pytest.raises(NotFound):
        services.collect_claim(HEAD_OFFICE, "NONE", "S001")
    with pytest.raises(Invalid):
        services.collect_claim(HEAD_OFFICE, code, "S999")


def test_goods_expire(chain):
    (member,) = chain.enrol()
    put_up(always("mug"))
    code = spin(member).won.code
    Claim.objects.update(expires_on=clock.now().date() - timedelta(days=2))
    with pytest.raises(Conflict, match="until"):
        services.collect_claim(HEAD_OFFICE, code, "S001")
    assert services.expire_claims(HEAD_OFFICE, company_day()) == 1
    assert services.expire_claims(HEAD_OFFICE, company_day()) == 0
    assert events("prize.expired.v1")[0]["prize_name"] == "保温杯"
    flat_books_agree()


# quizzes


def answers_of(paper, game=None) -> list[list[int]]:
    """The right answers of a paper, as somebody who knows them finds them."""
    known = {one.text: {one.options[place] for place in one.right} for one in (game or a_quiz()).quiz.questions}
    return [[place for place, text in enumerate(one.options) if text in known[one.text]] for one in paper.questions]


def test_a_quiz_passed(chain):
    (member,) = chain.enrol()
    put_up(a_quiz())
    paper = services.start_quiz(HEAD_OFFICE, "quiz", member)
    assert b"right" not in msgspec.json.encode(paper)
    marked = services.answer_quiz(HEAD_OFFICE, paper.play_id, answers_of(paper))
    assert (marked.right, marked.asked, marked.is_passed, marked.won.prize) == (2, 2, True, "hundred")
    assert [list(one) for one in marked.answers] == answers_of(paper)
    again = services.answer_quiz(HEAD_OFFICE, paper.play_id, [[], []])
    assert (again.right, again.won.win_id) == (2, marked.won.win_id)
    assert points(member) == 100
    flat_books_agree()


def test_a_quiz_under_way_is_the_same_paper(chain):
    (member,) = chain.enrol()
    put_up(a_quiz(in_all=1))
    paper = services.start_quiz(HEAD_OFFICE, "quiz", member)
    assert services.start_quiz(HEAD_OFFICE, "quiz", member) == paper


def test_the_next_lower_award_when_the_best_has_run_out(chain):
    (member,) = chain.enrol()
    put_up(a_quiz(prizes=(msgspec.structs.replace(HUNDRED, stock=0), TEN)))
    paper = services.start_quiz(HEAD_OFFICE, "quiz", member)
    assert services.answer_quiz(HEAD_OFFICE, paper.play_id, answers_of(paper)).won.prize == "ten"


def test_answers_are_told_only_when_no_other_try_is_left(chain):
    (member,) = chain.enrol()
    put_up(a_quiz(in_all=2))
    told = []
    for _ in range(2):
        paper = services.start_quiz(HEAD_OFFICE, "quiz", member)
        marked = services.answer_quiz(HEAD_OFFICE, paper.play_id, [[], []])
        told.append(marked.answers is not None)
        assert (marked.right, marked.is_passed, marked.won) == (0, False, None)
    assert told == [False, True]
    with pytest.raises(CannotPlay):
        services.start_quiz(HEAD_OFFICE, "quiz", member)


def test_too_late_is_no_answer(chain):
    (member,) = chain.enrol()
    quiz = msgspec.structs.replace(a_quiz().quiz, seconds=30)
    put_up(a_quiz(quiz=quiz))
    paper = services.start_quiz(HEAD_OFFICE, "quiz", member)
    assert paper.closes_at is not None
    Play.objects.update(closes_at=clock.now() - timedelta(minutes=1))
    marked = services.answer_quiz(HEAD_OFFICE, paper.play_id, answers_of(paper))
    assert (marked.is_late, marked.right, marked.won) == (True, 0, None)
    assert services.start_quiz(HEAD_OFFICE, "quiz", member).play_id != paper.play_id


def test_a_quiz_asks_some_of_its_questions(chain):
    (member,) = chain.enrol()
    quiz = msgspec.structs.replace(a_quiz().quiz, ask=1, awards=a_quiz().quiz.awards[1:])
    put_up(a_quiz(quiz=quiz))
    asked = Counter()
    for _ in range(12):
        paper = services.start_quiz(HEAD_OFFICE, "quiz", member)
        assert len(paper.questions) == 1
        asked[paper.questions[0].text] += 1
        services.answer_quiz(HEAD_OFFICE, paper.play_id, [[0]])
    assert len(asked) == 2


# what sales give, merges


def test_sales_give_chances_once_and_refunds_take_unused_ones_back(real_chain):
    chain = real_chain
    (member,) = chain.enrol()
    put_up(
        a_wheel(
            needs_chance=True, sale_chances=SaleChances(volume=Decimal(20)), starts_at=clock.now() - timedelta(days=3)
        )
    )
    receipt = chain.post_one("s-1", 1)
    chain.post_one("s-2", None)
    chain.post_one("s-1", 1)
    catch_up()
    assert left(member) == 1
    give_back(receipt)
    catch_up()
    assert left(member) == 0
    with pytest.raises(CannotPlay, match="no chance"):
        spin(member)
    used = chain.post_one("s-3", 1)
    catch_up()
    spin(member)
    give_back(used)
    catch_up()
    assert left(member) == 0
    assert [event["origin"] for event in events("chance.given.v1")] == [
        f"sale:{receipt.id}",
        f"sale:{used.id}",
    ]
    everything_proves()


def give_back(receipt) -> None:
    sales.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref=f"r-{receipt.id}"))


def left(customer_id: int) -> int:
    from forecourt.customers import queries as customer_queries

    return queries.openings(customer_queries.family_ids(customer_id), clock.now())[0].chances_left


def test_sales_give_tickets_within_the_limit(real_chain):
    chain = real_chain
    (member,) = chain.enrol()
    game = a_draw(
        sale_chances=SaleChances(volume=Decimal(5), each=True), in_all=6, starts_at=clock.now() - timedelta(days=3)
    )
    put_up(game)
    first = chain.post_one("s-1", 1)
    catch_up()
    assert left_tickets(member) == 4
    chain.post_one("s-2", 1)
    catch_up()
    assert left_tickets(member) == 6
    give_back(first)
    catch_up()
    assert left_tickets(member) == 2
    everything_proves()


def left_tickets(customer_id: int) -> int:
    return queries.openings([customer_id], clock.now())[0].tickets


def test_after_a_merge_the_survivor_has_chances_and_claims_and_limits_of_both(real_chain):
    chain = real_chain
    survivor, merged = chain.enrol(2)
    put_up(always("mug", needs_chance=True, in_all=3))
    services.give_chances(HEAD_OFFICE, "wheel", [survivor, merged], 2, "both")
    spin(merged)
    merge_id = customers.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    assert left(survivor) == 3
    assert len(queries.claims(family=[survivor, merged])) == 1
    spin(merged)
    spin(survivor)
    with pytest.raises(CannotPlay, match="used up"):
        spin(survivor)
    everything_proves()
    customers.undo_merge(HEAD_OFFICE, merge_id)
    catch_up()
    assert len(queries.claims(family=[survivor])) == 2
    assert len(queries.claims(family=[merged])) == 1
    everything_proves()


def test_ending_by_time_leaves_draws_to_be_frozen(chain):
    starts_at, ends_at = moments(left=timedelta(minutes=1))
    put_up(a_wheel(starts_at=starts_at, ends_at=ends_at))
    put_up(a_draw(starts_at=starts_at, ends_at=ends_at, draw=msgspec.structs.replace(a_draw().draw, draws_at=ends_at)))
    assert services.end_games(HEAD_OFFICE) == 0
    with clock.as_of(ends_at):
        assert services.end_games(HEAD_OFFICE) == 1


def test_a_sale_gives_nothing_to_who_is_not_meant(real_chain):
    chain = real_chain
    (member,) = chain.enrol()
    put_up(a_draw(sale_chances=SaleChances(), who=Who(tiers=("gold",)), starts_at=clock.now() - timedelta(days=3)))
    chain.post(a_sale("s-1", 1))
    catch_up()
    assert events("draw.entered.v1") == []
    assert queries.openings([member], clock.now()) == []


def test_a_draft_says_which_field_has_not_its_form(chain):
    with pytest.raises(Invalid, match="letters, digits") as refused:
        services.save_game(HEAD_OFFICE, a_wheel(code="bad code"))
    assert set(refused.value.fields) == {"code"}
    with pytest.raises(Invalid) as refused:
        services.save_game(HEAD_OFFICE, a_wheel(prizes=(msgspec.structs.replace(MUG, name=""),)))
    assert set(refused.value.fields) == {"prizes.0.name"}
