"""Games: wheels that people spin for chances their sales gave, draws with tickets, a quiz, prizes that wait."""

from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, Final

import msgspec

from forecourt.connectors.demo.life.data import read
from forecourt.connectors.demo.life.tickets import Tickets
from forecourt.connectors.demo.life.world import World
from forecourt.connectors.demo.values import CHINA
from forecourt.games import queries, services
from forecourt.games.services.table import CannotPlay
from forecourt.games.values import ClaimState, GameKind, GameRules, PrizeKind, Spun
from forecourt.kernel import clock
from forecourt.kernel.problems import Conflict

_COLLECTED: Final = 0.6
_RESULT: Final = "红球 03 09 14 21 27 32，蓝球 08"
"""What the lottery drew, as the paper printed it."""
_NOTE: Final = "规则、奖品与预算已核对"
_TRIES: Final = 6
_TICKETS_BOUGHT: Final = 25
_SALES: Final = ("games.handlers.give_for_sales",)
_WISE: Final = 0.8
"""How often somebody knows an answer."""


class Games:
    """What is played in a world."""

    def __init__(self, world: World, tickets: Tickets) -> None:
        self._world, self._tickets = world, tickets
        self._random = world.dice("games")
        self._right: dict[str, dict[str, frozenset[str]]] = {}
        for entry in read("games"):
            self._plan_game(entry)

    def _plan_game(self, entry: dict[str, Any]) -> None:
        world = self._world
        game = self._dated(entry)
        if "draft" in entry:
            world.plan(world.ago(entry["draft"], 15), lambda: self._hand_in(game, entry["note"]))
            return
        if not world.is_worth(game.ends_at):
            return
        world.plan(game.starts_at - timedelta(days=2), lambda: self._publish(game))
        self._plan_plays(game, entry.get("plays", 0))
        if game.kind is GameKind.DRAW and game.draw is not None:
            world.plan(game.draw.draws_at + timedelta(minutes=20), lambda: self._draw(game.code))
            if game.points_cost:
                self._plan_tickets(game)

    def _dated(self, entry: dict[str, Any]) -> GameRules:
        """The rules with their days, which count back from the last one."""
        world = self._world
        body = dict(entry["game"])
        body |= {"starts_at": world.ago(entry["from"], 0), "ends_at": world.ago(entry["until"], 0)}
        if "draw" in body:
            body["draw"] = body["draw"] | {"draws_at": world.ago(entry["draws"], 20)}
        return msgspec.convert(body, GameRules, strict=False)

    def _publish(self, game: GameRules) -> None:
        game_id = self._hand_in(game, _NOTE)
        services.approve_game(self._world.office.director, game_id)
        self._world.found[game.code] = game_id
        self._world.done["games"] += 1
        if game.quiz is not None:
            self._right[game.code] = {
                one.text: frozenset(one.options[place] for place in one.right) for one in game.quiz.questions
            }

    def _hand_in(self, game: GameRules, note: str) -> int:
        game_id = services.save_game(self._world.office.marketer, game)
        services.submit_game(self._world.office.marketer, game_id, note)
        return game_id

    def _plan_plays(self, game: GameRules, plays: int) -> None:
        """Spread over the days it runs, in daytime; small chains play less."""
        world = self._world
        first = max(game.starts_at, world.span.moment(0)).astimezone(CHINA)
        days = (min(game.ends_at, world.span.until) - first).days
        wanted = min(plays, max(6, len(world.members) // 8))
        play = self._spin if game.kind is GameKind.WHEEL else self._answer
        for _ in range(wanted if days > 0 else 0):
            at = first + timedelta(days=1 + self._random.randrange(days), hours=7.5 + 13 * self._random.random())
            world.plan(at, partial(play, game.code))

    def _plan_tickets(self, game: GameRules) -> None:
        for number in range(min(_TICKETS_BOUGHT, max(2, len(self._world.members) // 20))):
            self._world.plan(game.starts_at + timedelta(days=1 + number % 17, hours=20), lambda: self._buy(game.code))

    def _player(self, code: str) -> int | None:
        """Somebody with a chance, or anybody where none is wanted."""
        chosen = self._world.some(self._random, 1)
        return chosen[0].id if chosen else None

    def _spin(self, code: str) -> None:
        spun = self._spun_by_somebody(code)
        if spun is None:
            return
        self._world.done["plays"] += 1
        if spun.won is not None and spun.won.kind is PrizeKind.COUPON:
            self._tickets.look_for_new("COFFEE-FREE")
            self._tickets.look_for_new("FUEL-10")
        if spun.won is not None and spun.won.code:
            self._plan_collecting(spun.won.code)

    def _spun_by_somebody(self, code: str) -> Spun | None:
        """Of some who bought lately the first who has a chance left and may use it today."""
        recent = self._world.recent
        for customer_id in self._random.sample(list(recent), min(_TRIES, len(recent))):
            try:
                return services.spin_wheel(self._world.system, code, customer_id)
            except CannotPlay:
                continue
        return None

    def _plan_collecting(self, code: str) -> None:
        world = self._world
        if self._random.random() < _COLLECTED:
            station = self._random.choice(world.chain.sites).new.code
            at = clock.now() + timedelta(days=1 + 9 * self._random.random())
            world.plan(at, lambda: services.collect_claim(world.office.cashier(station), code, station))

    def _answer(self, code: str) -> None:
        customer_id = self._player(code)
        if customer_id is None:
            return
        try:
            paper = services.start_quiz(self._world.system, code, customer_id)
        except CannotPlay:
            return
        right = self._right[code]
        answers = [_chosen(self._random, one.options, right[one.text], one.choose) for one in paper.questions]
        with clock.as_of(clock.now() + timedelta(seconds=self._random.randint(25, 110))):
            marked = services.answer_quiz(self._world.system, paper.play_id, answers)
        self._world.done["plays"] += 1
        if marked.won is not None and marked.won.coupon_code:
            self._tickets.look_for_new("WASH-FREE")

    def _buy(self, code: str) -> None:
        customer_id = self._player(code)
        if customer_id is None or self._world.purse.points.get(customer_id, 0) < 1500:
            return
        services.enter_draw(self._world.system, code, customer_id, with_points=True)
        self._world.purse.points[customer_id] -= 300

    def _draw(self, code: str) -> None:
        world, game_id = self._world, self._world.found[code]
        world.lanes.read_on(_SALES)  # so that what was sold before the end has its tickets
        try:
            services.freeze_draw(world.office.marketer, game_id)
        except Conflict:  # something that is done beside holds the log of events back
            world.plan(clock.now() + timedelta(hours=1), lambda: self._draw(code))
            return
        world.done["winners"] += services.draw_winners(world.office.director, game_id, _RESULT)
        while services.give_prizes(world.system, game_id):
            pass
        self._tickets.look_for_new("WASH-FREE")
        for claim in queries.claims(game_of=game_id, limit=200):
            if claim.state is ClaimState.OPEN:
                self._plan_collecting(claim.code)


def is_on() -> bool:
    """Whether sales give chances or tickets now."""
    return bool(queries.live_games())


def tidy(world: World) -> None:
    """What the worker does every few minutes: games end, prizes that nobody confirmed or came for run out."""
    services.end_games(world.system)
    while services.pass_unconfirmed(world.system, world.today):
        pass
    while services.expire_claims(world.system, world.today):
        pass


def _chosen(random: Random, options: tuple[str, ...], right: frozenset[str], choose: int) -> list[int]:
    """The places that somebody ticks, who mostly knows."""
    if random.random() < _WISE:
        return [place for place, option in enumerate(options) if option in right]
    return sorted(random.sample(range(len(options)), choose))
