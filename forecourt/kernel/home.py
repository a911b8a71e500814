"""Where Forecourt keeps its state: FORECOURT_HOME, `./var` unless set. Nothing is written anywhere else."""

import os
from pathlib import Path


def home() -> Path:
    """The folder of all state and secrets; made, closed to others, when it is not there."""
    path = Path(os.environ.get("FORECOURT_HOME") or "var").resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def folder(*names: str) -> Path:
    """A folder below home, made when it is not there."""
    path = home().joinpath(*names)
    path.mkdir(parents=True, exist_ok=True)
    return path
