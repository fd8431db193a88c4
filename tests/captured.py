"""Captures as T3000 writes them (docs/t3000.md 10): entries of each kind, as they stand on the disk."""

import json

from answers import ACTION, JsonObject, real_point


def captured(answer: bytes, title: bytes = b"Complete JSON Response", at: str = "2025-10-21 12:00:16") -> bytes:
    """An entry of a capture file of September 2025."""
    return (
        b"=== LOGGING_DATA C++ FFI Call [" + at.encode() + b"] ===\r\n"
        b"Total panels found: 2\r\n"
        b"JSON response size: " + str(len(answer)).encode() + b" characters\r\n"
        b"Data items processed: 2\r\n"
        b"=== " + title + b" ===\r\n" + answer + b"\r\n=== End of Entry ===\r\r\n"
    )


def exported(answer: bytes, at: str = "2026-01-27 12:00:16") -> bytes:
    """The entries that a call leaves in the file that holds every call of the export."""
    head = b"=== BacnetWebView_HandleWebViewMsg [" + at.encode() + b"] ===\r\n"
    end = b"=== End of Entry ===\r\r\n"
    called = b'Function called with:\r\nAction: 15\r\nCalling HandleWebViewMsg with input: {"action":15}\r\n'
    full = b"=== Full JSON Response ===\r\n" + answer + b"\r\n=== End JSON Response ===\r\n"
    preview = b"SUCCESS: Returned 55000 bytes\r\nResponse preview: " + answer[:200] + b"\r\n"
    return head + called + end + head + b"Action 15\r\n" + full + preview + end


def logged(answer: bytes, at: str = "2025-10-21 12:00:17") -> bytes:
    """The lines of a call in the log of T3000's sync service in Rust."""
    begin = f"[{at} UTC] [INFO] ".encode()
    return b"".join(
        begin + line + b"\r\n"
        for line in (
            b"\xf0\x9f\x94\x8d Starting JSON parsing - 55000 bytes",
            b"\xf0\x9f\x94\x8d JSON Content Preview (FULL): " + answer,
            b"\xe2\x9c\x85 JSON parsed successfully",
        )
    )


def commented(answer: bytes) -> bytes:
    """A file of T3Web/logs in 2026 that names its request."""
    pretty = json.dumps(json.loads(answer), indent=2).encode()
    return b'// request: {"action":15,"panelId":-1,"serialNumber":0}\n// response (1 items):\n' + pretty + b"\n"


def flat_answer(serial_number: int = 237219, **members: object) -> bytes:
    """The answer of a build of August 2025: one panel, its members at the top."""
    answer: JsonObject = {
        "action": ACTION,
        "data": [real_point()],
        "panel_id": 5,
        "panel_ipaddress": "192.168.1.5",
        "panel_name": "AHU5",
        "panel_serial_number": serial_number,
        **members,
    }
    return json.dumps(answer, sort_keys=True, separators=(",", ":")).encode("ascii")
