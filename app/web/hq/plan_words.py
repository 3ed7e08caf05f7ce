"""Words of a plan: tasks, owners, clashes and what to do about them, what is missing."""

from app.i18n import gettext as _
from app.surveys.campaign.planning.clashes import ClashKind
from app.surveys.campaign.planning.errors import Missing
from app.surveys.campaign.planning.models import EventKind, ItemFate, TalkForm, TaskOwner


def task_name(key: str) -> str:
    """Return the words of a task; a key this version does not know is returned as it is."""
    return ({**_before(), **_during(), **_after()}).get(key, key)


def _before() -> dict[str, str]:
    return {
        "plan": _("Plan and budget; go through what the last campaign left open"),
        "effect_check": _("Check whether the improvements of the last campaign had an effect"),
        "approve": _("Approve the plan"),
        "register": _("Begin to put the register in order"),
        "benchmark": _("Figures of competitors; rules for important customers"),
        "lists": _("Confirm important customers, care list and evidence of vacant homes"),
        "items": _("Hear the owners' committee about the questions"),
        "pilot": _("Pilot in one or two communities, about 30 answers; mend the wording"),
        "lock": _("Lock the questionnaire"),
        "training": _("Train staff: who may touch forms, and how"),
        "print": _("Print letters and forms, sealed by building"),
        "receive": _("Receive the letters, sign for the number"),
        "notices": _("Hand out the notices from the templates"),
        "posters": _("Posters and WeChat notice; seal the boxes"),
        "committee_plan": _("Give the owners' committee the plan"),
    }


def _during() -> dict[str, str]:
    return {
        "launch": _("Open the campaign; the frame is fixed"),
        "distribute": _("Begin to hand out letters to every home"),
        "delivery_check": _("Check that 95% of the homes have their letter; call some homes"),
        "delivered": _("Finish handing out"),
        "reminder_1": _("First reminder, to silent homes only"),
        "buildings": _("Look after buildings below 40%"),
        "weak": _("Help offices with a low rate; empty the boxes"),
        "elder_visits": _("Visit elderly owners with the large-print form"),
        "reminder_2": _("Second reminder, in the evening"),
        "second": _("Second try where nobody was at home"),
        "deadline": _("Deadline: open the boxes with a witness of the committee"),
        "hand_over": _("Hand over all paper"),
        "witness": _("Witness the opening of the boxes, sign the count"),
    }


def _after() -> dict[str, str]:
    return {
        "statistics": _("Run the statistics; call the homes of the audit sample"),
        "integrity": _("Finish the integrity check; release or hold the results"),
        "summary": _("Read the summary"),
        "analysis": _("Statistics, analysis and follow-up are under way (the one-week rule)"),
        "follow_up": _("Follow-up begun for everybody who wrote; visits arranged"),
        "answers": _("Approve the public answers"),
        "post_answers": _("Post the public answers, with a photo"),
        "committee_copy": _("Give the owners' committee a copy"),
        "follow_up_done": _("Follow-up finished, or promised with a date"),
        "report": _("Report; prepare the review"),
        "actions": _("Plan of action from the order of improvement"),
        "review": _("Review meeting: leaders decide"),
        "progress_30": _("Check progress after 30 days"),
        "notes_30": _("Post a note on progress after 30 days"),
        "progress_60": _("Check progress after 60 days"),
        "notes_60": _("Post a note on progress after 60 days"),
    }


def owner_name(owner: TaskOwner) -> str:
    """Return who answers for a task."""
    return {
        TaskOwner.HEAD_OFFICE: _("Quality department"),
        TaskOwner.OFFICE: _("Management offices"),
        TaskOwner.LEADER: _("Company leader"),
        TaskOwner.COMMITTEE: _("Owners' committees"),
    }[owner]


