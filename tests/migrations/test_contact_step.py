"""The step that adds outcomes and tallies works out what the answers there are say."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.surveys.campaign.queries import find_gate
from app.surveys.response.counts.services import recount
from app.surveys.response.services import flush_drafts, save_draft
from migrations import run
from tests.factories import (
    make_campaign,
    make_community,
    make_staff,
    members_of,
    perception_instrument,
)
from tests.integration.response.forms import deadline_of, filled, submit
from tests.integration.response.test_tracker import exclude


def test_existing_answers_drafts_and_exclusions_are_counted_when_the_step_goes_up(
    engine, session, vault, now
):
    make_community(session, households=6, buildings=2)
    campaign = make_campaign(session, vault)
    members = members_of(session, campaign)
    submit(session, vault, members[0], now=now)
    submit(session, vault, members[1], now=now, raw=filled(rated=7))  # two areas left blank
    for number in (2, 3):
        save_draft(
            session, vault, member=members[number], device="a", raw=filled(), language="en",
            form="full", now=now,
        )  # fmt: skip
    exclude(session, vault, members[3], staff_id=make_staff(session).id, now=now)
    gate = find_gate(session, campaign.id, members[0].community_id)
    flush_drafts(session, vault, gate, perception_instrument(), now=deadline_of(campaign))
    save_draft(
        session, vault, member=members[4], device="a", raw=filled(), language="en", form="full",
        now=now,
    )  # fmt: skip
    session.commit()
    wanted = picture(session)
    session.close()

    while run.current(engine) != "0004":
        run.downgrade(engine, "-1")
    run.upgrade(engine)

    with Session(engine) as after:
        assert picture(after) == wanted
        assert recount(after, after.merge(campaign)) == []


def picture(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Return everything the step works out."""
    statements = {
        "members": "SELECT id, outcome, occupancy, opened_at, returned_at FROM frame_member",
        "tally": "SELECT * FROM tally",
        "days": "SELECT * FROM return_day",
    }
    return {
        name: [tuple(row) for row in session.execute(text(f"{one} ORDER BY 1, 2, 3"))]
        for name, one in statements.items()
    }
