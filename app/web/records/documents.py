"""The eighteen documents the handbooks ask for: what each is, who makes it, where it stands."""

from dataclasses import dataclass

from app.i18n import gettext as _
from app.staff.models import Role

HEADS = frozenset({Role.HEAD_OFFICE})
DESK = frozenset({Role.HEAD_OFFICE, Role.OFFICE})
WATCHING = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION})
READERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE})


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its endpoint, and who may open it."""

    endpoint: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of document.

    Attributes:
        key: Its name in the program.
        name: What it is called.
        what: What it is, in a sentence.
        maker: Who makes it.
        page: Where it stands.
        printing: Where it is printed.
        export: Where it leaves as a list or as figures.
        forms: As which kinds of file.
    """

    key: str
    name: str
    what: str
    maker: str
    page: Place
    printing: Place
    export: Place
    forms: str


def documents() -> list[Document]:
    """Return the documents in the order of the handbooks."""
    return [*_of_surveys(), *_of_follow_up(), *_of_service(), *_of_complaints(), *_of_company()]


def _of_surveys() -> list[Document]:
    head = _("Head office")
    results = Place("hq_results.index", READERS)
    return [
        Document(
            "questionnaire",
            _("Questionnaire"),
            _("What homes are asked, as phone form and on paper."),
            head,
            Place("hq_instruments.index", HEADS),
            Place("hq_forms.index", HEADS),
            Place("hq_instruments.index", HEADS),
            "YAML, JSON, XLSX",
        ),
        Document(
            "delivery",
            _("Letters delivered and answers returned"),
            _("Home by home: when its letter came, when its answer."),
            _("Office"),
            Place("contacts.index", DESK),
            Place("records.delivery", DESK),
            Place("records.delivery", DESK),
            "XLSX, CSV, JSON",
        ),
        Document(
            "tables",
            _("Statistical tables"),
            _("The figures of a survey with their intervals and answers."),
            _("The program, from the frozen answers"),
            results,
            results,
            Place("hq_exports.index", READERS),
            "XLSX, CSV, JSON",
        ),
        Document(
            "report",
            _("Report of the analysis"),
            _("Results, causes, order of priorities, decisions asked for."),
            _("The program; head office approves"),
            results,
            results,
            results,
            "PDF, XLSX",
        ),
    ]


def _of_follow_up() -> list[Document]:
    office = _("Office")
    return [
        Document(
            "follow_up",
            _("Follow-up list and records"),
            _("Every home that wrote, who spoke with it, and what came of it."),
            office,
            Place("desk_followups.index", DESK),
            Place("desk_followups.index", DESK),
            Place("desk_followups.index", DESK),
            "XLSX",
        ),
        Document(
            "visits",
            _("Records of home visits"),
            _("Visits to important customers with all six fields."),
            office,
            Place("desk_visits.index", DESK),
            Place("records.visits", DESK),
            Place("desk_visits.index", DESK),
            "XLSX, iCalendar",
        ),
        Document(
            "answers",
            _("Public answers"),
            _("What many raised: cause, measure, by whom, by when."),
            _("Head office"),
            Place("hq_answers.index", READERS),
            Place("hq_answers.index", READERS),
            Place("records.index", READERS),
            "XLSX, CSV, JSON",
        ),
    ]


def _of_service() -> list[Document]:
    caller, office = _("Caller of head office"), _("Office")
    return [
        Document(
            "call_backs",
            _("Record of repair call-backs"),
            _("A fifth of the week's orders, drawn by lot and asked by telephone."),
            caller,
            Place("call_back_records.index", READERS),
            Place("call_back_records.index", READERS),
            Place("call_back_results.show", READERS),
            "XLSX, CSV",
        ),
        Document(
            "defects",
            _("Special record of major defects"),
            _("Inspections after 7, 30 and 90 days and after rain."),
            office,
            Place("repair_watch.index", DESK),
            Place("repair_watch.index", DESK),
            Place("records.index", DESK),
            "XLSX, CSV, JSON",
        ),
    ]


def _of_complaints() -> list[Document]:
    head, office = _("Head office"), _("Office")
    months = Place("complaint_months.index", READERS)
    papers = Place("complaints.index", DESK)  # each plan stands at its complaint
    return [
        Document(
            "complaints",
            _("Record of a complaint"),
            _("Who, what, each step with day and person, until the call-back."),
            office,
            Place("complaints.index", DESK),
            Place("complaints.index", DESK),
            Place("complaints.index", DESK),
            "XLSX, CSV",
        ),
        Document(
            "complaint_months",
            _("Monthly statistics and analysis of complaints"),
            _("What came in, by class and cause, and what is changed."),
            office,
            months,
            months,
            months,
            "XLSX, CSV, JSON",
        ),
        Document(
            "correction_plan",
            _("Correction plan"),
            _("What the company orders after a major complaint."),
            head,
            papers,
            papers,
            Place("records.index", DESK),
            "XLSX, CSV, JSON",
        ),
        Document(
            "corrective_action",
            _("Corrective-action report and announcement"),
            _("Cause, prevention, and the word to the whole company without names."),
            head,
            Place("complaint_announcements.index", READERS),
            Place("complaint_announcements.index", READERS),
            Place("records.index", DESK),
            "XLSX, CSV, JSON",
        ),
    ]


def _of_company() -> list[Document]:
    office = _("Office")
    talks = Place("talks.index", DESK)
    training = Place("complaint_training.index", READERS)
    guide = Place("standard_guide.index", READERS)
    return [
        Document(
            "talks",
            _("Monthly talk with the owners' committee"),
            _("Minutes, opinions, measures, and the word back."),
            office,
            talks,
            talks,
            talks,
            "XLSX, CSV, JSON",
        ),
        Document(
            "customer_file",
            _("Customer file"),
            _("Everything on record about a home by date, never a score."),
            _("The program"),
            Place("hq_household_types.index", DESK),
            Place("hq_household_types.index", DESK),
            Place("hq_household_types.index", DESK),
            "XLSX, CSV, JSON",
        ),
        Document(
            "minutes",
            _("Minutes of review meetings"),
            _("What head office and offices decided after a survey."),
            _("Head office and offices"),
            Place("reviews.index", READERS),
            Place("reviews.index", READERS),
            Place("records.index", READERS),
            "XLSX, CSV, JSON",
        ),
        Document(
            "training",
            _("Training cases"),
            _("What happened, without names, for teaching staff."),
            _("Head office"),
            training,
            training,
            training,
            "XLSX, CSV, JSON",
        ),
        Document(
            "guide",
            _("Service guide and fees"),
            _("What the office does, when, under which number, at which price."),
            _("Head office"),
            guide,
            guide,
            guide,
            "XLSX, CSV, JSON",
        ),
    ]
