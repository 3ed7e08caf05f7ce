"""Pages of exports: ordered with a reason, made, fetched; wrong forms say what is wrong."""

import io
import zipfile

import pytest

from app.reports.exports.models import ExportOrder, ExportState
from app.reports.exports.work import make_export
from app.staff.models import Role
from tests.factories import make_staff
from tests.unit.exports.build import MADE_AT
from tests.web.staff_pages import set_clock, sign_in

pytestmark = pytest.mark.usefixtures("world")


def enter(client, app, staff) -> None:
    set_clock(app, MADE_AT)
    sign_in(client, staff)


def address(world, kind: str) -> str:
    return f"/hq/exports/{kind}/{world.campaign.code}"


def fill(client, world, kind="answers", **given):
    fields = {"place": "all", "forms": ["csv"], "language": "en", "reason": "复核"} | given
    page = client.get("/hq/exports?lang=en")
    assert f'action="{address(world, kind)}"' in page.text
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(address(world, kind), data=fields | {"csrf_token": token})


def test_head_office_orders_waits_and_fetches(client, app, session, world, workshop):
    enter(client, app, world.head)
    answer = fill(client, world, place=str(world.communities[2].id))
    assert answer.status_code == 303, answer.text
    place = answer.headers["Location"]
    assert "data-wait" in client.get(place).text
    make_export(workshop, {"order_id": int(place.rpartition("/")[2])})
    page = client.get(place)
    assert "data-wait" not in page.text
    token = page.text.split('name="csrf_token" value="')[-1].split('"')[0]
    content = client.post(f"{place}/fetch", data={"csrf_token": token})
    assert content.mimetype == "application/zip"
    assert int(content.headers["Content-Length"]) == len(content.data)
    with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 4 + 4  # CSV; codebook, DDI, README, manifest
    listed = client.get("/hq/exports")
    assert "复核" in listed.text
    assert client.post(f"{place}/fetch").status_code == 400  # without the token of the form
    client.post("/logout", data={"csrf_token": token})
    sign_in(client, make_staff_like_head(session))
    assert "Only who ordered" in client.get(f"{place}?lang=en").text


def make_staff_like_head(session):
    session.rollback()
    staff = make_staff(session, Role.HEAD_OFFICE, login="head2", name="李明")
    session.commit()
    return staff


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": "  "}, "Please fill this in."),
        ({"reason": "长" * 301}, "At most 300 characters"),
        ({"forms": []}, "Please choose at least one."),
        ({"forms": ["csv", "exe"]}, "Please choose at least one."),
        ({"place": "999999"}, "Please choose one."),
        ({"language": "fr"}, "Please choose one."),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_orders_nothing(
    client,
    app,
    session,
    world,
    given,
    said,
):
    enter(client, app, world.head)
    answer = fill(client, world, **given)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<details open>" in answer.text
    session.rollback()
    assert session.query(ExportOrder).count() == 0


def test_an_office_sees_tables_of_its_own_communities_and_no_answers(
    client,
    app,
    world,
):
    enter(client, app, world.office)
    page = client.get("/hq/exports?lang=en")
    assert "Tables of results" in page.text
    assert "Answers, a row for each home" not in page.text
    assert world.communities[0].name in page.text
    assert world.communities[1].name not in page.text
    for kind in ("answers", "kpi"):
        assert client.post(address(world, kind)).status_code in (400, 403)
    answer = fill(client, world, "tables", place=str(world.communities[1].id))
    assert answer.status_code == 422
    answer = fill(client, world, "tables", forms=["sav"])
    assert answer.status_code == 422


def test_what_went_wrong_is_said(client, app, session, world):
    enter(client, app, world.head)
    place = fill(client, world).headers["Location"]
    session.rollback()
    made = session.get(ExportOrder, int(place.rpartition("/")[2]))
    made.state, made.problem, made.ended_at = ExportState.FAILED, "damaged", MADE_AT
    session.commit()
    page = client.get(place)
    assert "A frozen file is damaged" in page.text
    assert "/fetch" not in page.text


def test_without_a_campaign_there_is_nothing_to_take_out(client, app, session, world):
    for campaign in session.query(type(world.campaign)):
        campaign.state = "draft"
    session.commit()
    enter(client, app, world.head)
    assert "There is nothing to take out yet." in client.get("/hq/exports?lang=en").text
