"""Decides: box by box what is a mark, row by row what was answered, and what a person decides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.surveys.paper.reading.boxes import Found
from app.surveys.paper.reading.ink import Ink
from app.surveys.paper.reading.plan import PagePlan, PlanRow
from app.surveys.paper.reading.result import ReadRow, RowState, Why
from app.surveys.paper.reading.strokes import Strokes

# A box holds a mark.
MARK_SHARE = 0.08
MARK_EXTENT = 1.7  # mm
MARK_CORE = 0.03
# A box holds nothing.
EMPTY_SHARE = 0.02
SPECK_EXTENT, SPECK_SHARE = 0.75, 0.06
DOT_EXTENT, DOT_BESIDE = 1.3, 2.2  # beside a mark so long, nothing so short is another mark
EMPTY_NOISE = 4.0
# A row.
MOST_HIDDEN = 0.34  # share of its boxes that were not found
_SECOND = 1 / 3  # of the mark's depth: the most another box may have beside an answer
_DOT = 0.5  # the same where it is a dot
_GHOST = 0.6  # of the mark's darkness
_UNLIKE = 0.40  # of the usual darkness of the page's marks
_SOFT = 0.30  # of the sharpness of the page's outlines, for a mark of the same darkness
_FULL = 0.75
_BESIDE, _PALE = 0.3, 0.35  # darkness beside the box against inside it, for marks so pale
_BLACKED_OUT, _NOT_BLACKED_OUT = 0.90, 0.62  # covered share of a box
_LIKE = (0.6, 1.5)  # times the usual covered share of the page's marks
_RING = 0.85

Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Decided:
    """For each box: whether it holds a mark, nothing, or something a person has to see."""

    is_mark: Booleans
    is_empty: Booleans
    usual_dark: float
    usual_share: float


def decide_boxes(ink: Ink) -> Decided:
    """Decide every box of a page."""
    is_empty = (
        (ink.share < EMPTY_SHARE)
        | ((ink.extent < SPECK_EXTENT) & (ink.share < SPECK_SHARE))
        | (ink.noise < EMPTY_NOISE)
    )
    is_mark = (
        ~is_empty
        & (ink.share > MARK_SHARE)
        & (ink.extent > MARK_EXTENT)
        & (ink.dark > max(0.10, 1.4 * ink.threshold))
        & (ink.core > MARK_CORE)
        & (ink.ring < _RING * np.maximum(ink.depth, 0.05))
    )
    if not is_mark.any():
        return Decided(is_mark, is_empty, 0.0, 0.0)
    dark, share = float(np.median(ink.dark[is_mark])), float(np.median(ink.share[is_mark]))
    return Decided(is_mark, is_empty, dark, share)


def decide_rows(
    plan: PagePlan, found: Found, ink: Ink, decided: Decided, strokes: Strokes, *, one_bit: bool
) -> tuple[ReadRow, ...]:
    """Decide every row of a page."""
    rows = []
    start = 0
    for row in plan.rows:
        here = np.arange(start, start + len(row.boxes))
        rows.append(_Row(row, here, found, ink, decided, strokes, one_bit).read())
        start += len(row.boxes)
    return tuple(rows)


class _Row:
    """One row on its way to a decision."""

    def __init__(
        self,
        row: PlanRow,
        here: NDArray[np.intp],
        found: Found,
        ink: Ink,
        decided: Decided,
        strokes: Strokes,
        one_bit: bool,
    ) -> None:
        self._row, self._here = row, here
        self._found, self._ink, self._decided, self._strokes = found, ink, decided, strokes
        self._one_bit = one_bit
        self._marks = here[decided.is_mark[here]]
        self._others = here[~decided.is_mark[here]]
        self._doubts = here[~decided.is_mark[here] & ~decided.is_empty[here]]

    def read(self) -> ReadRow:
        """Return the row as it was read."""
        why = self._why_strange()
        if why is not None:
            return self._unsure(why)
        if not len(self._marks):
            return self._read_empty()
        corrected = self._corrected()
        if corrected is not None:
            return self._answer(corrected, Why.CORRECTED)
        why = self._why_doubtful()
        return self._answer(self._marks, Why.CLEAR) if why is None else self._unsure(why)

    def _why_doubtful(self) -> Why | None:
        """Return what keeps the marks of the row from being its answer."""
        if len(self._marks) > self._row.at_most:
            return Why.SEVERAL
        if not self._are_ghosts(self._others):
            return Why.FAINT
        return Why.SEVERAL if not self._row.is_one and self._is_mixed() else None

    def _read_empty(self) -> ReadRow:
        if len(self._doubts):
            return self._unsure(Why.FAINT)
        if self._strokes.beside[self._here].any() or self._strokes.about[self._here].any():
            return self._unsure(Why.AROUND)
        if self._one_bit:
            return self._unsure(Why.ONE_BIT)
        margin = 1 - float(self._ink.share[self._here].max()) / SPECK_SHARE
        confidence = 0.9 + 0.099 * max(0.0, min(1.0, margin))
        return ReadRow(self._row.field, (), RowState.BLANK, round(confidence, 3), Why.CLEAR)

    def _why_strange(self) -> Why | None:
        """Return what makes the row, or its marks, unlike what a pen leaves."""
        marks, ink = self._marks, self._ink
        if self._found.is_weak[self._here].mean() > MOST_HIDDEN:
            return Why.COVERED
        if self._strokes.shared[np.concatenate([marks, self._doubts])].any():
            return Why.STROKE
        if (ink.dark[marks] < _UNLIKE * self._decided.usual_dark).any():
            return Why.UNLIKE
        if self._is_soft():
            return Why.SOFT
        if len(marks) and self._strokes.about[self._others].any():
            return Why.AROUND
        return None

    def _is_soft(self) -> bool:
        """Whether a mark has no sharp edge, or is as dark beside the box as inside: a stain."""
        marks, ink = self._marks, self._ink
        sharpness = ink.edge[marks] / np.maximum(ink.dark[marks], 0.05)
        # A box filled to its edges has no edge inside.
        is_soft = (sharpness < _SOFT) & (ink.share[marks] < _FULL)
        beside = ink.ring[marks] / np.maximum(ink.depth[marks], 0.01)
        return bool((is_soft | ((beside > _BESIDE) & (ink.dark[marks] < _PALE))).any())

    def _corrected(self) -> NDArray[np.intp] | None:
        """Return the one mark beside a blacked-out box, as the instructions on paper say."""
        if not self._row.is_one or len(self._marks) != 2 or len(self._doubts):
            return None
        shares = self._ink.share[self._marks]
        black, other = int(shares.argmax()), int(shares.argmin())
        if shares[black] < _BLACKED_OUT or shares[other] > _NOT_BLACKED_OUT:
            return None
        # The mark has to look like the other marks of this hand: not struck out, and no speck.
        usual = self._decided.usual_share
        if not _LIKE[0] * usual < shares[other] < _LIKE[1] * usual:
            return None
        return self._marks[[other]]

    def _is_mixed(self) -> bool:
        """Whether some boxes are blacked out and others marked: the first may be corrections."""
        shares = self._ink.share[self._marks]
        return bool(shares.max() > _BLACKED_OUT and shares.min() < _NOT_BLACKED_OUT)

    def _are_ghosts(self, others: NDArray[np.intp]) -> bool:
        """Whether what is in other boxes is far below the marks: nothing, rubbed out, or a dot."""
        ink, marks = self._ink, self._marks
        share = ink.depth[others] / max(float(ink.depth[marks].min()), 0.01)
        is_light = ink.dark[others] < _GHOST * ink.dark[marks].min()
        is_dot = (ink.extent[others] < DOT_EXTENT) & (ink.extent[marks].min() > DOT_BESIDE)
        is_ghost = (share < _SECOND) & (is_light | self._decided.is_empty[others])
        return bool((is_ghost | (is_dot & (share < _DOT))).all())

    def _answer(self, marks: NDArray[np.intp], why: Why) -> ReadRow:
        ink = self._ink
        weakest = float(ink.depth[marks].min())
        rest = self._others
        other = float(ink.depth[rest].max()) if len(rest) else 0.0
        margin = min(
            float(ink.share[marks].min()) / (3 * MARK_SHARE),
            float(ink.dark[marks].min()) / max(0.6 * self._decided.usual_dark, 0.1),
            1.0 - other / max(weakest, 0.01),
        )
        confidence = 0.9 + 0.099 * max(0.0, min(1.0, margin))
        if why is Why.CORRECTED:
            confidence -= 0.2
        return ReadRow(
            self._row.field, self._values(marks), RowState.MARKED, round(confidence, 3), why
        )

    def _unsure(self, why: Why) -> ReadRow:
        """Hand the row to a person, with the likeliest answer as a proposal."""
        proposal = self._marks if len(self._marks) <= self._row.at_most else self._marks[:0]
        return ReadRow(self._row.field, self._values(proposal), RowState.UNSURE, 0.5, why)

    def _values(self, boxes: NDArray[np.intp]) -> tuple[str, ...]:
        first = int(self._here[0])
        return tuple(self._row.values[int(number) - first] for number in boxes)
