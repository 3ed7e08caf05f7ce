"""Two people decide about one exclusion at once: the first decision stands."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.surveys.campaign import queries, services
from app.surveys.campaign.errors import AlreadyApprovedError
from app.surveys.campaign.models import ExclusionCode
from tests.factories import NOW, make_campaign, make_community, make_staff, members_of


@pytest.fixture
def asked(session, vault):
    make_community(session, households=3)
    campaign = make_campaign(session, vault)
    staff = make_staff(session)
    member = members_of(session, campaign)[0]
    services.request_exclusion(
        session,
        vault,
        member,
        code=ExclusionCode.VACANT,
        evidence="empty since May",
        staff_id=staff.id,
        now=NOW,
    )
    session.commit()
    return member.id, staff.id


def test_a_refusal_read_before_the_approval_does_not_undo_it(engine, session, vault, asked):
    member_id, staff_id = asked
    with Session(engine) as slow:
        stale = queries.find_exclusion(slow, member_id)
        assert stale is not None
        slow.expunge_all()
        slow.rollback()
        with Session(engine) as quick:
            exclusion = queries.find_exclusion(quick, member_id)
            services.approve_exclusion(quick, exclusion, staff_id=staff_id, now=NOW)
            quick.commit()
        with pytest.raises(AlreadyApprovedError):
            services.refuse_exclusion(
                slow,
                vault,
                stale,
                reason="业主在家",
                staff_id=staff_id,
                now=NOW + timedelta(seconds=1),
            )
    session.rollback()
    found = queries.find_exclusion(session, member_id)
    assert found is not None
    assert found.approved_at == NOW


def test_an_approval_read_before_the_refusal_finds_it_decided(engine, vault, asked):
    member_id, staff_id = asked
    with Session(engine) as slow:
        stale = queries.find_exclusion(slow, member_id)
        slow.expunge_all()
        slow.rollback()
        with Session(engine) as quick:
            exclusion = queries.find_exclusion(quick, member_id)
            services.refuse_exclusion(
                quick, vault, exclusion, reason="业主在家", staff_id=staff_id, now=NOW
            )
            quick.commit()
        with pytest.raises(AlreadyApprovedError):
            services.approve_exclusion(slow, stale, staff_id=staff_id, now=NOW)
