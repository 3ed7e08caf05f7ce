"""Standards and their values, the service guide, and what presses of both."""

from datetime import UTC, date, datetime

import pytest

from app.reports.standards.kept import standards_kept
from app.reports.standards.measures import MEASURES, Asked, measure, measure_name
from app.service.due import Due
from app.service.standards import queries
from app.service.standards.errors import FieldRefusedError, GoneError
from app.service.standards.models import GuideKind, Operator, Origin, Unit
from app.service.standards.public.queries import public_guide
from app.service.standards.rules import Verdict
from app.service.standards.services import (
    GuideInput,
    StandardInput,
    ValueInput,
    add_standard,
    count_due,
    end_guide_item,
    end_standard,
    enter_value,
    save_guide_item,
)
from app.staff.models import Role
from tests.factories import (
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    office_of,
)
from tests.integration.snapshot.answering import AFTER, answer

MONTH = date(2026, 10, 1)
AT = datetime(2026, 11, 12, 2, tzinfo=UTC)
SINCE = date(2026, 1, 1)


@pytest.fixture
def places(session):
    make_staff(session)
    make_staff(session, Role.OFFICE)
    return make_community(session), make_community(session)


def rings(community=None, **more):
    fields = {
        "text": "三次铃响之内接听",
        "text_en": "Within three rings",
        "measure": "",
        "operator": Operator.AT_MOST,
        "target_milli": 3000,
        "unit": Unit.TIMES,
        "origin": Origin.HANDBOOK,
        "origin_words": "",
        "valid_from": SINCE,
    }
    place = None if community is None else community.id
    return StandardInput(**fields | more, community_id=place)


def test_a_value_of_one_place_says_nothing_about_another(session, places):
    own, other = places
    head = head_office()
    key = add_standard(session, head, rings(), now=AT)
    enter_value(session, office_of(own), key, ValueInput(own.id, MONTH, 2500, 40), now=AT)
    enter_value(session, head, key, ValueInput(None, MONTH, 3001, 400), now=AT)
    said = {}
    for place in (None, own.id, other.id):
        (row,) = standards_kept(session, head, community_id=place, month=MONTH, now=AT)
        said[place] = (row.verdict, row.value_milli, row.n)
    assert said == {
        None: (Verdict.MISSED, 3001, 400),
        own.id: (Verdict.KEPT, 2500, 40),
        other.id: (Verdict.UNKNOWN, None, None),
    }
    enter_value(session, head, key, ValueInput(None, MONTH, 3000, 400), now=AT)
    (row,) = standards_kept(session, head, community_id=None, month=MONTH, now=AT)
    assert row.verdict is Verdict.KEPT


def test_an_office_enters_only_for_its_own_communities(session, places):
    own, other = places
    office = office_of(own)
    of_other = add_standard(session, head_office(), rings(other), now=AT)
    everywhere = add_standard(session, head_office(), rings(), now=AT)
    for key, place in ((of_other, other.id), (everywhere, other.id), (everywhere, None)):
        with pytest.raises(GoneError):
            enter_value(session, office, key, ValueInput(place, MONTH, 1), now=AT)
    with pytest.raises(GoneError):
        add_standard(session, office, rings(own), now=AT)
    assert [one.id for one, _n in queries.list_standards(session, office)] == [everywhere]


def test_a_measured_standard_takes_no_value_and_no_month_to_come_is_entered(session, places):
    measured = rings(measure="return_rate", unit=Unit.PERCENT, operator=Operator.AT_LEAST)
    key = add_standard(session, head_office(), measured, now=AT)
    with pytest.raises(GoneError):
        enter_value(session, head_office(), key, ValueInput(None, MONTH, 1), now=AT)
    key = add_standard(session, head_office(), rings(), now=AT)
    with pytest.raises(FieldRefusedError):
        enter_value(session, head_office(), key, ValueInput(None, date(2026, 12, 1), 1), now=AT)


