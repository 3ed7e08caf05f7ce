"""Figures of a report to the authority: complaints of its months, and versions of before."""

import json

from app.reports.talks.figures import parts_of
from app.reports.talks.gather import gather
from app.service.complaints import services
from app.service.complaints.models import Kind
from app.service.talks.rules import Period, half_year, month_of
from tests.factories import NOW
from tests.integration.complaints.world import make_world


def test_complaints_of_the_months_of_a_report_are_added_up_by_kind_and_class(session, vault):
    world = make_world(session)
    unsorted = {"code": None, "kind": None, "home": 1}
    for one in ({}, unsorted, {"kind": Kind.CONSULT, "home": 3}):
        services.take_in(session, vault, world.scopes["office"], world.intake(**one), now=NOW)
    month, head = month_of(NOW.date()), world.scopes["hq"]
    figures = json.loads(gather(session, head, None, Period(month, month), now=NOW))["complaints"]
    assert (figures["received"], figures["valid"], figures["communicative"]) == (3, 1, 1)
    assert figures["unclassified"] == 1
    assert figures["by_class"]["facilities"] == 2
    elsewhere = gather(session, head, world.other.id, Period(month, month), now=NOW)
    assert json.loads(elsewhere)["complaints"]["received"] == 0
    earlier = gather(session, head, None, half_year(NOW.year - 1, 1), now=NOW)
    assert json.loads(earlier)["complaints"]["received"] == 0


def test_a_version_of_before_complaints_were_counted_names_none():
    kept = {"schema": 1, "activities": {"held": 2, "people": 31, "cancelled": 0}}
    parts = parts_of(json.dumps(kept))
    assert [[value for _name, value in one.values] for one in parts] == [[2, 31, 0]]
