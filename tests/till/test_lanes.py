"""A lane: requests ride together, and one that fails takes no other down."""

import asyncio
import threading
from collections.abc import Sequence

from django.db import OperationalError

from forecourt.faces.till.lanes import LONGEST_LIST, Lane
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.problems import Invalid, NotAllowed, Problem, Unavailable
from forecourt.sales.services import Submission
from tests.bench import loops


def request(name: str, size: int = 1) -> list[Submission]:
    """A request of so many items; problems, which an engine hands back, serve as well as sales."""
    return [Submission(SYSTEM, Invalid(f"{name}-{number}")) for number in range(size)]


class Engine:
    """Hands items back, refuses lists that hold a poison, and remembers how long its lists were."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sizes: list[int] = []
        self.gate = threading.Event()
        self.error = error or ValueError("poison")
        self.answer = lambda submissions: [submission.sale for submission in submissions]

    def __call__(self, submissions: Sequence[Submission]) -> list[Problem]:
        self.gate.wait(10)
        self.sizes.append(len(submissions))
        if any("poison" in str(submission.sale) for submission in submissions):
            raise self.error
        return self.answer(submissions)


def serve(engine: Engine, requests: list[list[Submission]]) -> list[object]:
    """Hand all requests to a lane while its engine is held up, then let it go; their answers or errors."""

    async def all_at_once() -> list[object]:
        lane = Lane("test", engine)
        lane.start()
        try:
            waiting = [asyncio.ensure_future(lane.answer(requests[0]))]
            await asyncio.sleep(0.1)  # the first is under way by itself; all others wait
            waiting += [asyncio.ensure_future(lane.answer(item)) for item in requests[1:]]
            await asyncio.sleep(0.1)
            engine.gate.set()
            return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 10)
        finally:
            engine.gate.set()
            await asyncio.to_thread(lane.close)

    return loops.run(all_at_once())


def test_requests_that_wait_ride_together_and_get_their_own_answers():
    engine = Engine()
    requests = [request(f"r{number}", 1 + number % 3) for number in range(64)]
    answers = serve(engine, requests)
    assert [[answer.detail for answer in found] for found in answers] == [
        [submission.sale.detail for submission in item] for item in requests
    ]
    assert len(engine.sizes) == 2, "the first alone, all others in one list"


def test_a_poison_spoils_only_its_own_request():
    requests = [request(f"r{number}") for number in range(64)]
    requests[20] = request("poison")
    answers = serve(Engine(), requests)
    assert isinstance(answers[20], ValueError)
    good = [found for number, found in enumerate(answers) if number != 20]
    assert [found[0].detail for found in good] == [f"r{number}-0" for number in range(64) if number != 20]


def test_when_the_database_is_away_all_are_told_to_send_again():
    answers = serve(Engine(OperationalError("gone")), [request("r0"), request("poison"), request("r1")])
    assert answers[0][0].detail == "r0-0"
    assert [type(found[0]) for found in answers[1:]] == [Unavailable, Unavailable]


def test_a_problem_of_a_whole_list_is_the_answer_to_the_request_that_has_it():
    answers = serve(Engine(Unavailable("merged just now")), [request("r0"), request("poison", 2), request("r1")])
    assert [type(one) for one in answers[1]] == [Unavailable, Unavailable]
    assert [found[0].detail for found in (answers[0], answers[2])] == ["r0-0", "r1-0"]


def test_lists_have_a_longest_length_but_requests_are_never_split():
    engine = Engine()
    serve(engine, [request("first"), *[request(f"r{number}", 20) for number in range(60)], request("big", 900)])
    assert engine.sizes[0] == 1
    assert sum(engine.sizes) == 1 + 1200 + 900
    assert engine.sizes[-1] == 900
    assert all(size <= LONGEST_LIST for size in engine.sizes[:-1])


def test_answers_are_english_whatever_the_installation_speaks(settings):
    settings.LANGUAGE_CODE = "zh-hans"
    stranger = Actor(kind="key", name="till", stations=frozenset())

    def refuse(submissions: Sequence[Submission]) -> list[Problem]:
        try:
            stranger.require_station(7, "S7")
        except NotAllowed as problem:
            return [problem for _ in submissions]
        return []

    engine = Engine()
    engine.answer = refuse
    answers = serve(engine, [request("r0")])
    assert answers[0][0].detail == "till has no access to station S7."


def test_a_lane_that_closes_finishes_what_waits():
    async def close_at_once() -> list[object]:
        engine = Engine()
        lane = Lane("test", engine)
        lane.start()
        waiting = [asyncio.ensure_future(lane.answer(request(f"r{number}"))) for number in range(10)]
        await asyncio.sleep(0.05)
        engine.gate.set()
        await asyncio.to_thread(lane.close)
        return await asyncio.wait_for(asyncio.gather(*waiting), 5)

    assert len(loops.run(close_at_once())) == 10
