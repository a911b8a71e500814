"""Child processes that do not outlive their parent."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def dies_with_parent(with_signal: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """What a new child calls before it becomes its program: the kernel will send it the signal when its parent dies.

    Linux can do that; elsewhere the next start ends what was left behind. To be used from the main thread only, whose
    end is what the kernel watches.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def arrange() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange
