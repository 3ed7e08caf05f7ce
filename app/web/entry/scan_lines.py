"""Fields of a scanned page as lines a clerk types digits into, beside their crop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.paper.layout.model import HELPED, HELPED_VALUES
from app.surveys.paper.scans.deciding import Decision
from app.surveys.paper.scans.reviewing import Crop, Field, View
from app.surveys.paper.scans.sheets import Printed
from app.surveys.paper.scans.trays import Verdict
from app.web.entry.forms import Line, lines_of, make_sheet, read_line, typed_of
from app.web.entry.scan_words import why_words
from app.web.instrument_forms import Asked, Choice, Look, problem_words

PROPOSED = "="
EMPTY = "-"
UNREADABLE = "u"
_WORDS = {"words": Verdict.WORDS, "unreadable": Verdict.UNREADABLE, "none": Verdict.NO_WORDS}


@dataclass(slots=True)
class ReviewLine:
    """One field under review.

    Attributes:
        line: The question, what may be typed, and what was.
        crop: Where it stands in the picture.
        proposal: What would be typed for the proposal; empty when nothing is proposed.
        proposed: The proposal in words.
        why: What the doubt rests on.
        verdict: What was chosen about words.
        labels: What to type for each box, and where that is written into the crop.
    """

    line: Line
    crop: Crop | None
    proposal: str
    proposed: str
    why: str
    verdict: str = ""
    labels: tuple[tuple[str, float, float], ...] = ()

    @property
    def keys(self) -> str:
        """What may be typed, for the script that goes on by itself."""
        return " ".join(key for key, _words in self.line.keys)


def lines_by_name(printed: Printed) -> dict[str, Line]:
    """Return every line of a printed sheet by the name of its field."""
    language = current_language()
    sheet = make_sheet(
        printed.instrument, printed.offer, form=printed.sheet.form, language=language
    )
    return {line.name: line for line in lines_of(sheet)} | {HELPED: _helped()}


def review_lines(view: View) -> list[ReviewLine]:
    """Return the fields of a page that wait, as lines."""
    lines = lines_by_name(view.printed)
    return [_review_line(lines[one.name], one) for one in view.fields if one.name in lines]


def _review_line(line: Line, field: Field) -> ReviewLine:
    if field.problems:
        line.error = " ".join(problem_words(one) for one in field.problems)
    proposal = "" if field.is_text else typed_of(line, field.proposal)
    if field.is_text:
        line.typed = "".join(field.proposal)
    return ReviewLine(
        line=line,
        crop=field.crop,
        proposal=proposal,
        proposed=_(", ").join(line.asked.words_of(one) for one in field.proposal),
        why=why_words(field.why),
        labels=tuple(
            (typed_of(line, (value,)), x, round(y + 2.1, 2)) for value, x, y in field.boxes
        ),
    )


def read_decisions(lines: Sequence[ReviewLine], posted: Mapping[str, str]) -> dict[str, Decision]:
    """Read what was typed beside the crops; a line left empty stays undecided.

    A line that cannot be read gets its error; nothing of the page must be used then.
    """
    decisions = {}
    for one in lines:
        one.line.error = ""
        decision = _read_words(one, posted) if one.line.is_text else _read_row(one, posted)
        if decision is not None:
            decisions[one.line.name] = decision
    return decisions


def _read_row(one: ReviewLine, posted: Mapping[str, str]) -> Decision | None:
    one.line.typed = posted.get(one.line.name, "").strip()
    typed = one.line.typed.lower()
    if not typed:
        return None
    if typed == EMPTY:
        return Decision(Verdict.BLANK)
    if typed == UNREADABLE:
        return Decision(Verdict.UNREADABLE)
    kept = one.line.typed
    if typed == PROPOSED:
        if not one.proposal:
            return Decision(Verdict.BLANK)
        one.line.typed = one.proposal
    values = read_line(one.line)
    one.line.typed = kept
    if one.line.error or not values:
        return None
    is_same = typed == PROPOSED or one.line.typed == one.proposal
    return Decision(Verdict.CONFIRMED if is_same else Verdict.CHOSEN, tuple(values))


def _read_words(one: ReviewLine, posted: Mapping[str, str]) -> Decision | None:
    one.line.typed = posted.get(one.line.name, "")
    one.verdict = posted.get(f"{one.line.name}-verdict", "words")
    verdict = _WORDS.get(one.verdict, Verdict.WORDS)
    if verdict is not Verdict.WORDS:
        return Decision(verdict)
    words = one.line.typed.strip()
    return Decision(Verdict.WORDS, (words,)) if words else None


def _helped() -> Line:
    words = {
        "nobody": _("The owner alone"),
        "family": _("Family for the owner"),
        "staff": _("Staff for the owner"),
    }
    asked = Asked(
        items=(),
        look=Look.LIST,
        words=_("Who filled this in?"),
        choices=tuple(Choice(value, words[value]) for value in HELPED_VALUES),
    )
    keys = tuple((str(at), words[value]) for at, value in enumerate(HELPED_VALUES, 1))
    return Line(HELPED, asked, keys)
