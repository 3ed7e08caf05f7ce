"""Words for values of market surveys: states, companies, faults of files, what is missing."""

from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.market.errors import Fault, MarketProblem, MissingStep
from app.surveys.market.models import CheckOutcome, MarketProvider, MarketState, ProviderKind


def market_state(state: MarketState) -> str:
    """Return the word for the state of a survey."""
    return {
        MarketState.DRAFT: _("Preparing"),
        MarketState.OPEN: _("Interviews under way"),
        MarketState.CLOSED: _("Interviews ended"),
    }[state]


def provider_kind(kind: ProviderKind) -> str:
    """Return the word for what a company is to us."""
    return {
        ProviderKind.OWN: _("our own company"),
        ProviderKind.NAMED: _("named competitor"),
        ProviderKind.OTHER: _("all others together"),
    }[kind]


def company_name(provider: MarketProvider) -> str:
    """Return the name of a company in the language of the page."""
    is_english = current_language() == "en"
    return (provider.name_en or provider.name) if is_english else provider.name


def check_outcome(outcome: CheckOutcome | None) -> str:
    """Return what a call came to."""
    if outcome is None:
        return _("to call")
    return {
        CheckOutcome.CONFIRMED: _("Interview confirmed"),
        CheckOutcome.DIFFERS: _("Interviewed, but not as written"),
        CheckOutcome.NO_INTERVIEW: _("Was never interviewed"),
        CheckOutcome.NOT_REACHED: _("Not reached"),
    }[outcome]


def missing_step(step: MissingStep) -> str:
    """Say what a survey lacks."""
    return {
        MissingStep.NO_AGENCY: _("Name the agency that asks."),
        MissingStep.OWN_AGENCY: _("The agency must be an outside firm, not our own company."),
        MissingStep.NO_ACCOUNT: _("Give the survey to an account of the agency."),
        MissingStep.NO_SUPERVISOR: _("Name one account as supervisor: it checks by telephone."),
        MissingStep.NOT_AN_AGENCY: _("Only accounts of the role outside agency may interview."),
        MissingStep.NOT_CONFIRMED: _("Confirm that only the agency's own people interview."),
        MissingStep.NO_OWN: _("List our own company."),
        MissingStep.NO_RIVAL: _("List at least one competitor."),
        MissingStep.NO_PLACES: _("Upload the communities of the market."),
        MissingStep.FEW_PLACES: _("A listed company has fewer communities than the quota."),
        MissingStep.NO_INTERVIEWS: _("There is no interview yet."),
        MissingStep.DAYS_PAST: _("The last day is over: change it first."),
    }[step]


def fault_words(fault: Fault) -> str:
    """Say what is wrong and what to do."""
    word = fault.word
    return {
        MarketProblem.UNREADABLE: _("This is no CSV in UTF-8 or GB18030 and no XLSX."),
        MarketProblem.TOO_LARGE: _("The file is too large: at most 8 MB and 20,000 rows."),
        MarketProblem.NO_ROWS: _("The file has no rows below its headings."),
        MarketProblem.MISSING_COLUMN: _("This column is missing."),
        MarketProblem.UNKNOWN_COLUMN: _("This column is unknown; take it out or mend its name."),
        MarketProblem.DOUBLE_COLUMN: _("This column stands there twice."),
        MarketProblem.TOO_MANY_CELLS: _("This line has more cells than headings."),
        MarketProblem.EMPTY: _("Must not be empty."),
        MarketProblem.TOO_LONG: _("This is too long."),
        MarketProblem.NO_NUMBER: _("“{word}” is no number.", word=word),
        MarketProblem.OUT_OF_RANGE: _("“{word}” lies outside what is possible.", word=word),
        MarketProblem.UNKNOWN_CODE: _("“{word}” may not stand here; see the columns.", word=word),
        MarketProblem.UNKNOWN_PROVIDER: _("“{word}” is not on the list of companies.", word=word),
        MarketProblem.UNKNOWN_PLACE: _("“{word}” is not on the list of communities.", word=word),
        MarketProblem.TOO_MANY: _("Too many entries: “{word}”.", word=word),
        MarketProblem.NO_TIME: _(
            "Write day and time as 2026-11-02 14:05, not “{word}”.", word=word
        ),
        MarketProblem.TIMES_REVERSED: _("The end does not lie after the start."),
        MarketProblem.IN_FUTURE: _("This lies in the future."),
        MarketProblem.OUTSIDE_DAYS: _("{word} is no day of this survey.", word=word),
        MarketProblem.FEW_ANSWERS: _("Only {word} areas are rated; six are needed.", word=word),
        MarketProblem.NO_PHONE: _("This is no telephone number."),
        MarketProblem.REPEATED: _("“{word}” stands in the file twice.", word=word),
        MarketProblem.DELIVERED_OTHERWISE: _(
            "Interview {word} was delivered before with other answers.", word=word
        ),
        MarketProblem.HAS_INTERVIEWS: _(
            "{word} is not in the file, but people were interviewed there.", word=word
        ),
        MarketProblem.OTHER_PROVIDER_ASKED: _(
            "People of {word} were interviewed about another company.", word=word
        ),
    }[fault.code]


def column_kind(kind: str) -> str:
    """Say what a cell of a column holds."""
    return {
        "text": _("up to 40 letters"),
        "time": _("day and time, 2026-11-02 14:05"),
        "place": _("name of a community of the list"),
        "number": _("a number"),
        "point": _("one of"),
        "choice": _("one of"),
        "choices": _("several of, parted by semicolons"),
        "company": _("a company of the list"),
        "companies": _("companies of the list, parted by semicolons"),
        "tick": _("1 or empty"),
        "phone": _("a telephone number, where one was left"),
    }.get(kind, kind)
