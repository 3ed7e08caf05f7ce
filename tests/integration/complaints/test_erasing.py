"""Erasing who complained: name, contact and words go, of a home or of a company; figures stay."""

from dataclasses import asdict, replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.followup.history.models import CaseNote
from app.followup.models import ContactRecord
from app.rights.erasure.services import erase_home
from app.rights.errors import (
    AlreadyAskedError,
    ComplaintStaysError,
    SamePersonError,
    WrongAddressError,
)
from app.rights.queries import find_request
from app.rights.services import Demand, ask_complainant_erasure, carry_out
from app.service.complaints import services
from app.service.complaints.models import Complaint, ComplaintStep, Kind
from app.service.complaints.rules import Sorting
from app.staff.queries import list_audit_of
from app.vault import Vault
from tests.factories import NOW
from tests.integration.complaints.world import World, go_round, make_world

TOLD = Demand("公司注销，要求删除", "营业执照与公章已核对")
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAID = ("张先生", "13800000000", "电梯又停了", "解释了原因", "零件老化", "每月检查", "听录音")


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def closed(session: Session, vault: Vault, world: World, **changes: object) -> Complaint:
    """Take one in, sort it anew with a reason, answer it, call back and close it."""
    steward, hq = world.scopes["steward"], world.scopes["hq"]
    key = services.take_in(session, vault, steward, world.intake(**changes), now=NOW).id
    sorting = Sorting("facilities.lift", Kind.VALID)
    services.reclassify(session, vault, hq, key, sorting, reason="听录音", now=NOW)
    go_round(session, vault, world, key, now=NOW)
    services.close(session, vault, steward, key, cause="零件老化", prevention="每月检查", now=NOW)
    return session.get_one(Complaint, key)


def words_left(session: Session, vault: Vault, key: int) -> str:
    """Return every word that can still be opened about a complaint."""
    found = session.get_one(Complaint, key)
    sealed = [
        (found.name_sealed, "name"),
        (found.contact_sealed, "phone"),
        (found.company_sealed, "name"),
        (found.text_sealed, "complaint"),
        (found.cause_sealed, "note"),
        (found.prevention_sealed, "note"),
    ]
    talks = select(ContactRecord).where(ContactRecord.follow_up_id == key)
    for one in session.scalars(talks):
        sealed += [(one.person_sealed, "person"), (one.result_sealed, "result")]
    steps = select(ComplaintStep.note_sealed).where(ComplaintStep.follow_up_id == key)
    sealed += [(one, "note") for one in session.scalars(steps)]
    sealed += [(one, "note") for one in session.scalars(select(CaseNote.text_sealed))]
    return "".join(vault.open(one, purpose) for one, purpose in sealed if one is not None)


def figures(session: Session, world: World) -> dict[str, object]:
    return asdict(services.month_figures(session, world.scopes["hq"], None, NOW.date(), now=NOW))


def test_erasing_a_home_empties_its_complaint_and_leaves_the_figures(
    session: Session, vault: Vault, world: World, tmp_path
) -> None:
    found = closed(session, vault, world)
    key, number, before = found.follow_up_id, found.number, figures(session, world)
    assert [one for one in SAID if one not in words_left(session, vault, key)] == []
    erase_home(
        session, vault, tmp_path, household_id=world.homes[0], actor=world.scopes["hq"], now=NOW
    )
    assert words_left(session, vault, key) == ""
    stays = session.get_one(Complaint, key)
    assert (stays.number, stays.sub_code, stays.view) == (number, "facilities.lift", "satisfied")
    assert (stays.answered_at, stays.is_open) == (NOW, False)
    assert figures(session, world) == before
    # Its page still opens, with what is left.
    view = services.open_complaint(session, vault, world.scopes["office"], key, now=NOW)
    assert (view.name, view.contact, view.text) == ("", "", "")


def test_a_company_without_a_home_is_erased_by_two_people_with_the_number_typed(
    session: Session, vault: Vault, world: World, tmp_path
) -> None:
    hq, hq2 = world.scopes["hq"], world.scopes["hq2"]
    found = closed(session, vault, world, household_id=None, company="云栖便利店有限公司")
    key, number, before = found.follow_up_id, found.number, figures(session, world)
    request = ask_complainant_erasure(session, vault, found, TOLD, actor=hq, now=NOW)
    with pytest.raises(AlreadyAskedError):
        ask_complainant_erasure(session, vault, found, TOLD, actor=hq2, now=NOW)
    do = {"request_id": request.id, "now": NOW}
    with pytest.raises(SamePersonError):
        carry_out(session, vault, tmp_path, typed=number, actor=hq, **do)
    with pytest.raises(WrongAddressError):
        carry_out(session, vault, tmp_path, typed="1-101", actor=hq2, **do)
    assert "云栖便利店有限公司" in words_left(session, vault, key)
    erased = carry_out(session, vault, tmp_path, typed=number, actor=hq2, **do)
    assert erased.rows["complaint"] == 1
    assert words_left(session, vault, key) == ""
    assert figures(session, world) == before
    row = find_request(session, request.id)
    assert row is not None
    assert (row.number, row.request.reason_sealed) == (number, None)
    acts = [entry.action for entry in list_audit_of(session, f"complaint:{key}")]
    assert {"rights.ask", "rights.erase", "complaint.take_in"} <= set(acts)


def test_an_open_one_and_one_of_a_home_are_not_erased_by_themselves(
    session: Session, vault: Vault, world: World
) -> None:
    office, hq = world.scopes["office"], world.scopes["hq"]
    company = replace(world.intake(), household_id=None, company="云栖便利店有限公司")
    is_open = services.take_in(session, vault, office, company, now=NOW).id
    of_home = closed(session, vault, world)
    for found in (session.get_one(Complaint, is_open), of_home):
        with pytest.raises(ComplaintStaysError):
            ask_complainant_erasure(session, vault, found, TOLD, actor=hq, now=NOW)
