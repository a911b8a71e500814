"""The chance of games, without a database: exact, recomputable, and without favour."""

import hmac
from bisect import bisect_right
from collections import Counter
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import accumulate

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecourt.games import rules
from forecourt.games.rules import Columns, Player, Rank
from forecourt.games.values import (
    WHOLE,
    GameState,
    SaleChances,
    Segment,
    TierWeight,
    Wheel,
    Who,
)
from tests.games.scenes import MUG, TEN, a_draw, a_quiz, a_wheel

SEED = bytes(range(32))


@st.composite
def wheels(draw) -> Wheel:
    """Wheels of 2 to 24 segments whose parts add up; some segments have none."""
    cuts = sorted(draw(st.lists(st.integers(0, WHOLE), min_size=1, max_size=23)))
    parts = [after - before for before, after in zip([0, *cuts], [*cuts, WHOLE], strict=True)]
    return Wheel(segments=tuple(Segment(label=str(place), parts=part) for place, part in enumerate(parts)))


@settings(max_examples=3, deadline=None)
@given(wheels())
def test_every_segment_gets_exactly_its_parts(wheel):
    counted = Counter(rules.segment_at(wheel, part) for part in range(WHOLE))
    assert [counted[place] for place in range(len(wheel.segments))] == [one.parts for one in wheel.segments]


@given(wheels(), st.binary(min_size=32, max_size=32), st.integers(1, 1000))
def test_a_spin_is_a_pure_function_and_lies_on_the_wheel(wheel, seed, number):
    landed = [rules.spun(seed, "w", date(2026, 1, 2), "abc", number, wheel) for _ in range(2)]
    assert landed[0] == landed[1]
    assert wheel.segments[landed[0]].parts > 0


def test_a_spin_is_what_the_documentation_says():
    message = b"forecourt-wheel-1|spring|2026-01-02|abc|3|0"
    value = int.from_bytes(hmac.new(SEED, message, "sha256").digest()[:8], "big")
    wheel = Wheel(segments=(Segment(label="a", parts=500_000), Segment(label="b", parts=500_000)))
    assert value < 2**64 - 2**64 % WHOLE
    assert rules.spun(SEED, "spring", date(2026, 1, 2), "abc", 3, wheel) == (value % WHOLE >= 500_000)


lists = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 12)), min_size=0, max_size=60)
ranks = st.lists(
    st.builds(Rank, st.sampled_from(["gold", "silver", "bronze"]), st.integers(0, 30), st.sampled_from(["", "a", "b"])),
    min_size=1,
    max_size=3,
    unique_by=lambda rank: rank.prize,
)


def columns(tickets) -> Columns:
    return Columns(
        [100 + place for place in range(len(tickets))], [one[0] for one in tickets], [one[1] for one in tickets]
    )


@given(lists, ranks, st.binary(min_size=32, max_size=32), st.text(max_size=20))
def test_the_draw_is_deterministic_and_forbids_what_it_must(tickets, wanted, seed, entropy):
    held = columns(tickets)
    found = rules.winners(seed, "d", "hash", entropy, held, wanted)
    assert found == rules.winners(seed, "d", "hash", entropy, held, wanted)
    assert len({one.line for one in found}) == len(found), "a ticket won twice"
    assert [one.counter for one in found] == sorted({one.counter for one in found})
    for rank in wanted:
        places = [one.place for one in found if one.prize == rank.prize]
        assert places == list(range(1, len(places) + 1))
    for name in ("a", "b"):
        prizes = {rank.prize for rank in wanted if rank.prize_class == name}
        winners = [held.holders[one.line] for one in found if one.prize in prizes]
        assert len(set(winners)) == len(winners), "a holder won twice in a class"


@given(lists, ranks, st.binary(min_size=32, max_size=32))
def test_nobody_is_left_out_while_there_are_prizes(tickets, wanted, seed):
    """Fewer winners than prizes only where nobody is left who may win."""
    held = columns(tickets)
    found = rules.winners(seed, "d", "hash", "", held, wanted)
    won: set[int] = set()
    barred: dict[str, set[int]] = {}
    for rank in wanted:
        own = [one for one in found if one.prize == rank.prize]
        taken = barred.setdefault(rank.prize_class, set())
        for one in own:
            won.add(one.line)
            if rank.prize_class:
                taken.add(held.holders[one.line])
        if len(own) < rank.winners:
            assert not [line for line in range(len(tickets)) if line not in won and held.holders[line] not in taken]


