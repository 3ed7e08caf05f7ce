"""Words of the register's pages."""

from app.i18n import gettext as _
from app.surveys.register.homes.search import Hint
from app.surveys.register.models import (
    CareNeedKind,
    FileState,
    HouseholdEventKind,
    PersonKind,
)


def person_kind(kind: PersonKind) -> str:
    """Return what somebody is in a home."""
    return {
        PersonKind.OWNER: _("Owner"),
        PersonKind.FAMILY: _("Family"),
        PersonKind.TENANT: _("Tenant"),
    }[kind]


def person_field(name: str) -> str:
    """Return the word for something that is known about a person."""
    return {"name": _("Name"), "phone": _("Phone"), "kind": _("Who")}[name]


def care_name(need: CareNeedKind) -> str:
    """Return what a home needs."""
    return {
        CareNeedKind.HOME_VISIT: _("A visit at home"),
        CareNeedKind.LARGE_PRINT: _("Large print"),
        CareNeedKind.PHONE_CALL: _("A call by phone"),
    }[need]


def event_name(kind: HouseholdEventKind) -> str:
    """Return what happened to a home."""
    return {
        HouseholdEventKind.RETIRED: _("Taken out of the register"),
        HouseholdEventKind.REVIVED: _("Taken back into the register"),
        HouseholdEventKind.MERGED_INTO: _("Merged into another home"),
        HouseholdEventKind.MERGED_FROM: _("Another home was merged into this one"),
        HouseholdEventKind.SPLIT_INTO: _("A second home was split off"),
        HouseholdEventKind.SPLIT_FROM: _("Split off from another home"),
        HouseholdEventKind.MOVED_IN: _("Moved in"),
        HouseholdEventKind.MOVED_OUT: _("Moved out"),
        HouseholdEventKind.CORRECTED: _("Put right"),
        HouseholdEventKind.REGROUPED: _("The building came from another community"),
        HouseholdEventKind.IMPORTANT: _("Important customer"),
    }[kind]


def file_state(state: FileState) -> str:
    """Return where a large register file stands."""
    return {
        FileState.CHECKING: _("Being checked"),
        FileState.REFUSED: _("Needs mending"),
        FileState.CHECKED: _("Checked, waits for your decision"),
        FileState.IMPORTING: _("Being imported"),
        FileState.IMPORTED: _("Imported"),
        FileState.LEFT: _("Left"),
    }[state]


def hint(of: Hint) -> str:
    """Return what would help a search."""
    return {
        Hint.NOTHING: _("Nothing was found. Check the spelling, or try the address."),
        Hint.COMMUNITY: _("Please tell the community too: its name or its code."),
        Hint.ROOM: _("Please tell the building or the room too, for example 3-1-1101."),
        Hint.MORE: _("These are the first 50. Tell more of the address to see fewer."),
    }[of]
