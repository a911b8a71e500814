"""Which PostgreSQL to use: the one DATABASE_URL names, else Forecourt's own under FORECOURT_HOME, by its socket."""

import os
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from forecourt.kernel.home import home

EMBEDDED_NAME: Final = "forecourt"
EMBEDDED_USER: Final = "postgres"
_LONGEST_SOCKET_PATH: Final = 90


def is_embedded() -> bool:
    """Whether Forecourt runs its own PostgreSQL."""
    return not os.environ.get("DATABASE_URL")


def socket_folder() -> Path:
    """Where the embedded server's socket stands; beside the data, or below the temporary folder when that is too deep."""
    beside = home() / "postgres" / "run"
    if len(str(beside)) <= _LONGEST_SOCKET_PATH:
        return beside
    return Path(gettempdir()) / f"forecourt-{sha256(str(home()).encode()).hexdigest()[:12]}"


def django_settings() -> dict[str, Any]:
    """The DATABASES entry. Names the variable, the value's fault and the form it should have when DATABASE_URL is wrong."""
    common: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
    if is_embedded():
        return common | {"NAME": EMBEDDED_NAME, "USER": EMBEDDED_USER, "HOST": str(socket_folder())}
    url = urlsplit(os.environ["DATABASE_URL"])
    if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
        raise SystemExit(
            "DATABASE_URL: must look like postgresql://user:password@host:5432/name; "
            f"its scheme is {url.scheme!r} and its database {url.path.strip('/')!r}"
        )
    options = dict(parse_qsl(url.query))
    host = options.pop("host", None) or unquote(url.hostname or "")
    return common | {
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": host,
        "PORT": str(url.port or ""),
        "OPTIONS": options,
    }
