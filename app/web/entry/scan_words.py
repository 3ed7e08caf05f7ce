"""Words of the scan desk: trays, doubts, problems of files and pages, decisions."""

from app.i18n import gettext as _
from app.surveys.paper.reading.result import FileProblem, Problem, Why
from app.surveys.paper.scans.models import BatchEventKind, BatchState, ScanFile, ScanFileState
from app.surveys.paper.scans.trays import Tray


def tray_name(tray: Tray) -> str:
    """Return the name of a tray."""
    return {
        Tray.ACCEPTED: _("Pages accepted"),
        Tray.DUPLICATE: _("Scanned twice, same marks"),
        Tray.BLANK: _("Empty backs"),
        Tray.VOID: _("Put aside"),
        Tray.PARTNER: _("Waiting for the other page"),
        Tray.DOUBTFUL: _("Doubtful marks"),
        Tray.COMMENT: _("Words to key in"),
        Tray.NO_CODE: _("Page code unreadable"),
        Tray.FORGED: _("Not a code of ours"),
        Tray.FOREIGN: _("From elsewhere"),
        Tray.CONFLICT: _("Scanned twice, other marks"),
        Tray.WEAK: _("Cannot be read"),
    }[tray]


def tray_help(tray: Tray) -> str:
    """Return what is to be done with the pages of a tray."""
    return {
        Tray.ACCEPTED: _("These pages are answers. Nothing is left to do."),
        Tray.DUPLICATE: _("The same page came in before with the same marks. Nothing is done."),
        Tray.BLANK: _("Nothing is printed or written on these."),
        Tray.VOID: _("Put aside by a person; the reason stands with each page."),
        Tray.PARTNER: _("The rest of the sheet is missing or not decided yet."),
        Tray.DOUBTFUL: _("Decide row by row beside the picture."),
        Tray.COMMENT: _("Key in what the owner wrote."),
        Tray.NO_CODE: _("Key in the code printed beneath the pattern."),
        Tray.FORGED: _("Nobody printed this here. Tell head office, then put it aside."),
        Tray.FOREIGN: _(
            "Another campaign, an old form or another community. Put it aside; scan it in its own"
            " batch if it has one."
        ),
        Tray.CONFLICT: _("Head office decides: the first scan stands."),
        Tray.WEAK: _("Scan it again in grey, or key it in beside its picture."),
    }[tray]


def problem_name(problem: str) -> str:
    """Return why a page or a file lies where it lies, in words; nothing for no problem."""
    return {**_page_problems(), **_file_problems()}.get(problem, "")


def _page_problems() -> dict[str, str]:
    return {
        Problem.BLANK: _("an empty page"),
        Problem.NO_MARKERS: _("no corner marks found: torn, far too faint, or another paper"),
        Problem.NO_CODE: _("neither page code can be read"),
        Problem.CODES_DIFFER: _("two pages lie on each other"),
        Problem.LAYOUT_UNKNOWN: _("an old form, or not one of ours"),
        Problem.WRONG_SIDE: _("corner marks and code name different pages"),
        Problem.WEAK_PRINT: _("the boxes are not found where they should be"),
        Problem.TOO_COARSE: _("too few dots: scan at 150 dpi or more"),
        Problem.DAMAGED: _("the page cannot be opened"),
        Problem.TOO_LARGE: _("too many dots for a sheet of paper"),
        Problem.TOO_LONG: _("reading took too long"),
        "other_campaign": _("a sheet of another campaign"),
        "other_place": _("a sheet of another community"),
        "old_form": _("an old form"),
        "made_up": _("the code was changed or made up"),
        "no_such_sheet": _("this sheet was never printed here"),
        "late": _("its sheet was taken without this page"),
        "keyed": _("its sheet was keyed in by hand with the same answers"),
        "keyed_otherwise": _("its sheet was keyed in by hand with other answers"),
        "refused": _("the answers cannot be taken as they are"),
        "reopened": _("opened again by head office"),
        "reread": _("being read again"),
    }


def _file_problems() -> dict[str, str]:
    return {
        FileProblem.EMPTY: _("the file is empty"),
        FileProblem.TOO_LARGE: _("the file is too large"),
        FileProblem.KIND: _("neither PDF, TIFF, JPEG, PNG nor ZIP"),
        FileProblem.LOCKED: _("protected by a password"),
        FileProblem.DAMAGED: _("the file is damaged"),
        FileProblem.TOO_MANY_PAGES: _("too many pages: split the file"),
        FileProblem.NOTHING_INSIDE: _("no page inside"),
        FileProblem.UNPACKS_TOO_LARGE: _("the archive unpacks too large"),
        FileProblem.TOO_LONG: _("opening took too long"),
        "gone": _("the file is gone: upload it again"),
    }


def why_words(why: str) -> str:
    """Return what the doubt about a row rests on."""
    return {
        Why.CORRECTED: _("corrected by the owner"),
        Why.SEVERAL: _("more marks than the question takes"),
        Why.FAINT: _("a faint mark"),
        Why.UNLIKE: _("much lighter than the other marks"),
        Why.SOFT: _("perhaps a stain or a shadow"),
        Why.STROKE: _("one stroke over several boxes"),
        Why.AROUND: _("ink beside the boxes"),
        Why.ONE_BIT: _("black-and-white scan: empty proves nothing"),
        Why.COVERED: _("the boxes cannot be seen"),
        "by_hand": _("to be keyed from the picture"),
    }.get(why, "")


def file_state(file: ScanFile) -> str:
    """Return where a file stands."""
    if file.state is ScanFileState.READ and file.problem:
        return _("Read in part")
    return {
        ScanFileState.WAITING: _("Being read"),
        ScanFileState.READ: _("Read"),
        ScanFileState.REFUSED: _("Refused"),
    }[file.state]


def batch_state(state: BatchState) -> str:
    """Return whether a batch is open."""
    return {BatchState.OPEN: _("Being worked on"), BatchState.CLOSED: _("Batch closed")}[state]


def event_name(kind: BatchEventKind) -> str:
    """Return what happened to a batch."""
    return {
        BatchEventKind.CLOSED: _("Batch closed"),
        BatchEventKind.REOPENED: _("Opened again"),
    }[kind]
