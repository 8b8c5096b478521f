"""Indicators and facts of one customer on one day, computed from its rows: each known with its source, or unknown with
its reason."""

from credit.signals.catalogue import SIGNALS, SignalSpec, signals_for
from credit.signals.signal import Signal

__all__ = ["SIGNALS", "Signal", "SignalSpec", "signals_for"]
