"""One wording for all areas: a question with ``{area}`` in the place of the area's name."""

from collections.abc import Iterator, Mapping, Sequence

from app.surveys.instrument.model import PHRASE_MARK

BREAK = "\u200b"  # a place where a line may break, invisible in every program
_HOLE = "{area}"

Words = Mapping[str, str]


def find_wording(pairs: Sequence[tuple[Words, Words]]) -> tuple[dict[str, str], bool]:
    """Find the wording that makes the question of every area.

    Args:
        pairs: Name of an area and its question, both by language.

    Returns:
        The wording by language, and whether it makes every question.
    """
    languages = list(dict.fromkeys(code for _name, text in pairs for code in text))
    wording: dict[str, str] = {}
    is_exact = True
    for language in languages:
        known = [
            (name.get(language, "").replace(PHRASE_MARK, ""), text[language])
            for name, text in pairs
            if language in text
        ]
        fitting = (one for one in _candidates(known) if _makes_all(one, known))
        found = next(fitting, None)
        is_exact = is_exact and found is not None and len(known) == len(pairs)
        wording[language] = next(_candidates(known)) if found is None else found
    return wording, is_exact


def fill(wording: str, name: str) -> str:
    """Put a name into a wording."""
    return wording.replace(_HOLE, name)


def with_breaks(text: str) -> str:
    """Write phrase marks as breaks that no other program shows."""
    return text.replace(PHRASE_MARK, BREAK)


def with_marks(text: str) -> str:
    """Write such breaks as phrase marks again."""
    return text.replace(BREAK, PHRASE_MARK)


def _candidates(known: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, text in known:
        if name and name in text:
            yield text.replace(name, _HOLE)
            place = text.find(name)  # the name may also be a word of the question
            while place >= 0:
                yield text[:place] + _HOLE + text[place + len(name) :]
                place = text.find(name, place + 1)
    for _name, text in known:
        yield text


def _makes_all(wording: str, known: Sequence[tuple[str, str]]) -> bool:
    return all(fill(wording, name) == text for name, text in known)
