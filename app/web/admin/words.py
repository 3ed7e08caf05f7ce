"""Words of the pages about accounts: states of accounts, what happened to one, who a role is."""

from app.i18n import gettext as _
from app.staff.models import Role
from app.staff.people.queries import PersonState


def state_name(state: PersonState) -> str:
    """Return the word for what an account is good for."""
    return {
        PersonState.ACTIVE: _("Active"),
        PersonState.INVITED: _("Invited, no password yet"),
        PersonState.DISABLED: _("Disabled"),
    }[state]


def role_does(role: Role) -> str:
    """Return in one sentence what somebody of a role does and sees."""
    return {
        Role.HEAD_OFFICE: _("Runs campaigns and sees every community."),
        Role.LEADER: _("Reads progress, gates and results of every community."),
        Role.REGION: _(
            "Reads progress, gates, results and follow-up coverage of its regions, "
            "nothing of a single home."
        ),
        Role.OFFICE: _("Directs the work in the communities given; reads their released results."),
        Role.STEWARD: _("Visits and calls homes of the communities given."),
        Role.CLERK: _("Types in paper sheets of the communities given."),
        Role.INTERVIEWER: _("Asks homes of the communities given at the door."),
        Role.CALLER: _("Calls from the sheets head office gives out, nothing else."),
        Role.COMMITTEE: _(
            "Reads the response rate, released results and public answers of its own community, "
            "nothing of a single home."
        ),
        Role.AGENCY: _("Delivers interviews of the market survey; sees no register."),
        Role.ADMIN: _("Manages accounts; sees no answer and no home."),
    }[role]


def action_name(action: str, detail: str) -> str:
    """Return what happened to an account; an unknown action is shown as it is stored."""
    names = {
        "staff.invite": _("Invited"),
        "staff.link": _("One-time link made"),
        "staff.rename": _("Name changed"),
        "staff.rights": _("Role or places changed"),
        "staff.disable": _("Disabled"),
        "staff.enable": _("Enabled again"),
        "staff.password": _("Password set"),
        "staff.sign_in": _("Signed in"),
        "staff.sign_out": _("Signed out"),
        "staff.sign_in_failed": _("Wrong code") if detail == "code" else _("Wrong password"),
        "staff.end_session": _("Signed out one browser"),
        "staff.end_sessions": _("Signed out everywhere"),
        "staff.code_on": _("Second factor switched on"),
        "staff.code_off": _("Second factor removed"),
        "staff.recovery_codes": _("New recovery codes made"),
        "staff.recovery_used": _("Signed in with a recovery code"),
    }
    return names.get(action, action)
