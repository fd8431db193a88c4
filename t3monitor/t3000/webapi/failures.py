"""What an exchange that failed means to the engineer at the site, one sentence for each way to fail."""

import errno
import http.client
import socket
import ssl
from http import HTTPStatus

import urllib3.exceptions

from t3monitor.model.errors import BadReplyError, LinkError, LinkTimeoutError, RefusedError, UnreachableError
from t3monitor.t3000.text import message
from t3monitor.t3000.webapi.exchange import Exchange, GivenUpError, Phase, Reply, Target, TooLongError

FAILURES = (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, GivenUpError, TooLongError)

_NO_ROUTE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)


def failure(error: Exception, exchange: Exchange, target: Target, timeout_s: float, limit_bytes: int) -> LinkError:
    """The outcome that an exchange ends with that failed by one of `FAILURES`."""
    phase = exchange.phase
    if isinstance(error, TooLongError):
        return BadReplyError(
            f"T3000's answer is longer than {limit_bytes} bytes: raise buffer_bytes in the settings, "
            f"if it is T3000 that answers on {target.place}"
        )
    if isinstance(error, GivenUpError | TimeoutError | urllib3.exceptions.TimeoutError):
        return _too_late(phase, target, timeout_s, exchange.arrived_bytes)
    match phase:
        case Phase.LOOK_UP:
            return UnreachableError(
                f"There is no computer named {target.host} ({_reason(error)}): correct the URL in the settings"
            )
        case Phase.CONNECT:
            return _unconnected(error, target)
        case Phase.TALK:
            return _no_answer(error, target)
        case Phase.BODY:
            return _broken_body(error, exchange.received_bytes)


def redirected(reply: Reply, target: Target) -> LinkError:
    """The outcome of a reply that sends the caller elsewhere, where this program does not follow."""
    where = f" to {message(reply.location)}" if reply.location else ""
    return RefusedError(
        f"{target.place} redirects the call{where} (HTTP {reply.status}), which T3000 never does and T3 Monitor does "
        "not follow: enter the URL of T3000 itself"
    )


def is_redirect(reply: Reply) -> bool:
    """Whether a reply sends the caller elsewhere."""
    return HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST


def _too_late(phase: Phase, target: Target, timeout_s: float, arrived_bytes: int) -> LinkError:
    match phase:
        case Phase.LOOK_UP:
            return UnreachableError(
                f"The name {target.host} was not found within {timeout_s:g} s: "
                "use the IP address of the T3000 computer in the URL"
            )
        case Phase.CONNECT:
            return UnreachableError(
                f"{target.place} gave no answer at all within {timeout_s:g} s: "
                f"the computer is off, or a firewall drops the call; start it, or let port {target.port} through"
            )
        case Phase.TALK if not arrived_bytes:
            return LinkTimeoutError(
                f"T3000 on {target.place} took the call and gave no answer within {timeout_s:g} s: "
                "it is busy with a panel, or it hangs; restart it if that stays so"
            )
        case Phase.TALK | Phase.BODY:
            return LinkTimeoutError(
                f"T3000's answer was not complete after {timeout_s:g} s, it arrives too slowly ({arrived_bytes} bytes "
                "had come): look at the network on the way to it, or raise the timeout"
            )


def _unconnected(error: Exception, target: Target) -> LinkError:
    if isinstance(error, ConnectionRefusedError):
        return UnreachableError(
            f"Nothing listens on {target.place}: start T3000 on that computer, its web service starts with it"
        )
    if isinstance(error, ssl.SSLError):
        return UnreachableError(
            f"{target.place} cannot be called with https ({_reason(error)}): T3000's own web service speaks http; "
            "write http:// in the URL in the settings"
        )
    if isinstance(error, OSError) and error.errno in _NO_ROUTE:
        return UnreachableError(
            f"There is no way through the network to {target.place} ({_reason(error)}): "
            "look at the cable, the VPN and the URL in the settings"
        )
    return UnreachableError(f"{target.place} cannot be called ({_reason(error)}): correct the URL in the settings")


def _no_answer(error: Exception, target: Target) -> LinkError:
    if isinstance(error, OSError):  # RemoteDisconnected is one too
        return UnreachableError(
            f"{target.place} broke the connection off without an answer: T3000 was just closed, "
            "or something else listens on that port; start T3000, or correct the URL in the settings"
        )
    return UnreachableError(
        f"Something else than T3000 answers on {target.place}, and not in HTTP: correct the URL in the settings"
    )


def _broken_body(error: Exception, received_bytes: int) -> LinkError:
    if isinstance(error, urllib3.exceptions.DecodeError):
        return BadReplyError(
            "T3000's answer is compressed in a way that cannot be undone: something on the way broke it; "
            "call T3000 without what is between"
        )
    return BadReplyError(
        f"T3000's answer broke off after {received_bytes} bytes: T3000 was just closed, or the network failed; "
        "look whether T3000 runs"
    )


def _reason(error: Exception) -> str:
    if isinstance(error, socket.gaierror | OSError) and error.strerror:
        return message(error.strerror)
    return message(str(error)) or type(error).__name__
