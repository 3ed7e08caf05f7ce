"""How good the suggestions of codes are: precision at 1 and 3 on comments coded by hand.

    python -m benchmarks.coding

`coded_comments.tsv` holds invented comments in the words owners use, each with its codes. Without
anything coded the suggestions rest on the codebook alone; with comments coded before (five
folds, every comment suggested by the other four) on both.
"""

import time
from pathlib import Path

from app.followup.problems.codebook import load_codebook
from app.followup.problems.coding.suggest import Coded, Suggester

LABELLED = Path(__file__).resolve().parent / "coded_comments.tsv"
FOLDS = 5


def read_labelled() -> list[Coded]:
    """Return the labelled comments."""
    rows = [line.split("\t") for line in LABELLED.read_text("utf-8").splitlines() if line]
    return [Coded(text, tuple(codes.split(","))) for text, codes in rows]


def hits(suggested: list[list[tuple[str, float]]], coded: list[Coded], at: int) -> float:
    """Return the share of comments with one of their codes among the first `at` suggestions."""
    found = [
        any(code in one.codes for code, _score in codes[:at])
        for codes, one in zip(suggested, coded, strict=True)
    ]
    return sum(found) / len(found)


def with_codebook_alone(coded: list[Coded]) -> list[list[tuple[str, float]]]:
    """Return suggestions before anybody has coded anything."""
    return Suggester(load_codebook(), []).suggest([one.text for one in coded])


def with_others(coded: list[Coded], folds: int = FOLDS) -> list[list[tuple[str, float]]]:
    """Return suggestions that learnt from all comments but those of the same fold."""
    made: list[list[tuple[str, float]]] = [[] for _ in coded]
    for fold in range(folds):
        known = [one for at, one in enumerate(coded) if at % folds != fold]
        places = [at for at in range(len(coded)) if at % folds == fold]
        found = Suggester(load_codebook(), known).suggest([coded[at].text for at in places])
        for at, codes in zip(places, found, strict=True):
            made[at] = codes
    return made


def main() -> None:
    coded = read_labelled()
    print(f"{len(coded)} comments, {len(load_codebook().codes)} codes")
    for name, make in (("codebook alone", with_codebook_alone), ("five folds", with_others)):
        began = time.process_time()
        found = make(coded)
        used = time.process_time() - began
        print(
            f"{name:15} precision@1 {hits(found, coded, 1):.3f}  "
            f"precision@3 {hits(found, coded, 3):.3f}  {used:.2f} s CPU"
        )
    for codes, one in zip(with_others(coded), coded, strict=True):
        if not any(code in one.codes for code, _score in codes):
            print("  missed:", one.text, one.codes, [code for code, _score in codes])


if __name__ == "__main__":
    main()
