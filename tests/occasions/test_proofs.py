"""What was altered about gifts, their rules and events is found by `forecourt prove`."""

from datetime import date

import pytest

from forecourt.kernel import sql
from forecourt.kernel.actors import SYSTEM
from forecourt.occasions import services
from forecourt.occasions.values import RulesKind
from tests.occasions.conftest import furnished, hold
from tests.occasions.test_gifts import BIRTHDAY, born
from tests.sales.scenes import Chain, differences, everything_proves


@pytest.fixture
def chain(committed) -> Chain:
    return furnished()


@pytest.mark.parametrize(
    "alter",
    [
        "UPDATE occasions_rulesversion SET body = jsonb_set(body, '{points}', '101') WHERE kind = 'birthday'",
        "UPDATE occasions_rulesversion SET body = jsonb_set(body, '{template}', '\"wash\"') WHERE kind = 'birthday'",
        "UPDATE occasions_gift SET version = 7",
        "DELETE FROM occasions_rulesversion WHERE kind = 'birthday'",
        "DELETE FROM occasions_gift",
        "UPDATE occasions_gift SET points = 1",
    ],
)
def test_a_gift_that_differs_from_its_rules_is_found(chain, alter):
    hold(RulesKind.BIRTHDAY, BIRTHDAY)
    born(chain, "11-25")
    assert services.give_gifts(SYSTEM, RulesKind.BIRTHDAY, date(2026, 11, 22)) == 1
    everything_proves()
    sql.run(alter)
    assert differences().keys() == {"gifts and benefits"}
