"""What reading a scan gives: pages, rows of boxes, frames with or without ink, and doubts."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """Why a page was not read; such a page goes to a person."""

    BLANK = "blank"  # nothing printed and nothing written: an empty back
    NO_MARKERS = "no_markers"  # no corner marks: another paper, torn, or far too faint
    NO_CODE = "no_code"  # corner marks, but neither page code can be read
    CODES_DIFFER = "codes_differ"  # two codes of two pages: sheets stuck together
    LAYOUT_UNKNOWN = "layout_unknown"  # a code of a form nobody gave us: old or foreign
    WRONG_SIDE = "wrong_side"  # corner marks and code name different pages
    WEAK_PRINT = "weak_print"  # the boxes are not found where the form has them
    TOO_COARSE = "too_coarse"  # fewer dots than reading needs: scan again
    DAMAGED = "damaged"  # this page of the file cannot be decoded
    KIND = "kind"  # a member of a ZIP that is neither PDF, TIFF, JPEG nor PNG
    TOO_LARGE = "too_large"  # this page has more dots than a sheet needs
    TOO_LONG = "too_long"  # this page took more time or memory than a page may


class FileProblem(StrEnum):
    """Why a whole file was refused."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    KIND = "kind"  # neither PDF, TIFF, JPEG, PNG nor a ZIP of those
    LOCKED = "locked"  # a password protects it
    DAMAGED = "damaged"
    TOO_MANY_PAGES = "too_many_pages"
    NOTHING_INSIDE = "nothing_inside"  # a ZIP or a PDF without a page
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    TOO_LONG = "too_long"  # it cannot even be opened in the time a file may take


class ScanError(Exception):
    """A file cannot be read as a scan; pages given before stay as they are."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__(problem)
        self.problem = problem


class RowState(StrEnum):
    """What one row of boxes says."""

    MARKED = "marked"
    BLANK = "blank"
    UNSURE = "unsure"


class Why(StrEnum):
    """What a decision about a row rests on; for unsure rows, what the person should look at."""

    CLEAR = "clear"
    CORRECTED = "corrected"  # one box blacked out and one marked, as the instructions say
    SEVERAL = "several"  # more boxes marked than the question takes
    FAINT = "faint"  # something is in a box, too little or too light to be sure
    UNLIKE = "unlike"  # much lighter than the other marks of this page
    SOFT = "soft"  # edges like a stain or a shadow, not like a pen
    STROKE = "stroke"  # one stroke runs over several boxes
    AROUND = "around"  # ink beside or around a box: a circle, a word
    ONE_BIT = "one_bit"  # black-and-white scan: an empty row proves nothing
    COVERED = "covered"  # the boxes themselves cannot be seen: torn, folded, stained


@dataclass(frozen=True)
class ReadRow:
    """One row of boxes: the values marked in it, and how sure that is (0 to 1)."""

    field: str
    values: tuple[str, ...]  # of an unsure row: the proposal for the person, maybe none
    state: RowState
    confidence: float
    why: Why


@dataclass(frozen=True)
class ReadFrame:
    """One frame for words: whether anything is written in it."""

    field: str
    has_ink: bool


@dataclass(frozen=True)
class MarkStyle:
    """How the marks of a page look, as numbers; all 0 where there are fewer than three marks."""

    marks: int = 0
    darkness: float = 0.0  # median of the marks, 0 paper to 1 black
    stroke: float = 0.0  # median width of a stroke in mm
    slant: float = 0.0  # median direction of the marks in degrees, -90 to 90
    extent: float = 0.0  # median of the longer side of a mark in mm
    filled: float = 0.0  # median share of a box that is covered


@dataclass(frozen=True)
class ScannedPage:
    """One page of a scan, in the order of the file.

    `code` is the text of the page code as it stands on the paper (nobody has checked it yet) and
    `how` says where it was read: the "first" code, the "second", or "keyed" by a person. `image`
    is a grey JPEG: where the corner marks were found, upright and 210 x 297 in proportion;
    otherwise as it was scanned, and empty where the page could not be decoded at all.
    """

    number: int  # from 1, over the whole file
    code: str | None
    how: str | None
    problem: Problem | None
    rows: tuple[ReadRow, ...] = ()
    frames: tuple[ReadFrame, ...] = ()
    image: bytes = b""
    style: MarkStyle = MarkStyle()
    one_bit: bool = False
    page: int | None = None  # the page of the form by its corner marks
    quality: float = 0.0  # how well the printed boxes were found, 0 to 1
