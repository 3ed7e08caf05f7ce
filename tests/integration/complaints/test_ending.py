"""What a complaint needs before it ends, and how it is made good."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.followup.models import FollowUp, Stage
from app.service.complaints import services
from app.service.complaints.errors import ActRefusedError, NotCompleteError
from app.service.complaints.models import Complaint, Step
from app.service.complaints.rules import CallBackResult
from app.vault import Vault
from tests.factories import NOW
from tests.integration.complaints.world import make_world, talk

# Statements that differ between the databases are tried in `test_who_sees`.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_a_step_forgotten_before_the_answer_is_written_down_until_the_end(
    session: Session, vault: Vault
) -> None:
    world = make_world(session)
    steward, caller = world.scopes["steward"], world.scopes["caller"]
    key = services.take_in(session, vault, steward, world.intake(), now=NOW).id
    services.answer(session, vault, steward, key, talk(NOW), now=NOW)
    good = CallBackResult(NOW + HOUR, view="satisfied")
    assert not services.record_call_back(session, vault, caller, key, good, now=NOW + HOUR)
    words = {"cause": "零件老化", "prevention": "每月检查"}
    with pytest.raises(NotCompleteError) as refused:
        services.close(session, vault, steward, key, **words, now=NOW + DAY)
    assert refused.value.missing == (Step.LEAD.value,)
    services.take_step_of(session, vault, steward, key, Step.LEAD, now=NOW + DAY)
    # The answer and the call-back stand.
    assert session.get_one(FollowUp, key).stage is Stage.CALLED_BACK
    services.close(session, vault, steward, key, **words, now=NOW + DAY)
    assert not session.get_one(Complaint, key).is_open
    with pytest.raises(ActRefusedError):
        services.take_step_of(session, vault, steward, key, Step.SITE, now=NOW + DAY)
