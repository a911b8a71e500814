"""Simulating: past sales under other rules, to see what a change would have cost and brought. Only the result is written."""

from forecourt.sales.services.simulating.asking import ask_simulation, forget_old, stop_simulation
from forecourt.sales.services.simulating.running import run_simulation, simulate

__all__ = ["ask_simulation", "forget_old", "run_simulation", "simulate", "stop_simulation"]
