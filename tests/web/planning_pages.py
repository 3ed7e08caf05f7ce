"""The way of a campaign through its plan, by the pages somebody at head office uses."""

import re

from tests.browser import PageClient
from tests.web.staff_pages import hidden_fields

TALK = {
    "held_on": "2026-10-12",
    "form_of_talk": "group",
    "place": "物业服务中心",
    "participants": "8",
    "minutes": "张阿姨说电梯太慢",
}


def post(client: PageClient, address: str, *, page: str, **fields: str):
    """Send a form of a page with its token."""
    token = hidden_fields(client.get(page).text, "csrf_token")
    return client.post(address, data={**fields, **token})


def make_ready(client: PageClient, code: str) -> None:
    """Record a talk with owners and look at every clash, through the pages."""
    plan, evidence = f"/hq/campaigns/{code}/plan", f"/hq/campaigns/{code}/evidence/"
    assert post(client, f"{evidence}talks", page=evidence, **TALK).status_code == 302
    for kind in re.findall(r"/plan/clashes/(\w+)", client.get(plan).text):
        seen = post(client, f"{plan}/clashes/{kind}", page=plan, reason="已告知各管理处")
        assert seen.status_code == 302


def plan_and_lock(client: PageClient, code: str) -> None:
    """Take a draft through its plan to the lock, as head office without a leader or a pilot."""
    make_ready(client, code)
    plan = f"/hq/campaigns/{code}/plan"
    approved = post(client, f"{plan}/approve", page=plan, note="领导出差")
    locked = post(client, f"{plan}/lock", page=plan, note="问卷与上期相同")
    assert (approved.status_code, locked.status_code) == (302, 302)
