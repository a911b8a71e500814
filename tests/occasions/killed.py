"""What a process does in occasions until it is killed."""

import contextlib
import random
from datetime import date

from forecourt.kernel import readers
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Problem
from forecourt.occasions import services
from forecourt.occasions.services import gifts
from forecourt.occasions.values import RulesKind
from tests.bench.victims import Say


def be_busy(_say: Say, event: int, members: list[int]) -> None:
    """Give gifts and rewards in short lists, sign members up and off, and read the event log, for ever."""
    gifts.BATCH = 7
    while True:
        services.give_gifts(SYSTEM, RulesKind.BIRTHDAY, date(2026, 11, 22))
        services.reward_referrals(SYSTEM)
        for one in random.sample(members, 8):
            with contextlib.suppress(Problem):
                random.choice((services.sign_up, services.cancel_sign_up))(SYSTEM, event, one)
        readers.advance_all(seconds=1)
