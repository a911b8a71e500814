"""The files beside this one: what was offered, given and held, as data. "@岭上泉 苏打气泡水" stands for a product's code."""

import json
from pathlib import Path
from typing import Any, Final

from forecourt.connectors.demo.goods import BY_CODE

_CODES: Final = {good.name: code for code, good in BY_CODE.items()}


def read(name: str) -> Any:
    """What a file holds, with products by their codes; KeyError for the name of none."""
    return _coded(json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8")))


def _coded(value: Any) -> Any:
    match value:
        case dict():
            return {key: _coded(one) for key, one in value.items()}
        case list():
            return [_coded(one) for one in value]
        case str() if value.startswith("@"):
            return _CODES[value[1:]]
    return value
