"""One English word that means two things is two words in Chinese, each on the screens where it means that."""

import pytest

from forecourt.organisation.values import Role
from tests.backoffice.test_games import signed  # noqa: F401
from tests.games.scenes import a_wheel, put_up
from tests.sales.scenes import open_chain


@pytest.fixture
def page(signed):  # noqa: F811
    """`page("sales/")`: that page, as head office reads it in Chinese."""
    client = signed(Role.HEAD_OFFICE)

    def get(path: str) -> str:
        answer = client.get(f"/admin/{path}", headers={"accept-language": "zh-CN"})
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def test_a_game_ends_and_a_reward_is_taken_off_the_shelf(page):
    open_chain()
    said = page(f"games/{put_up(a_wheel())}/")
    assert ">结束</button>" in said
    assert "下架" not in said


def test_a_reward_is_bought_with_points_and_a_reward_is_for_bringing_somebody(page):
    assert "<th>礼品</th>" in page("redemptions/")
    assert "<th>奖励</th>" in page("referrals/")


def test_members_of_the_club_are_not_called_like_those_of_a_household(page):
    said = page("sales/")
    assert ">会员</option>" in said
    assert "成员" not in said


def test_a_role_has_a_scope_and_an_event_a_place(page):
    said = page("staff/new/")
    assert "管辖范围" in said
    assert "地点" not in said
    assert "<th>地点</th>" in page("member-events/")
