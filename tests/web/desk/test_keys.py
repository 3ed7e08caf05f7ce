"""Numbers in addresses that no key can be: they do not exist, and are no error of ours."""

import re

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import IntegerConverter

from app.staff.models import Role
from app.web.keys import LAST, KeyConverter, key_in
from tests.factories import make_campaign, make_community
from tests.integration.snapshot.answering import AFTER
from tests.web.staff_pages import enter_as

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HUGE = "99999999999999999999"  # beyond 64 bits
_OTHER = re.compile(r"<(?:any\(([^,)]+)[^)]*\):)?[^>]*>")


@ONE_DATABASE
def test_no_address_with_a_number_takes_one_that_is_no_key(app):
    rules = [rule for rule in app.url_map.iter_rules() if "<int:" in rule.rule]
    assert len(rules) > 50
    adapter = app.url_map.bind("localhost")
    for rule in rules:
        numbers = [one for one in rule._converters.values() if isinstance(one, IntegerConverter)]
        assert {type(one) for one in numbers} == {KeyConverter}
        path = re.sub(r"<int:[^>]*>", HUGE, rule.rule)
        path = _OTHER.sub(lambda found: found[1] or "x", path)
        method = "GET" if "GET" in rule.methods else "POST"
        with pytest.raises((NotFound, MethodNotAllowed)):  # 405: another address, of names
            adapter.match(path, method=method)


@ONE_DATABASE
@pytest.mark.parametrize(
    "address",
    [
        f"/desk/follow-ups/{HUGE}",
        f"/desk/follow-ups/{LAST + 1}",
        f"/desk/visits/{HUGE}",
        f"/desk/follow-ups?community={HUGE}",
        f"/desk/follow-ups?page={HUGE}",
    ],
)
def test_a_page_beyond_all_keys_is_not_there(client, session, app, vault, address):
    make_community(session)
    make_campaign(session, vault)
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    assert client.get(address).status_code == 404


def test_what_a_form_sends_as_a_key_is_one_or_none():
    assert key_in("7") == 7
    assert key_in(str(LAST)) == LAST
    assert [key_in(text) for text in (str(LAST + 1), HUGE, "²", "-1", "", None)] == [None] * 6
