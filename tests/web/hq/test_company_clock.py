"""The company's clock on the progress page: T0, its due dates, the communities left out."""

from app.staff.models import Role
from app.surveys.snapshot.company import freeze_company
from tests.factories import make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import enter_as, release, words_of


def test_the_company_clock_stands_on_the_page_with_the_communities_left_out(
    client, session, vault, storage, app
):
    community = make_community(session, households=5, name="甲小区")
    other = make_community(session, households=5, name="乙小区")
    campaign = make_campaign(session, vault)
    here, there = (members_of(session, campaign, one) for one in (community, other))
    for member in [*here[:4], there[0]]:  # 5 of 10
        answer(session, vault, campaign, member)
    enter_as(client, session, Role.LEADER, app=app, now=AFTER)
    page = client.get("/hq/tracker/").text
    assert "Rate reached and deadline passed|5 of 10|" in words_of(page)
    assert "Not in the company snapshot" not in page
    release(session, vault, storage, campaign, community)  # 6 of 10: 60 %, and A is frozen
    assert freeze_company(session, storage, campaign=campaign, now=AFTER) is not None
    session.commit()
    words = words_of(client.get("/hq/tracker/").text)
    # T0 is the answer that reached the rate, a second past the deadline; both are 21 November.
    assert "Rate reached and deadline passed|21 Nov" in words
    assert "Statistics, lists, visits|27 Nov" in words
    assert "Follow-up closed|4 Dec" in words
    assert "Company snapshot 1: 1 of 2 communities" in words
    assert "Not in the company snapshot: 1|乙小区: 20.0%, 2 homes below the gate|" in words
