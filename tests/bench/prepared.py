"""A database with all its tables and no rows, made once for a whole run and copied wherever a test would make one."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path


def give_database(home: Path) -> bool:
    """Let this home, which must be new, begin with the database that `forecourt migrate` makes; whether it does.

    Where PostgreSQL's account may not enter the temporary folder, its data stands elsewhere and the home stays empty.
    """
    source = made() / "postgres"
    if source.is_symlink():
        return False
    subprocess.run(["cp", "-a", source, home / "postgres"], check=True)
    return True


def made() -> Path:
    """The home that is copied from; whoever comes first makes it, the others wait."""
    shared = Path(os.environ["FORECOURT_TESTS_SHARED"])
    whole, draft = shared / "made", shared / "draft"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            draft.mkdir(mode=0o700)
            environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
            subprocess.run(
                [sys.executable, "-m", "forecourt", "migrate"],
                env=environment | {"FORECOURT_HOME": str(draft)},
                check=True,
                capture_output=True,
            )
            draft.rename(whole)
    return whole
