"""When a call of T3000 is tried again: only while it is starting (-2) or busy, after 2, 4, 6 ... seconds."""

from collections.abc import Callable
from typing import TypeVar

from t3monitor.model.errors import NotReadyError

T = TypeVar("T")

WAIT_STEP_S = 2.0


def call_with_retries(
    call: Callable[[int], T], retries: int, before_retry: Callable[[int, float, NotReadyError], None]
) -> T:
    """Calls ``call(attempt)``, attempt from 1, until it answers or the retries are used up.

    ``before_retry(next attempt, wait in seconds, error)`` does the waiting. Raises what the last call raised.
    """
    for attempt in range(1, retries + 1):
        try:
            return call(attempt)
        except NotReadyError as error:
            before_retry(attempt + 1, attempt * WAIT_STEP_S, error)
    return call(retries + 1)