def test_the_draw_against_a_second_program_written_from_the_documentation():
    tickets = [(1 + place % 5, 1 + place % 37) for place in range(400)]
    held = columns(tickets)
    text = rules.list_text(rules.Ticket(*row) for row in zip(*held, strict=True))
    wanted = [Rank("gold", 20, "a"), Rank("silver", 7, "a"), Rank("bronze", 200, "")]
    wanted += [Rank("gold", 5, "a", True), Rank("silver", 9, "a", True), Rank("bronze", 20, "", True)]
    found = rules.winners(SEED, "fair", rules.hash_of(text), "双色球 01 02", held, wanted)
    assert [(one.prize, held.numbers[one.line]) for one in found] == second_program(SEED, text, wanted)
    assert [one.is_reserve for one in found] == [False] * 227 + [True] * 30, (
        "5 reserves of silver: a class has 37 holders"
    )


@given(lists, ranks, st.binary(min_size=32, max_size=32), st.integers(1, 9))
def test_reserves_change_nothing_about_who_wins(tickets, wanted, seed, reserves):
    held = columns(tickets)
    further = [rank._replace(winners=reserves, is_reserve=True) for rank in wanted]
    plain = rules.winners(seed, "d", "hash", "", held, wanted)
    assert rules.winners(seed, "d", "hash", "", held, [*wanted, *further])[: len(plain)] == plain


def second_program(seed: bytes, text: bytes, wanted: list[Rank]) -> list[tuple[str, int]]:
    rows = [tuple(map(int, line.split())) for line in text.decode().splitlines()]
    head = f"forecourt-draw-1|fair|{sha256(text).hexdigest()}|{sha256('双色球 01 02'.encode()).hexdigest()}"
    counter, won, result = 0, set(), []
    pools, class_winners = {}, {}
    for rank in wanted:
        pool = pools.get(rank.prize_class, rows)
        place, misses = 0, 0
        while place < rank.winners and pool:
            total = sum(weight for _, weight, _ in pool)
            value = int.from_bytes(hmac.new(seed, f"{head}|{counter}".encode(), "sha256").digest()[:8], "big")
            counter += 1
            if value >= 2**64 // total * total:
                continue
            rest = value % total
            for row in pool:
                if rest < row[1]:
                    break
                rest -= row[1]
            barred = class_winners.setdefault(rank.prize_class, set()) if rank.prize_class else set()
            if row[0] in won or row[2] in barred:
                misses += 1
                if misses == 64:
                    pool = pools[rank.prize_class] = [r for r in pool if r[0] not in won and r[2] not in barred]
                    misses = 0
                continue
            won.add(row[0])
            barred.add(row[2])
            result.append((rank.prize, row[0]))
            place, misses = place + 1, 0
    return result


def test_weights_are_respected():
    """Chi-square over 20,000 draws of one ticket with a fixed seed: well within what chance allows."""
    weights = [1, 2, 3, 4, 10]
    held = Columns([1, 2, 3, 4, 5], weights, [1, 2, 3, 4, 5])
    counted = Counter(
        rules.winners(SEED, "d", f"hash {turn}", "", held, [Rank("p", 1)])[0].line for turn in range(20_000)
    )
    expected = [20_000 * weight / sum(weights) for weight in weights]
    square = sum((counted[place] - due) ** 2 / due for place, due in enumerate(expected))
    assert square < 18.47, f"chi-square {square:.1f} with 4 degrees of freedom is beyond 99.9%"


def test_the_public_text_changes_the_winners():
    held = Columns(list(range(1000)), [1] * 1000, list(range(1000)))
    one, other = (rules.winners(SEED, "d", "h", text, held, [Rank("p", 5)]) for text in ("", "开奖号码 7"))
    assert [winner.line for winner in one] != [winner.line for winner in other]


def test_a_million_tickets_are_drawn():
    count = 1_000_000
    held = Columns(
        list(range(count)), [1 + place % 3 for place in range(count)], [place % 400_000 for place in range(count)]
    )
    found = rules.winners(SEED, "d", "h", "", held, [Rank("gold", 10, "a"), Rank("silver", 20_000, "a")])
    assert len(found) == 20_010


def test_probabilities_must_add_up():
    short = a_wheel(Segment(label="a", parts=400_000), Segment(label="b", parts=500_000))
    assert "10%" in rules.faults(short)["segments"]
    assert rules.faults(a_wheel()) == {}
    assert rules.expected_cost(a_wheel()) == Decimal("0.04") + 6 + Decimal("0.05")


def test_the_consolation_must_not_run_out():
    assert "consolation" in rules.faults(a_wheel(consolation=2))
    assert "consolation" in rules.faults(a_wheel(consolation=9))
    assert "consolation" not in rules.faults(a_wheel(consolation=1))