def clash_name(kind: ClashKind) -> str:
    """Return what is in the way."""
    return {
        ClashKind.UNKNOWN_YEAR: _("The holidays of this year are not entered yet"),
        ClashKind.DAY_OFF: _("The first day is a day off"),
        ClashKind.HOLIDAY: _("Public holiday"),
        ClashKind.SPRING_FESTIVAL: _("Spring Festival"),
        ClashKind.GAOKAO: _("University entrance examination"),
        ClashKind.HANDOVER: _("Handed over less than six months before"),
        ClashKind.FEE_CHANGE: _("Change of fees"),
        ClashKind.INCIDENT: _("Incident"),
        ClashKind.WORKS: _("Building works"),
        ClashKind.OTHER_CAMPAIGN: _("Another campaign in the same days"),
        ClashKind.NO_PHONE: _("Communities whose office has no telephone number"),
    }[kind]


def clash_advice(kind: ClashKind) -> str:
    """Return what can be done about it."""
    return {
        ClashKind.UNKNOWN_YEAR: _("Enter them in the calendar once the State Council announces."),
        ClashKind.DAY_OFF: _("Begin on the next working day, when offices and post are at work."),
        ClashKind.HOLIDAY: _(
            "No reminders and no visits on these days; look at deadlines that fall into them."
        ),
        ClashKind.SPRING_FESTIVAL: _(
            "Many are away for two weeks before and after: move the campaign if you can."
        ),
        ClashKind.GAOKAO: _("No visits and no calls on these days; quiet comes first."),
        ClashKind.HANDOVER: _(
            "Owners judge the developer more than the service: survey half a year after handover."
        ),
        ClashKind.FEE_CHANGE: _("Expect anger about fees; say so in the report and in the trend."),
        ClashKind.INCIDENT: _("Solve it first; say so in the report and in the trend."),
        ClashKind.WORKS: _("Homes may be empty and people annoyed: allow for a lower rate."),
        ClashKind.OTHER_CAMPAIGN: _("Nobody answers twice in a month: move one of them."),
        ClashKind.NO_PHONE: _("Letters name nobody to call: complete the register."),
    }[kind]


def missing_words(one: Missing) -> str:
    """Return what the approval waits for."""
    return {
        "over": _("The last day has passed: choose new dates."),
        "short": _("Only {count} days: two reminders need at least 14."),
        "instrument": _("The questionnaire breaks {count} rules: publish a corrected version."),
        "tasks": _("There is no calendar of tasks."),
        "undated": _("{count} tasks have no date."),
        "unowned": _("{count} tasks of the quality department have nobody who answers for them."),
        "no_talk": _(
            "No talk with owners of the last year is recorded: nobody was asked what matters."
        ),
        "clashes": _("{count} clashes nobody has looked at."),
    }[one.code].format(count=one.count)


def talk_form(form: TalkForm) -> str:
    """Return how owners were heard."""
    return {
        TalkForm.INTERVIEW: _("Single talks"),
        TalkForm.GROUP: _("Group talk"),
        TalkForm.COMMITTEE: _("Meeting with the owners' committee"),
        TalkForm.FEEDBACK: _("Complaints and comments read through"),
    }[form]


def fate_name(fate: ItemFate) -> str:
    """Return what became of an item."""
    return {
        ItemFate.KEPT: _("Kept"),
        ItemFate.ADDED: _("Added"),
        ItemFate.REWORDED: _("Reworded"),
        ItemFate.DROPPED: _("Dropped"),
    }[fate]


def event_name(kind: EventKind) -> str:
    """Return the kind of an event around a campaign."""
    return {
        EventKind.HANDOVER: _("Handover to owners"),
        EventKind.FEE_CHANGE: _("Change of fees"),
        EventKind.INCIDENT: _("Incident"),
        EventKind.HOLIDAY: _("Local holiday"),
        EventKind.WORKS: _("Building works"),
    }[kind]


def evidence_problem(field: str) -> str:
    """Return why a talk or a change of an item was refused."""
    return {
        "item": _("This code does not fit: a dropped item is asked no more, any other one is."),
        "held_on": _(
            "More than a year before the first day of the campaign: that was about another time."
        ),
        "kind": _("A weekday is worked anyway; only a Saturday or Sunday can be a make-up day."),
    }.get(field, _("Please fill this in."))
