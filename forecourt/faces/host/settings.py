"""What the environment says about how Forecourt runs on this machine."""

import os
from dataclasses import dataclass

from forecourt.kernel.problems import Invalid


@dataclass(frozen=True, slots=True)
class HostSettings:
    """Where the doors open. `bind` is FORECOURT_BIND, `web_port` PORT, `till_port` TILL_PORT.

    A door is served by so many processes, the workers: one a core, at most 4, unless the environment says otherwise.
    """

    bind: str
    web_port: int
    till_port: int
    web_workers: int
    till_workers: int

    @property
    def probe_host(self) -> str:
        """The address at which this machine reaches its own doors."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.bind, self.bind)  # noqa: S104

    def address(self, port: int) -> str:
        host = self.probe_host
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def host_settings() -> HostSettings:
    """From the environment; Invalid names the variable that cannot be."""
    usual = min(os.cpu_count() or 1, 4)
    return HostSettings(
        bind=os.environ.get("FORECOURT_BIND") or "127.0.0.1",
        web_port=_number("PORT", 8000, 65_535),
        till_port=_number("TILL_PORT", 8001, 65_535),
        web_workers=_number("FORECOURT_WEB_WORKERS", usual, 64),
        till_workers=_number("FORECOURT_TILL_WORKERS", usual, 64),
    )


def _number(name: str, usual: int, largest: int) -> int:
    text = os.environ.get(name) or str(usual)
    if not text.isdecimal() or not 1 <= int(text) <= largest:
        raise Invalid(f"{name} is {text!r}; it must be a number from 1 to {largest}.")
    return int(text)
