"""The list of communities: filter, order and page stand in the address; files say the same."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from app.clock import start_of
from app.staff.models import Role
from app.surveys.campaign.contact.models import ReturnDay, Tally
from app.surveys.campaign.models import Gate
from app.surveys.register.models import Community, Region
from app.web.tracking import PAGE
from tests.factories import make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import enter_as, words_of

LIST = "/hq/tracker/"


@pytest.fixture
def places(session):
    """Three communities in two regions and one in none."""
    regions = [Region(code=code, name=name) for code, name in (("N", "城北"), ("S", "城南"))]
    session.add_all(regions)
    session.flush()
    made = [
        make_community(session, households=5, name=name, code=code, office=office)
        for name, code, office in (
            ("甲园", "A1", "一处"),
            ("乙园", "B2", "一处"),
            ("丙园", "C3", "二处"),
            ("丁园", "D4", "二处"),
        )
    ]  # fmt: skip
    for community, region in zip(made, (regions[0], regions[0], regions[1]), strict=False):
        community.region_id = region.id
    return made


@pytest.fixture
def campaign(session, vault, places):
    """甲园 4 of 5, 乙园 3 of 5, 丙园 1 of 5, 丁园 nobody."""
    campaign = make_campaign(session, vault)
    for community, count in zip(places, (4, 3, 1, 0), strict=True):
        for member in members_of(session, campaign, community)[:count]:
            answer(session, vault, campaign, member)
    return campaign


def names(page: str) -> list[str]:
    """The communities of the list in their order."""
    table = words_of(page).split("|Communities|")[-1]
    return [word for word in table.split("|") if word.endswith("园")]


def test_filter_order_and_search_stand_in_the_address(client, session, campaign) -> None:
    enter_as(client, session, Role.HEAD_OFFICE)
    assert names(client.get(LIST).text) == ["丁园", "丙园", "甲园", "乙园"]  # most missing first
    assert names(client.get(LIST + "?region=N").text) == ["甲园", "乙园"]
    assert names(client.get(LIST + "?region=").text) == ["丁园"]
    assert names(client.get(LIST + "?q=二处&sort=name").text) == ["丁园", "丙园"]
    assert names(client.get(LIST + "?q=b2").text) == ["乙园"]
    assert names(client.get(LIST + "?sort=rate").text) == ["丁园", "丙园", "乙园", "甲园"]
    assert names(client.get(LIST + "?sort=silent").text) == ["丁园", "丙园", "乙园", "甲园"]
    assert "4 of 4 communities" in words_of(client.get(LIST).text)
    assert "1 of 4 communities" in words_of(client.get(LIST + "?q=b2").text)
    assert "No community fits." in client.get(LIST + "?q=nothing").text


def test_what_waits_for_a_person_is_one_link_away(client, session, app, campaign) -> None:
    enter_as(client, session, Role.LEADER, app=app, now=AFTER)
    page = client.get(LIST).text
    assert "Needs somebody 2" in words_of(page)
    assert names(client.get(LIST + "?state=need").text) == ["丁园", "丙园"]
    assert names(client.get(LIST + "?state=released").text) == ["甲园", "乙园"]


@pytest.mark.parametrize(
    "wrong",
    ["state=lost", "region=nowhere", "sort=score", "columns=all", "page=2", "page=x", "page=٣"],
)
def test_an_address_that_offers_nothing_is_not_there(client, session, campaign, wrong) -> None:
    enter_as(client, session, Role.HEAD_OFFICE)
    assert client.get(f"{LIST}?{wrong}").status_code == 404


def test_regions_add_up_their_communities(client, session, campaign) -> None:
    enter_as(client, session, Role.HEAD_OFFICE)
    words = words_of(client.get(LIST).text)
    # 城北: 4 + 3 of 10, both at the gate; 城南: 1 of 5.
    assert "|城北|70.0%|7 / 10|2 / 2|" in words
    assert "|城南|20.0%|1 / 5|0 / 1|" in words


def test_what_the_register_says_later_moves_no_opened_campaign(
    client, session, places, campaign
) -> None:
    north, south = (places[0].region_id, places[2].region_id)
    places[0].region_id, places[0].name, places[0].office = south, "改名园", "三处"
    session.get(Region, north).name = "城南"  # two regions of one name are two
    session.commit()
    enter_as(client, session, Role.HEAD_OFFICE)
    words = words_of(client.get(LIST).text)
    assert "|城北|70.0%|7 / 10|2 / 2|" in words
    assert "改名园" not in words
    assert names(client.get(LIST + "?q=一处&sort=name").text) == ["乙园", "甲园"]


def test_two_regions_of_one_name_are_two(client, session, vault, places) -> None:
    session.get(Region, places[0].region_id).name = "城南"
    make_campaign(session, vault)
    session.commit()
    enter_as(client, session, Role.HEAD_OFFICE)
    words = words_of(client.get(LIST).text)
    assert "|城南 (N)|0.0%|0 / 10|" in words
    assert "|城南 (S)|0.0%|0 / 5|" in words


def test_rates_stand_beside_the_one_of_the_gate(client, session, campaign) -> None:
    enter_as(client, session, Role.HEAD_OFFICE)
    words = words_of(client.get(LIST + "?columns=rates&q=A1").text)
    # 4 complete answers of 5: RR1, RR2 and, with nobody unknown, RR6 are .8. Who answered has
    # had the letter; nobody was seen empty, nobody left the base.
    assert "|80.0%|4 / 5|80.0%|100.0%|80.0%|80.0%|80.0%|0|" in words


def test_the_files_hold_what_the_address_names(client, session, campaign) -> None:
    enter_as(client, session, Role.LEADER)
    sent = client.get(LIST + "table.csv?region=N&sort=name")
    assert sent.headers["Content-Disposition"] == 'attachment; filename="progress-2026-11.csv"'
    assert sent.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(sent.text.removeprefix("\ufeff"))))
    assert [(row["Community"], row["Returned"], row["Base"]) for row in rows] == [
        ("乙园", "3", "5"), ("甲园", "4", "5"),
    ]  # fmt: skip
    assert rows[0]["Return rate"] == "0.600000"
    assert rows[0]["Campaign"] == campaign.title_en
    assert rows[0]["As of"] == "2026-11-02"
    assert rows[0]["Required rate"] == "required rate 60%"
    assert rows[0]["Left the base: Vacant, nobody lives there"] == "0"
    book = client.get(LIST + "table.xlsx?q=C3").data
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        text = parts.read("xl/sharedStrings.xml").decode()
    assert "丙园" in text
    assert "甲园" not in text
    assert "required rate 60%" in text
    assert "城北" in text  # the sums of the regions stand on a sheet of their own


def test_a_name_never_runs_as_a_formula(client, session, vault) -> None:
    make_community(session, households=2, name="=1+1", code="E5", office="@office")
    make_campaign(session, vault)
    enter_as(client, session, Role.HEAD_OFFICE)
    cells = client.get(LIST + "table.csv").text.splitlines()[1].split(",")
    assert cells[1:4] == ["E5", "'=1+1", "'@office"]


@pytest.mark.heavy
def test_five_hundred_communities_come_page_by_page_below_100_kb(client, session, app) -> None:
    # Frames are left out: the page reads tallies only, and this test is about its size.
    community = make_community(session, households=1, name="第一小区")
    campaign = make_campaign(session, app.extensions["linsheng"].vault)
    first = 1000
    count = 500 - 1
    day = campaign.opens_on
    session.execute(
        insert(Community),
        [
            {"id": first + at, "code": f"Z{at:03}", "name": f"滨江花园第{at}小区"}
            for at in range(count)
        ],
    )  # fmt: skip
    session.execute(
        insert(Gate),
        [
            {"campaign_id": campaign.id, "community_id": first + at, "areas_offered": 9}
            for at in range(count)
        ],
    )
    zero = dict.fromkeys(("excluded", "partial", "begun", "refused", "other", "unknown"), 0)
    session.execute(
        insert(Tally),
        [
            {
                "campaign_id": campaign.id, "community_id": first + at, "building": "1栋",
                "members": 1500, "returned": 13 * 60, "delivered": 1450, "vacant": 9, **zero,
            }
            for at in range(count)
        ],
    )  # fmt: skip
    session.execute(
        insert(ReturnDay),
        [
            {
                "campaign_id": campaign.id, "community_id": first + at,
                "day": day + timedelta(days=number), "returned": 60,
            }
            for at in range(count)
            for number in range(13)
        ],
    )  # fmt: skip
    now = start_of(date(2026, 11, 14))
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=now)
    page = client.get(LIST + "?lang=zh-Hans")
    assert page.status_code == 200
    assert len(page.data) < 100_000
    assert page.text.count("<tr>") == PAGE + 1 + 21  # rows, and the table of the company's curve
    last = client.get(LIST + "?lang=en&page=13&sort=name")
    assert f"481–500 of {count + 1}" in words_of(last.text)
    assert community.name in words_of(last.text)
