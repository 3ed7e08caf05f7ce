"""The address of a follow-up list, read: which list, state, people, urgency, building."""

from collections.abc import Mapping

from app.followup.cases.lists.queries import Filters, Whose
from app.followup.models import CaseList, CaseState, Source, Urgency

_LONGEST_BUILDING = 40


def read_filters(arguments: Mapping[str, str], *, is_head: bool, is_caller: bool) -> Filters | None:
    """Return what an address asks for, None when nobody made it.

    Args:
        arguments: The address' arguments.
        is_head: Head office asks: its own list is the usual one.
        is_caller: A caller asks: his cases stand on either list.
    """
    default = CaseList.HEAD_OFFICE if is_head else CaseList.COMMUNITY
    wanted = {
        "list": (arguments.get("list", default), [*CaseList]),
        "state": (arguments.get("state", CaseState.OPEN), [*CaseState, "all"]),
        "whose": (arguments.get("whose", Whose.TEAM), [*Whose]),
        "urgency": (arguments.get("urgency", ""), [*Urgency, ""]),
        "source": (arguments.get("source", ""), [*Source, ""]),
        "overdue": (arguments.get("overdue", ""), ["1", ""]),
    }
    if any(value not in allowed for value, allowed in wanted.values()):
        return None
    value = {name: found for name, (found, _) in wanted.items()}
    if not is_head and not is_caller and value["list"] != CaseList.COMMUNITY:
        return None
    building = arguments.get("building") or None
    community = arguments.get("community", "")
    if building is not None and len(building) > _LONGEST_BUILDING:
        return None
    return Filters(
        community_id=int(community) if community.isdigit() else None,
        on_list=None if is_caller else CaseList(value["list"]),
        state=None if value["state"] == "all" else CaseState(value["state"]),
        whose=Whose(value["whose"]),
        urgency=Urgency(value["urgency"]) if value["urgency"] else None,
        building=building,
        is_overdue=value["overdue"] == "1",
        source=Source(value["source"]) if value["source"] else None,
    )
