"""The permission matrix: every route, every role, own and foreign rows, GET and POST."""

import io
import re
import zipfile

import pytest
from flask import Response, jsonify

from app.staff.models import Role
from app.web.guard import PUBLIC
from tests.web.permissions import strangers
from tests.web.permissions.headers import HOSTILE, bad_headers, is_elsewhere
from tests.web.permissions.mass import Kept
from tests.web.permissions.matrix import ROLES, calls, guarded_rows, read_table
from tests.web.permissions.shown import shown_by
from tests.web.permissions.world import (
    FOREIGN,
    NOBODY,
    OWNER_NAME,
    OWNER_PHONE,
    SAID,
    SEE_ALL,
    WITHOUT_HOMES,
)
from tests.web.permissions.writing import FIELDS, contents, csrf_token

REFUSED = {403, 404}
# Own case and somebody else's record: refused in a sentence, because a record of the own case that
# is not the last one is refused like that too.
SAID_NO = {"desk_case.undo"}
ALWAYS = {Role.COMMITTEE, Role.REGION}  # as everybody's page shows something of a community
FOREIGN_ROOM = re.compile(r"7-77[0-9]2(?![0-9])")  # as the world numbers its homes
HOME = (OWNER_NAME, OWNER_PHONE, SAID, "7-77")


def test_every_route_has_a_row_and_every_row_a_route(world):
    table, guards = read_table(), guarded_rows(world)
    missing = "\n".join(guards[key].line() for key in sorted(guards.keys() - table.keys()))
    gone = "\n".join(table[key].line() for key in sorted(table.keys() - guards.keys()))
    assert not missing, f"add to tests/web/permissions/matrix.txt, once you judged them:\n{missing}"
    assert not gone, f"remove from tests/web/permissions/matrix.txt:\n{gone}"


def test_the_guards_say_what_the_table_says(world):
    table, guards = read_table(), guarded_rows(world)
    other = [
        f"{table[key].line()}   but the page says {guards[key].roles} {guards[key].foreign}"
        for key in sorted(guards.keys() & table.keys())
        if table[key] != guards[key]
    ]
    assert not other, "\n".join(other)


@pytest.mark.parametrize("share", [pytest.param(1, marks=pytest.mark.slow), 3])
def test_a_role_the_table_does_not_name_is_refused_everywhere(world, share):
    """Each cell of the table outside its roles, asked for real; nothing changes by any of them.

    In the suite a third of the cells: each route meets nobody, a committee and some of the others.
    """
    before, table, wrong, count = contents(world.engine), read_table(), [], 0
    for place, role in enumerate([Role.COMMITTEE, None, *Role]):
        client = world.client(role)
        token = csrf_token(client)
        for rule, method in calls(world.app):
            row = table.get((rule.endpoint, method))
            if row is None or row.roles == PUBLIC or (role and role in row.allowed):
                continue
            if place > 1 and (hash_of(rule.endpoint) + place) % share:
                continue
            count += 1
            address = world.address(rule)
            answer = client.open(address, method=method, data={"csrf_token": token})
            is_sent_away = answer.status_code == 302 and answer.location.startswith("/login")
            is_refused = answer.status_code == 403 if role else is_sent_away
            if not is_refused or bad_headers(answer):
                wrong.append(f"{role or NOBODY} {method} {address}: {answer.status}")
    assert not wrong, "\n".join(wrong)
    assert count > 8 * len(table) / share / 2
    assert contents(world.engine) == before


def test_rows_of_another_community_do_not_exist(world):
    """Each role the table names, whose rights end at a community, at rows of another one.

    Where an address names several rows, also with one of them the own and the others foreign.
    """
    kept, table, wrong, count = Kept(world), read_table(), [], 0
    left = strangers.fill(world)
    before = contents(world.engine)
    for role in set(Role) - SEE_ALL:
        client = world.client(role)
        token = csrf_token(client)
        for rule, method in calls(world.app):
            row = table.get((rule.endpoint, method))
            if row is None or row.foreign != "404" or role not in row.allowed:
                continue
            places = world.places(rule)
            mixtures = [places, *([name] for name in places if len(places) > 1)]
            for foreign in mixtures:
                count += 1
                address = world.address(rule, foreign=foreign)
                data = {**FIELDS, "csrf_token": token}
                answer = client.open(address, method=method, data=data)
                is_said = foreign != places and rule.endpoint in SAID_NO
                if answer.status_code not in REFUSED and not is_said:
                    wrong.append(f"{role} {method} {address} ({rule.endpoint}): {answer.status}")
    after = contents(world.engine)
    kept.put_back()
    world.forget_rows()
    assert not wrong, "\n".join(wrong)
    assert count > 100
    assert after == before
    assert left & world.named_tables() == set()


