"""Mapping files: JSON or TOML that says how one till's words become ours."""

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

import msgspec

from forecourt.connectors.pos.values import Mapping
from forecourt.kernel import clock
from forecourt.kernel.problems import Invalid

_MAX_BYTES: Final = 4 * 1024 * 1024
_CUSTOMER_KINDS: Final = ("card", "phone", "plate", "app", "wechat", "email")


def load(path: Path) -> Mapping:
    """The mapping in that file. Invalid when it cannot be read, holds an unknown key or a wrong value."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise Invalid.field("mapping", f"{path.name} is larger than {_MAX_BYTES} bytes; is it a mapping?")
        body = path.read_bytes()
    except OSError as error:
        raise Invalid.field("mapping", f"{path} cannot be read: {error.strerror}") from error
    decode = msgspec.toml.decode if path.suffix.lower() == ".toml" else msgspec.json.decode
    try:
        mapping = decode(body, type=Mapping)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid.field("mapping", f"{path.name}: {error}") from error
    return checked(mapping)


def checked(mapping: Mapping) -> Mapping:
    """The mapping itself, when its values make sense; Invalid otherwise."""
    if mapping.zone:
        try:
            clock.zone(mapping.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Invalid.field("mapping.zone", f"{mapping.zone!r} is no time zone; write Asia/Shanghai") from error
    if mapping.encoding:
        try:
            "".encode(mapping.encoding)
        except LookupError as error:
            raise Invalid.field("mapping.encoding", f"{mapping.encoding!r} is no encoding; write utf-8") from error
    if len(mapping.delimiter) > 1:
        raise Invalid.field("mapping.delimiter", "give one character, such as ;")
    if mapping.customer not in _CUSTOMER_KINDS:
        raise Invalid.field("mapping.customer", f"give one of {', '.join(_CUSTOMER_KINDS)}")
    return mapping
