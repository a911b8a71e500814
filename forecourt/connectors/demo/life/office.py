"""Who decides at head office, and who acts at stations: real members of staff, with the rights of their roles."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from forecourt.connectors.demo.values import Chain
from forecourt.kernel.actors import Actor
from forecourt.organisation import queries
from forecourt.organisation.services import create_api_key
from forecourt.organisation.services.roster import Worker, enlist_staff
from forecourt.organisation.values import Role

_OFFICE: Final = (
    ("林晓雯", "H001", Role.MARKETER),
    ("陈志强", "H002", Role.HEAD_OFFICE),
    ("何俊杰", "H003", Role.ANALYST),
    ("梁敏仪", "H004", Role.HEAD_OFFICE),
    ("黄婉婷", "H005", Role.SERVICE_AGENT),
)
"""Name, which is the sign-in name too and what stands beside all they do, number, role."""


_KEYS: Final = (
    ("油站收银系统", ("sales:write", "customers:read", "coupons:read")),
    ("会员小程序", ("customers:read", "points:read", "coupons:read", "rewards:redeem", "games:play")),
)
"""Systems that are connected, with what they may do. Nobody knows these keys: whoever connects one makes another."""


@dataclass(frozen=True, slots=True)
class Office:
    """Those who act. `marketer` hands in and `director` approves; `analyst` keeps the books and `treasurer` approves."""

    marketer: Actor
    director: Actor
    analyst: Actor
    treasurer: Actor
    agent: Actor
    cashiers: dict[str, str]
    """By station, the sign-in name of the attendant who sees to members."""
    managers: dict[str, str]

    @property
    def size(self) -> int:
        return len(_OFFICE)

    def cashier(self, station: str) -> Actor:
        return _acting(self.cashiers[station])

    def manager(self, station: str) -> Actor:
        return _acting(self.managers[station])


@cache
def _acting(username: str) -> Actor:
    staff_id = queries.staff_id(username)
    if staff_id is None:
        raise LookupError(username)
    return queries.actor_for_staff(staff_id)


def hire(actor: Actor, chain: Chain) -> Office:
    """Take on head office. Nobody can sign in as them until somebody gives them a password."""
    _acting.cache_clear()
    enlist_staff(actor, [Worker(name, code, name, role, "") for name, code, role in _OFFICE])
    for name, scopes in _KEYS:
        create_api_key(actor, name, scopes)
    cashiers: dict[str, str] = {}
    managers: dict[str, str] = {}
    for worker in chain.workers:
        chosen = managers if worker.role == "manager" else cashiers
        chosen.setdefault(worker.station, worker.username or worker.code.lower())
    marketer, director, analyst, treasurer, agent = (_acting(name) for name, _, _ in _OFFICE)
    return Office(marketer, director, analyst, treasurer, agent, cashiers, managers)
