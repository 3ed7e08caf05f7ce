"""What the script of the interviewer's page says; it has no catalogue of its own."""

from app.i18n import gettext as _


def script_words() -> dict[str, str]:
    """Return the words by the names the script asks for."""
    return _words_of_the_list() | _words_of_an_interview()


def _words_of_the_list() -> dict[str, str]:
    return {
        "fetch": _("Fetch today's list"),
        "fetched": _("Today's list is on this tablet: {n} homes. You can go without a network."),
        "fetching": _("Fetching the list …"),
        "no_list": _("This tablet has no list for today. Fetch it while there is a network."),
        "no_homes": _("None of your homes has to be asked today."),
        "offline": _("No network. Everything stays on this tablet and is sent later."),
        "sign_in": _("You are signed out. Sign in again and sending goes on."),
        "other": _("Somebody else is signed in. Interviews wait for the person who held them."),
        "insecure": _("This page needs a secure connection (https)."),
        "begin": _("Begin"),
        "go_on": _("Go on"),
        "waiting": _("Waiting"),
        "received": _("Received"),
        "kept": _("Kept, not counted"),
        "refused": _("Not taken"),
        "open": _("Begun"),
        "silent": _("Not answered yet"),
        "send": _("Send now"),
        "to_send": _("{n} interviews wait to be sent"),
        "none_to_send": _("Nothing waits to be sent"),
        "back": _("Back"),
        "next": _("Next"),
        "list": _("Back to the list"),
        "step": _("Question {i} of {n}"),
    }


def _words_of_an_interview() -> dict[str, str]:
    return {
        "consent_title": _("Please read aloud"),
        "consent": _(
            "Good day. I ask for the head office of the property company. Your answers are kept by "
            "head office; the management office does not see your scores. You may skip a question "
            "and stop at any time. May I begin?"
        ),
        "agreed": _("The person agrees: begin"),
        "not_agreed": _("The person does not agree"),
        "form_title": _("Which form?"),
        "form_elder": _("Short form, large text"),
        "form_full": _("Whole form"),
        "help_title": _("Did anybody help to choose the answers?"),
        "help_none": _("Nobody: I only read aloud"),
        "help_family": _("Somebody of the family"),
        "help_interviewer": _("I helped to choose"),
        "missing": _("Not complete yet. Please ask these once more:"),
        "most": _("No more than {n}."),
        "needed": _("Please choose an answer here."),
        "finish": _("Finish and close for good"),
        "finish_hint": _("Afterwards nobody can open the answers on this tablet, not even you."),
        "discard": _("Delete this interview"),
        "discard_sure": _("Really delete it? Tap once more."),
        "saved": _("Finished. The interview waits on this tablet until it is sent."),
        "end": _("End the day: remove the list and sign out"),
        "optional": _("It may stay empty."),
    }
