"""A form takes its own fields and nothing else, whatever columns the tables have."""

import pytest

from app.staff.models import Role
from tests.web.permissions.mass import Kept, forms_of, post_twice
from tests.web.permissions.matrix import LETTERS, calls, read_table

_SHARE = 4  # the forms of one page of so many in the suite; `make test-slow` posts all


def offered(world, share):
    """Return each form once, with a browser of somebody who may send it."""
    table, found = read_table(), {}
    clients = {role: world.client(role) for role in Role}
    for rule, method in calls(world.app):
        row = table.get((rule.endpoint, "GET"))
        if method != "GET" or row is None or row.allowed is None:
            continue
        if sum(rule.endpoint.encode()) % share:
            continue
        role = next(role for role in LETTERS if role in row.allowed)
        for form in forms_of(clients[role], world.address(rule)):
            found.setdefault(
                (form.action, *sorted(form.fields)), (clients[role], world.cookies[role], form)
            )
    return list(found.values())


def differences(world, forms):
    kept, wrong, changing = Kept(world), [], 0
    for client, cookie, form in forms:
        plain, loaded = post_twice(kept, client, cookie, form)
        changing += bool(plain[1])
        if plain != loaded:
            cells = {
                key
                for key in plain[1].keys() | loaded[1].keys()
                if plain[1].get(key) != loaded[1].get(key)
            }
            wrong.append(
                f"{form.page} -> {form.action}: {plain[0]}, {loaded[0]} {sorted(cells)[:5]}"
            )
    return wrong, changing


def test_a_share_of_all_forms_takes_no_column_that_is_not_its_field(world):
    wrong, changing = differences(world, offered(world, _SHARE))
    assert not wrong, "\n".join(wrong)
    assert changing > 2  # forms that really wrote something


@pytest.mark.slow
def test_no_form_takes_a_column_that_is_not_its_field(world):
    wrong, changing = differences(world, offered(world, 1))
    assert not wrong, "\n".join(wrong)
    assert changing > 20
