"""Pages about other systems: a secret is shown once, wrong input named, a message sent again."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.integrations import keys, queries
from app.integrations.hooks import services as hooks
from app.integrations.models import ApiKey, Delivery, DeliveryState, Webhook
from app.integrations.scopes import KeyScope
from app.staff.models import AuditEntry, Role
from app.staff.scope import Scope
from tests.factories import make_community
from tests.web.staff_pages import enter_as, words_of

KEY = {
    "name": "工单系统",
    "expires_on": "2027-05-01",
    "per_minute": "60",
    "scopes": ["cases:write", "tracker:read"],
}
HOOK = {"name": "工单系统", "address": "https://hooks.example/in", "topics": ["case"]}


@pytest.fixture
def place(client, session):
    """An administrator and a community."""
    community = make_community(session, households=0, name="云栖里")
    enter_as(client, session, Role.ADMIN)
    return community


def test_a_key_is_shown_once_and_opens_what_was_ticked(client, session, vault, place, now):
    page = client.get("/admin/connections/keys/new")
    answer = client.submit(
        "/admin/connections/keys/new",
        {**KEY, "communities": [str(place.id)], "all_communities": []},
        form=1,
    )
    assert page.status_code == answer.status_code == 200
    token = re.search(r'value="(ls_[0-9]+_[a-z0-9]{40})"', answer.text)[1]
    session.rollback()
    key = session.scalars(select(ApiKey)).one()
    caller = keys.find_caller(session, vault, token, now=now)
    assert caller.scopes == {KeyScope.CASES, KeyScope.CASES_WRITE, KeyScope.TRACKER}
    assert caller.scope.community_ids == {place.id}
    assert caller.expires_at.isoformat() == "2027-05-01T16:00:00+00:00"  # end of the day in Beijing
    shown = client.get(f"/admin/connections/keys/{key.id}")
    listed = client.get("/admin/connections/")
    assert token not in shown.text + listed.text
    assert "云栖里" in words_of(shown.text)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "api.key_made")).one()
    assert token not in entry.detail
    client.submit(f"/admin/connections/keys/{key.id}", {}, form=1)
    session.rollback()
    assert keys.find_caller(session, vault, token, now=now) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "Please fill this in."),
        ({"expires_on": "2026-11-02"}, "A day from tomorrow on, at most two years ahead."),
        ({"expires_on": "2029-11-02"}, "A day from tomorrow on, at most two years ahead."),
        ({"per_minute": "0"}, "A number from 1 to 6000, please."),
        ({"scopes": []}, "Please choose at least one."),
        ({"communities": []}, "Please choose at least one."),
        ({"communities": ["987654"]}, "Please choose at least one."),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_key_nobody_could_use_or_that_never_ends_is_not_made(
    client, session, place, changes, said
):
    client.get("/admin/connections/keys/new")
    form = {**KEY, "communities": [str(place.id)], "all_communities": [], **changes}
    answer = client.submit("/admin/connections/keys/new", form, form=1)
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    session.rollback()
    assert queries.list_keys(session) == []


def test_a_webhook_is_registered_tested_switched_off_and_its_secret_shown_once(
    client, session, place
):
    form = {**HOOK, "all_communities": ["y"], "communities": []}
    refused = client.submit(
        "/admin/connections/webhooks/new", {**form, "address": "https://10.0.0.1/"}, form=1
    )
    assert refused.status_code == 422
    assert "LINSHENG_WEBHOOK_HOSTS" in refused.text
    made = client.submit("/admin/connections/webhooks/new", form, form=1)
    assert re.search(r'value="whsec_[A-Za-z0-9+/=]{44}"', made.text)
    session.rollback()
    hook = session.scalars(select(Webhook)).one()
    address = f"/admin/connections/webhooks/{hook.id}"
    assert "whsec_" not in client.get(address).text
    client.submit(address, {}, form=1)  # a test
    session.rollback()
    delivery = session.scalars(select(Delivery)).one()
    assert json.loads(delivery.body)["type"] == "test.ping"
    assert "test.ping" in words_of(client.get(address).text)
    assert client.submit(address, {}, form=2).status_code == 302  # off
    session.rollback()
    assert session.get(Webhook, hook.id).off_at is not None
    assert "whsec_" in client.submit(address, {}, form=2).text  # another secret
    client.submit(address, {}, form=1)  # on
    session.rollback()
    assert session.get(Webhook, hook.id).off_at is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_message_shows_its_tries_and_can_be_sent_again(client, session, place, vault, now):
    wish = hooks.HookWish("工单系统", "https://hooks.example/", frozenset(), None)
    actor = Scope(1, "管理员", Role.ADMIN, frozenset())
    hook, _secret = hooks.make_webhook(session, vault, wish, own_hosts=(), actor=actor, now=now)
    sent = hooks.send_test(session, hook, actor=actor, now=now)
    session.flush()
    for at in range(len(hooks.PAUSES) + 1):
        outcome = hooks.Sent(None if at else 503, "timeout" if at else "status", 17)
        hooks.record_try(session, sent.id, outcome, now=now + timedelta(days=at))
    hook.off_at = hook.why_off = None
    session.commit()
    address = f"/admin/connections/deliveries/{sent.id}"
    shown = words_of(client.get(address).text)
    assert "answered 503" in shown
    assert "no answer in time" in shown
    assert "Given up" in shown
    assert client.submit(address, {}, form=1).status_code == 302
    session.rollback()
    assert session.get(Delivery, sent.id).state is DeliveryState.WAITING
