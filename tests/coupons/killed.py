"""What a process does with coupons until it is killed."""

from forecourt.coupons import services
from forecourt.kernel.actors import SYSTEM
from tests.bench.victims import Say


def make_batch(say: Say, batch_id: int) -> None:
    while left := services.extend_batch(SYSTEM, batch_id, 500):
        say(str(left))