@pytest.mark.parametrize(
    ("game", "field"),
    [
        (a_wheel(Segment(label="a", parts=0), Segment(label="b", parts=WHOLE, prize="car")), "segments.1.prize"),
        (a_wheel(prizes=(TEN, TEN)), "prizes"),
        (a_wheel(prizes=(msgspec.structs.replace(TEN, points=0), MUG)), "prizes.ten.points"),
        (a_draw(msgspec.structs.replace(MUG, winners=6)), "prizes.mug.winners"),
        (a_draw(MUG), "prizes"),
        (a_quiz(quiz=None), "questions"),
        (a_wheel(sale_chances=SaleChances(each=True)), "sale_chances"),
    ],
)
def test_faults_name_their_field(game, field):
    assert field in rules.faults(game)


def test_a_prize_beyond_the_cap_is_at_fault():
    car = msgspec.structs.replace(MUG, name="小轿车", value=Decimal(80_000))
    found = rules.cap_faults(a_wheel(prizes=(car, TEN)), Decimal(50_000))
    assert list(found) == ["prizes.mug.value"]
    assert all(text in found["prizes.mug.value"] for text in ("小轿车", "80,000.00", "50,000.00"))
    assert rules.cap_faults(a_wheel(prizes=(car, TEN)), Decimal(80_000)) == {}, "the limit itself is allowed"
    assert rules.cap_faults(a_wheel(prizes=(car, TEN)), Decimal(0)) == {}, "0 checks nothing"
    hidden = msgspec.structs.replace(MUG, value=Decimal(0), cost=Decimal(60_000))
    assert "60,000.00" in rules.cap_faults(a_wheel(prizes=(hidden,)), Decimal(50_000))["prizes.mug.value"]


@pytest.mark.parametrize(
    ("rule", "volume", "amount", "due"),
    [
        (SaleChances(volume=Decimal(30)), "29.999", "200", 0),
        (SaleChances(volume=Decimal(30)), "30", "200", 1),
        (SaleChances(volume=Decimal(30), each=True, count=2), "95", "700", 6),
        (SaleChances(volume=Decimal(30), each=True, most=2), "95", "700", 2),
        (SaleChances(amount=Decimal(100), volume=Decimal(10), each=True), "25", "350", 2),
        (SaleChances(), "0", "0", 0),
        (None, "30", "200", 0),
    ],
)
def test_what_a_sale_gives(rule, volume, amount, due):
    assert rules.chances_of_sale(rule, Decimal(volume), Decimal(amount)) == due


def test_limits_and_chances_together():
    game = a_wheel(per_day=3, in_all=5, needs_chance=True, points_cost=10)
    assert rules.plays_left(game, Player(plays_today=1, plays_in_all=3, chances=1, points=15)) == 2
    assert rules.spent_up(game, Player(plays_today=3)) != ""
    assert rules.spent_up(game, Player(plays_in_all=5)) != ""
    assert rules.spent_up(game, Player(points=9)) != ""
    assert rules.spent_up(game, Player(points=10)) == ""
    assert rules.plays_left(a_wheel(), Player()) is None


def test_who_may_play():
    game = a_wheel(who=Who(tiers=("gold",), tags=("vip",), bought_days=30))
    assert rules.barred(game, Player(tier="gold", tags=("vip",))) == ""
    assert rules.barred(game, Player(tier="basic", tags=("vip",))) != ""
    assert rules.barred(game, Player(tier="gold", tags=("new",))) != ""
    assert rules.barred(game, Player(tier="gold", tags=("vip",), has_bought=False)) != ""
    assert rules.barred(a_wheel(), Player(is_blocked=True)) != ""
    assert rules.closed(game, GameState.DRAFT, game.starts_at) != ""
    assert rules.closed(game, GameState.LIVE, game.ends_at) != ""
    assert rules.closed(game, GameState.LIVE, game.starts_at) == ""


@given(st.binary(min_size=32, max_size=32))
def test_a_quiz_in_any_order_is_marked_alike(seed):
    quiz = a_quiz().quiz
    sheet = rules.sheet_of(quiz, seed)
    right = rules.right_places(quiz, sheet)
    assert rules.marks(quiz, sheet, right) == 2
    assert rules.marks(quiz, sheet, [[], []]) == 0
    everything = [list(range(len(order))) for order in sheet.options]
    assert rules.marks(quiz, sheet, everything) == 0
    paper = rules.paper_of(quiz, sheet)
    assert {tuple(sorted(one.options)) for one in paper} == {tuple(sorted(one.options)) for one in quiz.questions}
    assert [one.choose for one in paper] == [len(one) for one in right]


def test_the_weight_of_a_tier():
    weights = (TierWeight(tier="gold", weight=3),)
    assert (rules.weight_of(weights, "gold"), rules.weight_of(weights, "basic")) == (3, 1)


def test_a_cumulative_list_finds_every_place():
    sums = list(accumulate([2, 1, 3]))
    assert [bisect_right(sums, place) for place in range(6)] == [0, 0, 1, 2, 2, 2]
