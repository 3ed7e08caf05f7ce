"""The order in which cards are shown: another one in every interview, fixed by its number. Pure."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")
VARIANTS = 4  # of printed cards


def turned(things: Sequence[Thing], seed: int, number: str, question: str) -> list[Thing]:
    """Return things in the order of one interview.

    Args:
        things: As the questionnaire lists them.
        seed: Of the survey.
        number: Of the interview, or of a variant of printed cards.
        question: Which question: each has an order of its own.
    """
    keys = [
        hashlib.sha256(f"{seed}:{number}:{question}:{at}".encode()).digest()
        for at in range(len(things))
    ]
    return [things[at] for at in sorted(range(len(things)), key=keys.__getitem__)]
