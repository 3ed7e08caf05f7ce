"""Pages of standards, losses and the guide: forms, files, the log, and what owners read."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.followup.papers.models import Paper, PaperKind
from app.followup.published.models import BoardCode
from app.service.standards.models import GuideItem, Loss, ServiceStandard, StandardValue
from app.staff.models import AuditEntry, Role
from tests.factories import make_campaign, make_community
from tests.web.staff_pages import enter_as, set_clock

AT = datetime(2026, 11, 12, 2, tzinfo=UTC)


@pytest.fixture
def community(app, session):
    set_clock(app, AT)
    return make_community(session, code="YQL", name="云栖里")


def actions(session):
    session.rollback()
    return session.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence)).all()


def stored(session, model):
    """Return the one row of a table, as the pages left it."""
    session.rollback()
    return session.scalars(select(model)).one()


def post(client, page, path, data):
    """Send a form with the token of a page."""
    token = client.get(page).text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    return client.post(path, data={"csrf_token": token, **data})


def test_a_loss_is_written_down_seen_put_right_and_won_back(client, session, community):
    enter_as(client, session, Role.OFFICE, [community])
    typed = {
        "kind": "customer",
        "community": str(community.id),
        "address": "1-101",
        "who": "晨光早教",
        "happened_on": "2026-07-16",
        "reason": "service",
        "words": "漏水未修好",
        "units": "1",
        "monthly": "12,500",
    }
    page = "/standards/losses/new"
    wrong = post(client, page, page, typed | {"monthly": "many", "address": ""})
    assert wrong.status_code == 422
    assert "many" in wrong.text
    assert post(client, page, page, typed | {"address": "9-999"}).status_code == 422
    assert post(client, page, page, typed).status_code == 302
    loss = stored(session, Loss)
    assert (loss.monthly_fen, loss.household_id is not None) == (1_250_000, True)
    shown = client.get(f"/standards/losses/{loss.id}").text
    assert "晨光早教" in shown
    assert "150,000" in shown  # a year
    back = post(client, page, f"/standards/losses/{loss.id}/won", {"on": "2026-11-08"})
    assert back.status_code == 302
    listed = client.get("/standards/losses/").text
    assert "晨光早教" in listed
    file = client.get("/standards/losses/losses.csv?year=2026")
    assert "晨光早教" in file.text
    assert {"loss.add", "loss.win_back", "loss.look", "results.download"} <= set(actions(session))


def test_leaders_see_what_is_lost_and_not_who(client, session, community):
    enter_as(client, session, Role.HEAD_OFFICE)
    typed = {
        "kind": "goods",
        "community": str(community.id),
        "who": "王小姐",
        "happened_on": "2026-07-16",
        "reason": "safety",
        "words": "车棚进水",
        "units": "1",
        "damage": "4,200",
    }
    page = "/standards/losses/new"
    assert post(client, page, page, typed).status_code == 302
    key = stored(session, Loss).id
    enter_as(client, session, Role.LEADER)
    for address in (
        "/standards/losses/",
        f"/standards/losses/{key}",
        "/standards/losses/losses.json",
    ):
        told = client.get(address).text
        assert "4,200" in told or "4200" in told, address
        assert "王小姐" not in told, address
        assert "车棚进水" not in told, address


def test_a_standard_is_written_down_and_its_value_entered_for_a_month(client, session, community):
    enter_as(client, session, Role.HEAD_OFFICE)
    typed = {
        "text": "三次铃响之内接听",
        "operator": "at_most",
        "target": "3",
        "unit": "times",
        "origin": "handbook",
        "valid_from": "2026-01-01",
        "measure": "",
        "community": "",
    }
    assert post(client, "/standards/", "/standards/", typed | {"target": "x"}).status_code == 422
    assert post(client, "/standards/", "/standards/", typed).status_code == 302
    key = stored(session, ServiceStandard).id
    path = f"/standards/{key}/value?month=2026-10"
    assert post(client, "/standards/", path, {"value": "2.5", "n": "40"}).status_code == 302
    value = stored(session, StandardValue)
    assert (value.value_milli, value.month) == (2500, date(2026, 10, 1))
    shown = client.get("/standards/?month=2026-10").text
    assert "2.5" in shown
    assert client.get("/standards/?month=2026-12").status_code == 404
    taken = client.get("/standards/standards.json?month=2026-10").json
    (row,) = taken["lists"][0]["rows"]
    assert row["n"] == 40
    assert post(client, "/standards/", "/standards/print?month=2026-10", {}).status_code == 303
    assert stored(session, Paper).kind is PaperKind.STANDARDS


def test_owners_read_the_guide_of_their_board_without_signing_in(client, session, community):
    enter_as(client, session, Role.HEAD_OFFICE)
    typed = {
        "community": str(community.id),
        "kind": "paid",
        "name": "换灯",
        "price": "每处20元",
        "valid_from": "2026-01-01",
    }
    page = "/standards/guide/new"
    assert post(client, page, page, typed).status_code == 302
    key = stored(session, GuideItem).id
    assert "每处20元" in client.get(f"/standards/guide/?community={community.id}").text
    session.add(BoardCode(community_id=community.id, code="abc234"))
    session.commit()
    client.delete_cookie("ls_staff")
    assert "每处20元" in client.get("/p/abc234/guide").text
    assert client.get("/p/nosuch/guide").status_code == 404
    assert client.get(f"/standards/guide/{key}").status_code in {302, 303, 401}


def test_key_figures_name_who_is_not_ranked_without_a_number(client, session, vault, community):
    campaign = make_campaign(session, vault)
    enter_as(client, session, Role.LEADER)
    shown = client.get("/standards/kpi/").text
    assert "云栖里" in shown
    taken = client.get(f"/standards/kpi/{campaign.code}/kpi.json").json
    figures, barred = taken["lists"]
    assert figures["rows"] == []
    assert set(barred["rows"][0]) == {"community", "name", "office", "region", "reason"}
    assert actions(session)[-1] == "results.download"


def test_the_file_of_a_home_is_printed_and_taken_only_on_record(client, session, community):
    enter_as(client, session, Role.OFFICE, [community])
    listed = client.get(f"/hq/households/types?community={community.id}&type=nobody").text
    assert "/hq/households/1" in listed
    page = "/hq/households/1"
    assert post(client, page, f"{page}/file/print", {}).status_code == 303
    assert client.get(f"{page}/file.csv").status_code == 200
    assert client.get(f"{page}/file.pdf").status_code == 404
    assert client.get("/hq/households/types?type=rich").status_code == 404
    assert actions(session)[-2:] == ["print_paper", "household.file"]
