"""Typed decoding of T3000's JSON that repairs dirty text where it can."""

import json
from typing import TypeVar

import msgspec

T = TypeVar("T")


class WireError(ValueError):
    """A piece of an answer that cannot be decoded; the text says what is wrong with it."""


def read(decoder: msgspec.json.Decoder[T], raw: bytes | msgspec.Raw) -> T:
    """Decodes one piece of an answer.

    Bytes that are not UTF-8, lone surrogates and raw control characters inside text, which no strict decoder takes,
    are repaired first if they are what is in the way. Raises WireError.
    """
    try:
        try:
            return decoder.decode(raw)
        except msgspec.ValidationError:
            raise  # well-formed, but not what was expected: nothing to repair
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            try:
                repaired = _repair(bytes(raw))
            except ValueError:
                raise error from None  # the first decoder names the place better
            return decoder.decode(repaired)
    except RecursionError:
        raise WireError("nested too deeply") from None
    except ValueError as error:
        raise WireError(str(error)) from None


def _repair(raw: bytes) -> bytes:
    value = json.loads(raw.decode("utf-8", "replace"), strict=False)
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
