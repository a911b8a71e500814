"""The first people who may sign in, made at the first start; their passwords are kept for the owner to read."""

import os
import secrets
from pathlib import Path
from typing import Final

from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.home import folder
from forecourt.organisation import queries, services
from forecourt.organisation.values import Role

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike."""
_HEAD: Final = "# The first sign-ins: name, password, role. Change the passwords, then remove this file.\n"

_OFFICE: Final = (("admin", "总部管理员", Role.HEAD_OFFICE),)
_CHAIN: Final = (
    ("marketer", "市场专员", Role.MARKETER),
    ("manager", "站长", Role.STATION_MANAGER),
    ("cashier", "加油员", Role.CASHIER),
    ("service", "客服专员", Role.SERVICE_AGENT),
    ("analyst", "数据分析师", Role.ANALYST),
    ("compliance", "合规专员", Role.COMPLIANCE),
)
_AT_A_STATION: Final = frozenset({Role.STATION_MANAGER, Role.CASHIER})


def make_first_sign_ins() -> None:
    """Make those who are missing: head office always, one of each role once there are stations."""
    stations = queries.all_stations(SYSTEM)
    for username, name, role in _OFFICE + (_CHAIN if stations else ()):
        if queries.staff_id(username) is not None:
            continue
        password = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
        station = stations[0].code if role in _AT_A_STATION else None
        # noted before it counts: a start that is killed in between must not leave a password nobody knows
        _note(username, password, f"{role}@{station}" if station else role)
        services.create_staff(SYSTEM, username=username, name=name, password=password, roles=[(role, station)])


def kept_sign_ins() -> list[tuple[str, str, str]]:
    """(name, password, role) of those in the file; the last note of a name counts."""
    if not path().exists():
        return []
    lines = [line.split("\t") for line in path().read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list({line[0]: (line[0], line[1], line[2]) for line in lines if len(line) == 3}.values())


def path() -> Path:
    """The file of the first sign-ins, readable by its owner alone."""
    return folder("secrets") / "sign-ins"


def _note(username: str, password: str, role: str) -> None:
    is_new = not path().exists()
    handle = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write((_HEAD if is_new else "") + f"{username}\t{password}\t{role}\n")
        file.flush()
        os.fsync(file.fileno())
