"""Words of the pages about other systems: what a key may do, how a message fared."""

from app.i18n import gettext as _
from app.integrations.models import DeliveryState, WhyOff
from app.integrations.scopes import KeyScope, Topic


def scope_words() -> dict[KeyScope, tuple[str, str]]:
    """Return what each scope is called, and what it opens."""
    return {
        KeyScope.TRACKER: (_("Progress and gates"), _("numbers of each community, no home")),
        KeyScope.RESULTS: (_("Released results"), _("the figures as the pages show them")),
        KeyScope.ANSWERS: (_("Public answers"), _("what owners read on the board")),
        KeyScope.REGISTER: (
            _("List of communities"),
            _("names, offices, numbers of homes; no people"),
        ),
        KeyScope.CASES: (
            _("Follow-up cases"),
            _("state, dates and department; no address, no words"),
        ),
        KeyScope.CASE_HOMES: (_("Address of the case"), _("building and room")),
        KeyScope.CASE_WORDS: (
            _("What the owner wrote"),
            _("only words the office may read; every look is in the audit log"),
        ),
        KeyScope.CASES_WRITE: (
            _("Write on cases"),
            _("record contacts, take steps, hand over"),
        ),
        KeyScope.COMPLAINTS: (
            _("Progress of complaints"),
            _("number, state and last day; no name, no home, no words"),
        ),
        KeyScope.COMPLAINTS_WRITE: (
            _("Take in complaints"),
            _("from the company's own app; with name, home and words"),
        ),
    }


def topic_words() -> dict[Topic, tuple[str, str]]:
    """Return what each topic is called, and what is told."""
    return {
        Topic.GATE: (_("Gates"), _("released, corrected, held, waived")),
        Topic.CASE: (_("Follow-up cases"), _("opened, contacted, handed over, closed")),
        Topic.PUBLICATION: (
            _("Publications"),
            _("public answers, their progress, bulletins"),
        ),
    }


def key_state(state: str) -> tuple[str, str]:
    """Return the word for the state of a key, and its kind of chip."""
    return {
        "active": (_("In use"), "released"),
        "expired": (_("Expired"), "not_open"),
        "revoked": (_("Revoked"), "not_open"),
    }[state]


def hook_state(why: WhyOff | None) -> tuple[str, str]:
    """Return the word for the state of a webhook, and its kind of chip."""
    if why is None:
        return _("On"), "released"
    return {
        WhyOff.BY_HAND: (_("Switched off"), "not_open"),
        WhyOff.FAILING: (_("Off: not reachable for three days"), "late"),
        WhyOff.GONE: (_("Off: its address says it is gone"), "late"),
    }[why]


def delivery_state(state: DeliveryState) -> tuple[str, str]:
    """Return the word for the state of a message, and its kind of chip."""
    return {
        DeliveryState.WAITING: (_("Waiting to be sent"), "clock"),
        DeliveryState.DELIVERED: (_("Delivered"), "released"),
        DeliveryState.GIVEN_UP: (_("Given up"), "late"),
    }[state]


def problem_words(problem: str, status: int | None) -> str:
    """Return what came of a try."""
    if problem in {"", "status", "redirect"} and status is not None:
        said = {"redirect": _("answered {status}: addresses are not followed on")}
        words = said.get(problem, _("answered {status}"))
        return words.format(status=status)
    return {
        "timeout": _("no answer in time"),
        "tls": _("its certificate is not good"),
        "connection": _("no connection"),
        "answer": _("answered something that is no HTTP"),
    }.get(problem, address_words(problem))


def address_words(problem: str) -> str:
    """Return what is wrong with an address."""
    return {
        "scheme": _("The address must begin with https://."),
        "login": _("The address must not hold a name, a password or a # part."),
        "too_long": _("This text is too long."),
        "unknown_host": _("There is no such host."),
        "own_network": _(
            "The address lies in your own network. The operator can allow its host in the "
            "settings (LINSHENG_WEBHOOK_HOSTS)."
        ),
    }.get(problem, _("This is no address of a host."))
