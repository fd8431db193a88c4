"""What the panels of a site call their custom ranges: as the database and the link tell, for decoder and database."""

from collections.abc import Collection, Mapping

from t3monitor.model.snapshot import Snapshot
from t3monitor.model.words import NO_WORDS, RangeWords
from t3monitor.t3000.messages import AnswerDecoder


class SiteWords:
    """Hands words on to the decoder; ``unstored`` are those that the database in use may not have yet."""

    def __init__(self, decoder: AnswerDecoder) -> None:
        self.unstored: dict[int, RangeWords] = {}
        self._since: dict[int, int] = {}  # those that are not stored yet
        self._decoder = decoder
        self._known: dict[int, RangeWords] = {}
        self._before: dict[int, RangeWords] = {}  # what was known before the last time that something was learned

    def recall(self, stored: Mapping[int, RangeWords]) -> None:
        """Takes what another database holds; what was learned in this run is newer, and that one is to have it."""
        learned = self._known
        self._known = dict(stored)
        self.take_as_stored()
        self._set(stored)
        self.learn(learned)

    def learn(self, words: Mapping[int, RangeWords]) -> None:
        """Takes what an answer brought, by serial number."""
        self._before = {serial: self._known.get(serial, NO_WORDS) for serial in words}
        updated = {serial: self._known.get(serial, NO_WORDS).updated_by(newer) for serial, newer in words.items()}
        self._known |= updated
        self.unstored |= updated
        self._set(updated)

    def since(self, serial: int, snapshot: Snapshot) -> int:
        """From when on words of a panel hold: from the first reading of the answer that brought them."""
        if serial not in self._since:
            read_at = (
                panel.point_read_at(point.point_type, point.point_index)
                for panel in snapshot.panels
                if panel.serial_number == serial
                for point in panel.points()
            )
            self._since[serial] = min([snapshot.received_at, *filter(None, read_at)])
        return self._since[serial]

    def take_as_stored(self) -> None:
        """The database has them all."""
        self.unstored, self._since = {}, {}

    def take_back(self, serials: Collection[int]) -> None:
        """Forgets what was learned last of these panels: the words are another controller's."""
        taken = {serial: words for serial, words in self._before.items() if serial in serials}
        self._known |= taken
        for serial in taken:
            self.unstored.pop(serial, None)
            self._since.pop(serial, None)
        self._set(taken)

    def _set(self, words: Mapping[int, RangeWords]) -> None:
        for serial, its_words in words.items():
            self._decoder.set_words(serial, its_words)
