"""A complaint whose every fact is stated, as the services of complaints leave one."""

from datetime import timedelta
from itertools import count

from app.followup.models import CaseList, FollowUp, Source
from app.service.complaints.models import (
    Channel,
    Complaint,
    ComplaintClass,
    Kind,
    Level,
)

LIFT, LEAK, FEE = "facilities.lift", "facilities.leak", "fees.parking"
_numbers = count(1)


def plant(session, vault, community, household, received_at, *, on_list=CaseList.COMMUNITY, **more):
    """Keep a complaint; else an ordinary valid one about a lift, not answered."""
    case = FollowUp(
        community_id=community.id,
        household_id=household.id,
        on_list=on_list,
        source=Source.COMPLAINT,
        created_at=received_at,
    )
    session.add(case)
    session.flush()
    values = {
        "number": f"T{next(_numbers):04}",
        "channel": Channel.PHONE,
        "class_": ComplaintClass.FACILITIES,
        "sub_code": LIFT,
        "kind": Kind.VALID,
        "level": Level.OFFICE,
        "name_sealed": vault.seal("欧阳金丝雀", "name"),
        "contact_sealed": vault.seal("13900007777", "phone"),
        "text_sealed": vault.seal("电梯又停了", "complaint"),
        "due_on": (received_at + timedelta(days=1)).date(),
        "due_at": received_at + timedelta(days=1),
    }
    complaint = Complaint(
        follow_up_id=case.id,
        community_id=community.id,
        household_id=household.id,
        received_at=received_at,
        clock_from=received_at,
        **(values | more),
    )
    session.add(complaint)
    session.flush()
    return complaint
