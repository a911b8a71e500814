"""Logs: JSON lines from Forecourt's processes, plain words from commands. Personal data is blacked out in both.

Nothing should put a phone number into a log; what an exception says is not in our hands, so every line is searched.
"""

import os
import re
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from structlog.typing import Processor

AS_JSON: Final = "FORECOURT_LOG_JSON"
"""Set to 1 for the processes that `forecourt up` starts."""

_OURS: Final = frozenset({"timestamp", "level", "logger", "request_id", "route", "method", "status", "milliseconds"})
_PERSONAL: Final = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+"  # an e-mail address
    r"|[\u4e00-\u9fff][A-HJ-NP-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9学警挂港澳领]"  # a plate
    r"|(?<![\w.-])(?!\d{4}-\d\d-\d\d)\+?\d(?:[ -]?\d){6,18}(?![\w-])"  # a phone or card number, no date
)


def redacted(text: str) -> str:
    """The text without what looks like an e-mail address, a plate, a phone or a card number."""
    return _PERSONAL.sub("…", text)


def _redact(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line.pop("request", None)  # Django's: its address holds what was searched for
    for key, value in list(line.items()):
        if key in _OURS or key.startswith("_"):
            continue
        if isinstance(value, str):
            line[key] = redacted(value)
        elif value is not None and not isinstance(value, int | float):
            line[key] = redacted(repr(value))
    return line


def configuration() -> dict[str, Any]:
    """Django's LOGGING. Processes write JSON, everything from INFO up; commands write words, from WARNING up."""
    as_json = os.environ.get(AS_JSON) == "1"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            }
        },
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout" if as_json else "ext://sys.stderr",
                "formatter": "structured",
            }
        },
        "root": {"handlers": ["out"], "level": "INFO" if as_json else "WARNING"},
        "loggers": {
            # these would bring handlers of their own
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # a refused request is in the request log already
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "procrastinate": {"handlers": [], "level": "WARNING", "propagate": True},
            "httpx": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }
