"""Names in little room: as many of their words as tell them apart."""

from functools import lru_cache


@lru_cache(maxsize=256)
def brief_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Of each its fewest words that no other one has, the first of them; "…" where words were left out.

    VAV-1 Floor 1 and VAV-2 Floor 1 are VAV-1 … and VAV-2 …, Boiler plant 1 and Boiler plant 2 are … 1 and … 2.
    """
    return tuple(_brief(name, [other for other in names if other != name]) for name in names)


def _brief(name: str, others: list[str]) -> str:
    words = name.split()
    for count in range(1, len(words)):
        for first in range(len(words) - count + 1):
            piece = words[first : first + count]
            text = " ".join(piece)
            if text.strip("· ") == text and not any(f" {text} " in f" {' '.join(other.split())} " for other in others):
                before, after = ["…"] * (first > 0), ["…"] * (first + count < len(words))
                return " ".join((*before, text, *after))
    return name
