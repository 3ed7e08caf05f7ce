"""A freeze among answers under way: what counts and what is frozen are the same set."""

from concurrent.futures import ThreadPoolExecutor

from app.db import write_session
from app.surveys.campaign.queries import find_campaign, get_member, list_gates
from app.surveys.response.queries import list_counted_vectors
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.freeze import freeze_gate
from app.surveys.snapshot.load import load_snapshot
from tests.factories import head_office, make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER, answer, answer_all


def the_gate(session):
    """Return campaign and only gate, in this session."""
    campaign = find_campaign(session, "2026-11")
    (row,) = list_gates(session, campaign.id, head_office())
    return campaign, row.gate


def test_every_answer_is_either_frozen_or_not_counted(engine, session, vault, storage):
    make_community(session, households=30)
    campaign = make_campaign(session, vault)
    members = members_of(session, campaign)
    answer_all(session, vault, campaign, members[:18])  # 60 %
    late = [member.id for member in members[18:]]
    session.commit()

    def post(member_id):
        with write_session(engine) as own:
            own_campaign = find_campaign(own, "2026-11")
            return answer(own, vault, own_campaign, get_member(own, member_id), now=AFTER)

    def freeze():
        with write_session(engine) as own:
            own_campaign, gate = the_gate(own)
            status = gate_standing(own, own_campaign, gate, now=AFTER).status
            return freeze_gate(
                own, storage, campaign=own_campaign, gate=gate, status=status, now=AFTER
            ).digest

    with ThreadPoolExecutor(8) as pool:
        first = [pool.submit(post, member_id) for member_id in late[:4]]
        frozen = pool.submit(freeze)
        rest = [pool.submit(post, member_id) for member_id in late[4:]]
        receipts = [future.result() for future in first + rest]
        digest = frozen.result()
    _campaign, gate = the_gate(session)
    counted = list_counted_vectors(session, gate)
    assert load_snapshot(storage, digest).dataset.households == len(counted)
    assert len(counted) == 18 + sum(receipt.is_counted for receipt in receipts)
    assert freeze() == digest
