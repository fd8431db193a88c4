"""Decoding of what T3000's other exports answer, and of the texts beside an error code (docs/t3000.md 2.2, 7.10)."""

import msgspec
from msgspec import Struct

from t3monitor.model.errors import BadReplyError, RefusedError
from t3monitor.model.snapshot import PanelSettings
from t3monitor.model.trendlogs import TrendLog
from t3monitor.t3000.text import clean, message
from t3monitor.t3000.wire_json import T, WireError, read

_ADDRESS_SIZE = 45
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 - T3000's word for an address that it does not know
_LARGEST_INSTANCE = 0x3FFFFE
_LONGEST_ERROR = 65_536  # bytes looked at; sentences end after 300 characters anyway
_SHARED_SOURCE = "m_monitor_data"


class _Answer(Struct):
    error: str | None = None


class _BasicSettings(_Answer):
    serial_number: int | None = None
    ip_address: str | None = None
    modbus_port: int | None = None
    modbus_id: int | None = None
    mstp_id: int | None = None
    object_instance: int | None = None


class _TrendLog(Struct):
    id: str
    interval_seconds: int
    status_code: int
    label: str = ""
    num_inputs: int = 0
    an_inputs: int = 0
    data_size_kb: float = 0.0


class _TrendLogs(_Answer):
    success: bool = True
    data_source: str = ""
    trendlogs: list[_TrendLog] = []


_error = msgspec.json.Decoder(_Answer)
_settings = msgspec.json.Decoder(_BasicSettings)
_trend_logs = msgspec.json.Decoder(_TrendLogs)


def error_text(body: bytes) -> str:
    """The text beside an error code as one short line: the ``error`` of an object, else whatever was there."""
    body = body[:_LONGEST_ERROR]
    try:
        text = read(_error, body).error
    except WireError:
        text = None
    return message(text or body.decode("utf-8", "replace"))


def decode_settings(body: bytes, serial_number: int) -> PanelSettings:
    """An answer of ``GetDeviceBasicSettings`` about the panel with this serial number.

    Raises BadReplyError, or RefusedError for an error of T3000's own and for the settings of another panel: T3000
    answers with what stands in the slot of a panel number, which another panel may have filled, or nobody yet.
    """
    answer = _decode(_settings, body, "panel settings")
    if answer.serial_number is None or answer.serial_number % 2**32 != serial_number % 2**32:
        whose = (
            "no panel" if not answer.serial_number else f"the panel with serial number {answer.serial_number % 2**32}"
        )
        raise RefusedError(
            f"T3000 has the settings of {whose} where those of {serial_number % 2**32} should be: "
            "click on the panel in T3000's tree, which loads them"
        )
    address = clean(answer.ip_address, _ADDRESS_SIZE)
    return PanelSettings(
        ip_address=address if address and address != _NO_ADDRESS else None,
        port=answer.modbus_port,
        modbus_address=answer.modbus_id,
        bacnet_mstp_mac_id=answer.mstp_id,
        object_instance=device_instance(answer.object_instance),
    )


def device_instance(sent: int | None) -> int | None:
    """The instance of the BACnet device that a panel is; None where T3000 has none for it."""
    return sent if sent and 1 <= sent <= _LARGEST_INSTANCE else None


def decode_trend_logs(body: bytes) -> tuple[TrendLog, ...]:
    """An answer of ``BacnetWebView_GetTrendlogList``; raises BadReplyError, or RefusedError.

    T3000 also refuses by answering with the trend logs of whichever panel its window shows at the moment.
    """
    answer = _decode(_trend_logs, body, "trend log list")
    if not answer.success:
        raise RefusedError("T3000 refused the trend log list without a reason")
    if answer.data_source == _SHARED_SOURCE:
        raise RefusedError("T3000 has not read the trend logs of this panel and offered those its window shows")
    return tuple(
        TrendLog(
            trendlog_id=log.id,
            label=clean(log.label, len(log.label)),
            interval_s=log.interval_seconds,
            enabled=log.status_code == 1,
            num_inputs=log.num_inputs,
            analog_inputs=log.an_inputs,
            data_size_kb=log.data_size_kb,
        )
        for log in answer.trendlogs
    )


def _decode(decoder: msgspec.json.Decoder[T], body: bytes, what: str) -> T:
    try:
        answer = read(decoder, body)
    except WireError as error:
        raise BadReplyError(f"The {what} of T3000 cannot be understood: {error}") from None
    if isinstance(answer, _Answer) and answer.error:
        raise RefusedError(f"T3000 refused the {what}: {message(answer.error)}")
    return answer
