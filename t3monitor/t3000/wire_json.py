"""Typed decoding of T3000's JSON that repairs dirty text where it can."""

import json
import math
import re
from collections.abc import Collection
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

_DEEPEST = 64  # levels of an answer that are looked at; real ones have five
_TEXT_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
# What C runtimes print for numbers that are none: 1.#INF, -1.#IND00, nan(ind). Texts are matched to be passed over.
_TEXT_OR_NO_NUMBER = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|'
    r"[-+]?(?:[0-9]++[.,]#[A-Za-z]++[0-9]*+|nan(?:\([a-z]*+\))?|inf(?:inity)?)(?![A-Za-z0-9_])",
    re.DOTALL | re.IGNORECASE,
)
_UNEXPECTED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`(?: - at `.*?(\w*)(?:\[[^`]*)?`)?")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "empty",
}
_read_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


class WireError(ValueError):
    """A piece of an answer that cannot be decoded; the text says what is wrong with it."""


class NoJsonError(WireError):
    """It is no JSON at all."""


def read(decoder: msgspec.json.Decoder[T], raw: bytes | msgspec.Raw) -> T:
    """Decodes one piece of an answer.

    Bytes that are not UTF-8, lone surrogates, raw control characters inside text and numbers that are none, which no
    strict decoder takes, are repaired first if they are what is in the way; what is nested too deeply is taken for
    null. Raises WireError.
    """
    try:
        try:
            return _read_repaired(decoder, raw)
        except RecursionError:
            return _read_repaired(decoder, _without_depths(bytes(raw)))
    except msgspec.ValidationError as error:
        raise WireError(_in_words(str(error))) from None
    except ValueError as error:
        raise NoJsonError(str(error)) from None


class LenientDecoder(Generic[S]):
    """Decodes objects of one kind; a member that is not needed and is not what it should be counts as missing."""

    def __init__(self, struct: type[S], needed: Collection[str]) -> None:
        self._decoder = msgspec.json.Decoder(struct, strict=False)
        self._spare = {
            field.name: msgspec.json.Decoder(field.type, strict=False)
            for field in msgspec.structs.fields(struct)
            if field.name not in needed
        }

    def read(self, raw: bytes | msgspec.Raw) -> S:
        """Decodes one object; raises WireError if it is none, or a needed member is missing or wrong."""
        try:
            return read(self._decoder, raw)
        except WireError:
            members = read(_read_members, raw)
        usable = {name: sent for name, sent in members.items() if self._fits(name, sent)}
        return read(self._decoder, msgspec.json.encode(usable))

    def _fits(self, name: str, sent: msgspec.Raw) -> bool:
        try:
            if name in self._spare:
                read(self._spare[name], sent)
        except WireError:
            return False
        return True


def _in_words(text: str) -> str:
    """What the decoder says of a piece that is not what was expected, for an engineer."""
    if missing := _MISSING.search(text):
        return f"it has no {missing[1]}"
    if unexpected := _UNEXPECTED.match(text):
        expected, got, member = unexpected.groups()
        wanted = [_KINDS.get(kind, kind) for kind in expected.split(" | ") if kind != "null"]
        return f"{f'its {member}' if member else 'it'} is {_KINDS.get(got, got)}, not {' or '.join(wanted)}"
    return text


def _read_repaired(decoder: msgspec.json.Decoder[T], raw: bytes | msgspec.Raw) -> T:
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


def _repair(raw: bytes) -> bytes:
    text = _TEXT_OR_NO_NUMBER.sub(_null_unless_text, raw.decode("utf-8", "replace"))
    value = json.loads(text, strict=False, parse_float=_finite, parse_constant=_finite)
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _null_unless_text(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith('"') else "null"


def _finite(number: str) -> float | None:
    """NaN, Infinity and numbers that are too large are null: they cost no more than the point they stand in."""
    value = float(number)
    return value if math.isfinite(value) else None


def _without_depths(raw: bytes) -> bytes:
    """JSON with null for every array or object that is nested too deeply."""
    kept: list[bytes] = []
    depth = begin = 0
    for token in _TEXT_OR_BRACKET.finditer(raw):
        match token[0]:
            case b"[" | b"{":
                depth += 1
                if depth == _DEEPEST:
                    kept += raw[begin : token.start()], b"null"
                    begin = len(raw)
            case b"]" | b"}":
                if depth == _DEEPEST:
                    begin = token.end()
                depth -= 1
    return b"".join(kept) + raw[begin:]
