"""A panel's own trend log configuration (T3000 calls it a monitor)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrendLog:
    """One of a panel's 12 trend logs, as ``BacnetWebView_GetTrendlogList`` lists it."""

    trendlog_id: str  # MON1..MON12
    label: str
    interval_s: int
    enabled: bool
    num_inputs: int
    analog_inputs: int
    data_size_kb: float
