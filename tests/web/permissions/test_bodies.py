"""What a form names in its body is looked up in the scope, too: no field reaches a foreign row."""

import pytest

from app.db import Base
from app.staff.models import Role
from tests.web.permissions import strangers
from tests.web.permissions.mass import Kept, forms_of
from tests.web.permissions.matrix import calls, read_table
from tests.web.permissions.world import SEE_ALL, TABLES, first_rows, way_to_community
from tests.web.permissions.writing import FIELDS, csrf_token


def foreign_key_of(world, name):
    """Return the key of a foreign row that a field of this name may hold; None if it holds none."""
    if "community" in name or name == "communities":
        return str(world.foreign)
    known = TABLES.get(f"{name}_id") or name
    table = Base.metadata.tables.get(known)
    if table is None or way_to_community(table) is None or "id" not in table.c:
        return None
    found = first_rows(world.engine, table).get(world.foreign)
    return None if found is None else str(found)


def foreign_cells(world, changed):
    """Return the changed cells that belong to the foreign community."""
    places = {}
    for name in {name for name, _, _ in changed}:
        table = Base.metadata.tables[name]
        way = way_to_community(table)
        if way is not None and "id" in table.c:
            places[name] = strangers.places_of_rows(world.engine, table)
    return sorted(
        (name, key)
        for (name, key, column), value in changed.items()
        if places.get(name, {}).get(key[0]) == world.foreign
        or (column == "community_id" and value == world.foreign)
    )


@pytest.mark.parametrize("role", [Role.OFFICE, Role.STEWARD, Role.REGION, Role.COMMITTEE])
def test_no_field_of_a_form_reaches_a_row_of_another_community(world, role):
    start, table, wrong, sent = Kept(world), read_table(), [], 0
    strangers.fill(world)
    kept, client = Kept(world), world.client(role)
    forms = {}
    for rule, method in calls(world.app):
        row = table.get((rule.endpoint, "GET"))
        if method == "GET" and row is not None and row.allowed and role in row.allowed:
            for form in forms_of(client, world.address(rule)):
                forms.setdefault((form.action, *sorted(form.fields)), form)
    for form in forms.values():
        swapped = {name: foreign_key_of(world, name) for name in form.fields}
        swapped = {name: key for name, key in swapped.items() if key is not None}
        if not swapped:
            continue
        sent += 1
        client.set_cookie("ls_staff", world.cookies[role])
        answer = client.post(form.action, data={**form.fields, **swapped})
        reached = foreign_cells(world, kept.changed())
        if reached or answer.status_code >= 500:
            wrong.append(f"{form.action} {swapped}: {answer.status} {reached[:4]}")
        kept.put_back()
    start.put_back()
    world.forget_rows()
    assert not wrong, "\n".join(wrong)
    assert sent > 0 or role not in {Role.OFFICE, Role.STEWARD}


def every_name(world):
    """Return each name a field with a key may have, with the key of a foreign row."""
    names = {"community", "communities", "home", "member", "case", "visit", "problem", "response"}
    names |= {name.removesuffix("_id") for name in TABLES if "." not in name}
    found = {name: foreign_key_of(world, name) for name in names}
    given = {name: key for name, key in found.items() if key is not None}
    return given | {f"{name}_id": key for name, key in given.items()}


def test_forms_without_a_place_in_their_address_reach_no_foreign_row(world):
    start, table, wrong, sent = Kept(world), read_table(), [], 0
    strangers.fill(world)
    kept, names = Kept(world), every_name(world)
    for role in set(Role) - SEE_ALL:
        client = world.client(role)
        token = csrf_token(client)
        for rule, method in calls(world.app):
            row = table.get((rule.endpoint, method))
            if method == "GET" or row is None or row.foreign == "404" or not row.allowed:
                continue
            if role not in row.allowed or rule.endpoint.startswith(("account", "admin")):
                continue
            sent += 1
            data = {**FIELDS, **names, "csrf_token": token}
            answer = client.post(world.address(rule), data=data)
            reached = foreign_cells(world, kept.changed())
            if reached or answer.status_code >= 500:
                wrong.append(f"{role} {rule.endpoint}: {answer.status} {reached[:4]}")
            kept.put_back()
    start.put_back()
    world.forget_rows()
    assert not wrong, "\n".join(wrong)
    assert sent > 10
