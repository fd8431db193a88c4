"""The site's own words and units, from `ranges[]` of action 0 (docs/t3000.md 6)."""

import contextlib
import re
from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct

from t3monitor.model.words import CUSTOM_DIGITAL, CUSTOM_TABLES, NAMED_MULTISTATES, NO_WORDS, RangeWords, Words
from t3monitor.t3000.wire_json import LenientDecoder, S, WireError, read

# Bytes of the fields of which the last is no text: it ends them, or is a table's precision mark.
_DIGITAL_BYTES, _UNIT_BYTES, _STATE_BYTES = 11, 8, 19
_BAD = re.compile("[\x00-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")


class _Range(Struct):
    type: str
    index: int
    off: str | None = None
    on: str | None = None
    unit: str | None = None
    options: list[Raw] | None = None


class _State(Struct):
    value: int
    name: str | None = None
    status: int = 1


_ranges = msgspec.json.Decoder(list[Raw])
_range = LenientDecoder(_Range, {"type", "index"})
_state = LenientDecoder(_State, {"value"})


def read_range_words(sent: Raw) -> RangeWords:
    """The words of a ``ranges`` member; what cannot be read in it is left out word by word."""
    digital: dict[int, Words] = {}
    units: dict[int, str] = {}
    multistate: dict[int, Words] = {}
    try:
        entries = read(_ranges, sent)
    except WireError:
        return NO_WORDS
    for entry in _each(entries, _range):
        match entry.type.lower():
            case "digital" if entry.index in CUSTOM_DIGITAL:
                words = ((0, _word(entry.off, _DIGITAL_BYTES)), (1, _word(entry.on, _DIGITAL_BYTES)))
                _keep(digital, entry.index, tuple((state, word) for state, word in words if word))
            case "analog" if entry.index in CUSTOM_TABLES:
                if unit := _word(entry.unit, _UNIT_BYTES):
                    units.setdefault(entry.index, unit)
            case "msv" if entry.index in NAMED_MULTISTATES and entry.options is not None:
                names = {
                    state.value: word
                    for state in _each(entry.options, _state)
                    if state.status and (word := _word(state.name, _STATE_BYTES))
                }
                _keep(multistate, entry.index, tuple(sorted(names.items())))
    return RangeWords(digital, units, multistate)


def _keep(found: dict[int, Words], index: int, words: Words) -> None:
    if words:
        found.setdefault(index, words)


def _word(sent: str | None, size: int) -> str:
    """A word cut at its field's size; empty if anything in it is no text, as where a table was never read."""
    if not sent:
        return ""
    try:
        cut = sent.encode("utf-8", "surrogatepass")[:size].decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if _BAD.search(cut) or not cut.isprintable() else cut.strip()


def _each(raws: list[Raw], decoder: LenientDecoder[S]) -> Iterator[S]:
    """The entries of a list that can be read."""
    for raw in raws:
        with contextlib.suppress(WireError):
            yield decoder.read(raw)
