"""How many comments nearly repeat another one. Pure; the texts are opened by the worker alone."""

from collections.abc import Sequence

from app.surveys.integrity import thresholds as limits

_LONGEST = 120  # characters that are compared


def count_clones(texts: Sequence[str]) -> tuple[int, int]:
    """Return how many comments are nearly the same as another one, and how many were compared.

    Two comments are alike when they share most of their pairs of neighbouring characters
    (Jaccard). Very short ones ("good") are alike by themselves and left out.
    """
    kept = [_plain(text) for text in texts]
    pairs = [_pairs(text) for text in kept if len(text) >= limits.CLONE_LENGTH]
    pairs.sort(key=len)
    alike: set[int] = set()
    for first, here in enumerate(pairs):
        for second in range(first + 1, len(pairs)):
            # From here on the other one is too long to share most of its pairs.
            if len(here) < limits.CLONE_SHARE * len(pairs[second]):
                break
            if _is_alike(here, pairs[second]):
                alike |= {first, second}
    return len(alike), len(pairs)


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())[:_LONGEST]


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _is_alike(first: frozenset[str], second: frozenset[str]) -> bool:
    common = len(first & second)
    return common >= limits.CLONE_SHARE * (len(first) + len(second) - common)