@pytest.mark.parametrize("share", [pytest.param(1, marks=pytest.mark.slow), 6])
def test_pages_open_for_those_they_are_for_and_show_them_nothing_foreign(world, share):
    """Each page for the roles the table names; a committee, a region and others see no home.

    In the suite each page for committee and region, and for one of the others in turn.
    """
    before, table, wrong, count = contents(world.engine), read_table(), [], 0
    for rule, method in calls(world.app):
        row = table.get((rule.endpoint, method))
        if method != "GET" or row is None or row.roles == PUBLIC:
            continue
        for role in sampled(row, share):
            count += 1
            address = world.address(rule)
            answer = world.client(role).get(f"{address}?{HOSTILE}")
            wrong += [f"{role} {address}: {one}" for one in problems_of(answer, role)]
    assert not wrong, "\n".join(wrong)
    assert count > 100
    assert contents(world.engine) == before  # a page that is only looked at changes nothing


def sampled(row, share):
    """Return the roles to ask a page as: those without homes, and a share of the others."""
    roles = [role for role in Role if role in row.allowed]
    others = [role for role in roles if role not in ALWAYS]
    turn = hash_of(row.endpoint)
    chosen = {others[(turn + at) % len(others)] for at in range(0, len(others), share)}
    return [role for role in roles if role in chosen | ALWAYS]


def problems_of(answer, role):
    """Return what is wrong with a page for a role."""
    wrong = bad_headers(answer)
    is_shut = answer.status_code in {401, 403} or "/login" in (answer.location or "")
    if is_shut or answer.status_code >= 500 or is_elsewhere(answer):
        wrong.append(answer.status)
    text = shown_by(answer)
    is_foreign = FOREIGN in text or FOREIGN_ROOM.search(text)
    if role not in SEE_ALL | {Role.ADMIN} and is_foreign:
        wrong.append("shows the other community")
    if role in WITHOUT_HOMES and any(one in text for one in HOME):
        wrong.append("shows a home")
    return wrong


def archive_of(text):
    """Return the bytes of an archive whose one file says something, as a workbook would."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", text)
    return content.getvalue()


@pytest.mark.parametrize("leak", [FOREIGN, "1栋 7-7702"])
@pytest.mark.parametrize("form", ["page", "json", "workbook", "bundle"])
def test_the_search_for_foreign_words_reads_every_form_of_an_answer(world, form, leak):
    with world.app.test_request_context():
        made = {
            "page": lambda: Response(leak, mimetype="text/html"),
            "json": lambda: jsonify({"visits": [{"home": leak}]}),
            "workbook": lambda: Response(archive_of(leak), mimetype="application/octet-stream"),
            "bundle": lambda: Response(archive_of(archive_of(leak)), mimetype="application/zip"),
        }[form]()
    assert "shows the other community" in problems_of(made, Role.OFFICE)


def test_roles_without_homes_are_on_no_route_that_names_one(world):
    table = read_table()
    homes = {"member_id", "household_id", "case_id", "comment_id", "photo_id", "response_id"}
    wrong = [
        (rule.endpoint, row.roles)
        for rule, method in calls(world.app)
        if (row := table.get((rule.endpoint, method))) and row.roles != PUBLIC
        if homes & set(rule.arguments) and row.allowed & WITHOUT_HOMES - {Role.CALLER}
    ]
    assert not wrong
    assert set(ROLES.values()) == set(Role)


def hash_of(text: str) -> int:
    return sum(text.encode())
