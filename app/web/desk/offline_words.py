"""What the script of the page without a network says; it has no catalogue of its own."""

from app.followup.cases.rules import REPLIES
from app.followup.models import Attempt, Outcome
from app.followup.rules import PLACES as CONTACT_PLACES
from app.followup.visits.models import VisitResult
from app.followup.visits.rules import PLACES
from app.i18n import gettext as _
from app.web import case_words, words
from app.web.visit_words import place_name, visit_result


def script_words() -> dict[str, object]:
    """Return the words by the names the script asks for."""
    return {**_of_the_list(), **_of_a_record(), **_choices()}


def _of_the_list() -> dict[str, str]:
    return {
        "take": _("Take today's list along"),
        "taking": _("Fetching the list …"),
        "taken": _("{name}: {visits} visits and {cases} cases, taken along {time}"),
        "no_list": _("No list on this phone. Take it along while there is a network."),
        "empty": _("Nothing is due for you today or tomorrow."),
        "wipe": _("Wipe the list"),
        "visits": _("Home visits"),
        "cases": _("Follow-up"),
        "offline": _("No network. Records are saved on this phone and sent later."),
        "sign_in": _("You are signed out. Sign in again and sending goes on."),
        "other": _("Somebody else is signed in. Records wait for the person who made them."),
        "insecure": _("This page needs a secure connection (https)."),
        "waiting": _("Saved on this phone"),
        "received": _("Sent"),
        "beside": _("Sent, beside another record"),
        "refused": _("Not taken"),
        "send": _("Send now"),
        "to_send": _("{n} records wait to be sent"),
        "none_to_send": _("Everything is sent"),
        "seen": _("Seen"),
        "correct": _("Open and correct"),
        "drop": _("Delete this record"),
        "drop_sure": _("Delete this record? It is stored nowhere else."),
        "unreadable": _("This record cannot be opened here any more: the list's day is over."),
        "danger": _("Danger"),
        "call_back": _("waits for the call-back"),
        "mine": _("Your record"),
        "theirs": _("The other record"),
        "late": _("Overdue"),
        "back": _("Back to the list"),
        "kept_until": _("The list can be read here for {hours} hours, and only while signed in."),
    }


def _of_a_record() -> dict[str, str]:
    return {
        "record": _("Record"),
        "go_on": _("Go on writing"),
        "begun": _("What you had begun to write is here again."),
        "save": _("Save this record"),
        "saved": _("Saved on this phone."),
        "when": _("When"),
        "result": _("How it went"),
        "where": _("Place of the visit"),
        "person": _("Spoken to"),
        "matter": _("Matter"),
        "outcome": _("What came out of it"),
        "view": _("Owner's view of it"),
        "reason": _("Reason"),
        "promise": _("What was promised"),
        "what": _("What is to be done"),
        "who": _("Responsible"),
        "by": _("By"),
        "photo": _("Photo"),
        "optional": _("optional"),
        "signature": _("Signature"),
        "clear": _("Clear"),
        "way": _("Way"),
        "next_on": _("By which date"),
        "next_time": _("Time of that day"),
        "spot": _("Where it was"),
        "contact_outcome": _("Outcome"),
        "contact_result": _("What was said and done"),
        "attempt": _("Why not reached"),
        "call_back_hint": _("Somebody else has replied: please ask what the owner thinks of it."),
        "missing": _("Please fill in: {names}"),
    }


def _choices() -> dict[str, object]:
    return {
        "replies": sorted(one.value for one in REPLIES),
        "results": [(one.value, visit_result(one)) for one in VisitResult],
        "places": [(one, place_name(one)) for one in PLACES],
        "people": [(one, words.person_name(one)) for one in words.PEOPLE],
        "views": [
            *((one, words.view_name(one)) for one in words.VIEWS),
            ("", words.view_name(None)),
        ],
        "ways": [(one, words.way_name(one)) for one in words.WAYS],
        "outcomes": [(one.value, words.outcome_name(one)) for one in Outcome],
        "spots": [
            ("", _("the usual place")),
            *((one, case_words.place_name(one)) for one in CONTACT_PLACES),
        ],
        "attempts": [
            ("", _("not said")),
            *((one.value, case_words.attempt_name(one)) for one in Attempt),
        ],
    }