def test_an_ended_standard_is_judged_for_the_months_it_held(session, places):
    key = add_standard(session, head_office(), rings(), now=AT)
    end_standard(session, head_office(), key, now=AT)
    counts = [
        len(standards_kept(session, head_office(), community_id=None, month=month, now=AT))
        for month in (date(2025, 12, 1), SINCE, date(2026, 11, 1), date(2026, 12, 1))
    ]
    assert counts == [0, 1, 1, 0]
    with pytest.raises(GoneError):
        end_standard(session, head_office(), key, now=AT)


def test_the_return_rate_of_a_month_is_that_of_the_surveys_that_closed_in_it(
    session, vault, places
):
    # Two communities of four homes; three of the first answered, none of the second: 3 of 8.
    own, other = places
    campaign = make_campaign(session, vault)
    for member in members_of(session, campaign, own)[:3]:
        answer(session, vault, campaign, member)
    session.flush()
    month = campaign.closes_on.replace(day=1)
    taken = {
        place: measure(Asked(session, head_office(), place, month, AFTER), "return_rate")
        for place in (None, own.id, other.id)
    }
    assert [(one.good, one.n) for one in taken.values()] == [(3, 8), (3, 4), (0, 4)]
    assert taken[None].value_milli == 37_500
    before = Asked(session, head_office(), None, MONTH, AFTER)
    assert measure(before, "return_rate").value_milli is None


def test_every_measure_has_a_name_and_takes_an_empty_month_without_a_verdict(session, places):
    for code in MEASURES:
        assert measure_name(code)
        found = measure(Asked(session, head_office(), None, date(2020, 1, 1), AT), code)
        assert found.value_milli is None, code
    assert measure(Asked(session, head_office(), None, MONTH, AT), "gone") is None


def test_another_price_is_another_line_and_owners_read_the_one_of_the_day(session, places):
    own, other = places
    lamp = GuideInput(GuideKind.PAID, "换灯", price="20元", valid_from=SINCE)
    key = save_guide_item(session, head_office(), lamp, item_id=None, now=AT)
    dearer = GuideInput(GuideKind.PAID, "换灯", price="25元", valid_from=date(2026, 12, 1))
    newer = save_guide_item(session, head_office(), dearer, item_id=key, now=AT)
    assert newer != key
    prices = [
        [one.price for one in public_guide(session, own.id, day)]
        for day in (date(2026, 11, 30), date(2026, 12, 1))
    ]
    assert prices == [["20元"], ["25元"]]
    fee = GuideInput(GuideKind.FEE, "物业费", price="2元", valid_from=SINCE, community_id=own.id)
    save_guide_item(session, head_office(), fee, item_id=None, now=AT)
    assert [one.name for one in public_guide(session, other.id, AT.date())] == ["换灯"]
    assert [one.name for one in public_guide(session, own.id, AT.date())] == ["换灯", "物业费"]
    with pytest.raises(GoneError):
        save_guide_item(session, office_of(own), fee, item_id=None, now=AT)


def test_what_presses_are_last_months_values_and_lines_without_a_price(session, places):
    # On 12 November: the value of October was due on the 10th. A paid service without a price
    # presses head office; a free one, a priced one and one that ended do not.
    head, office = head_office(), office_of(places[0])
    key = add_standard(session, head, rings(places[0]), now=AT)
    assert count_due(session, office, now=AT) == Due(late=1, first=date(2026, 11, 10))
    for name, more in (
        ("疏通", {}),
        ("换灯", {"price": "20元"}),
        ("咨询", {"is_free": True}),
    ):
        line = GuideInput(GuideKind.PAID, name, valid_from=SINCE, **more)
        item = save_guide_item(session, head, line, item_id=None, now=AT)
        if name == "疏通":
            priceless = item
    assert count_due(session, head, now=AT) == Due(late=1, today=1, first=date(2026, 11, 10))
    enter_value(session, head, key, ValueInput(places[0].id, MONTH, 2000), now=AT)
    assert count_due(session, head, now=AT) == Due(today=1, first=date(2026, 11, 12))
    end_guide_item(session, head, priceless, now=AT)
    later = datetime(2026, 11, 13, 2, tzinfo=UTC)
    assert count_due(session, head, now=later) == Due()
    early = datetime(2026, 12, 3, 2, tzinfo=UTC)
    assert count_due(session, office, now=early) == Due(soon=1)
