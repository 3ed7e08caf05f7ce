"""Every example of docs/api.md works as it stands there."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook as Oracle

from app.staff.models import Role
from app.surveys.register.models import Community
from tests.factories import make_staff
from tests.web.api.world import AFTER
from tests.web.permissions.mass import Kept

PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"


def commands():
    """Return the lines of all examples."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def run(api, command, values):
    """Do what curl would do."""
    words = shlex.split(re.sub(r"\$([A-Z]+)", lambda found: values[found[1]], command))
    assert words[0] == "curl"
    method, headers, body, address = "GET", {}, None, ""
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(rest)
        else:
            address = word
    return api.client().open(address, method=method, headers=headers, data=body)


def test_every_example_works(api):
    kept = Kept(api.world)
    with Session(api.engine) as session:
        own = session.get(Community, api.own)
        make_staff(session, Role.OFFICE, login="zhou.li", communities=[own], now=AFTER)
        session.commit()
    values = {
        "KEY": api.tokens["all"],
        "HOST": "http://localhost",
        "COMMUNITY": str(api.own),
        "CASE": str(api.case(api.own)),
        "COMPLAINT": str(api.complaint(api.own)),
        "OTHER": str(api.case(api.foreign)),
    }
    found = {command: run(api, command, values) for command in commands()}
    kept.put_back()
    wrong = {text: answer.text for text, answer in found.items() if answer.status_code >= 300}
    assert not wrong
    assert len(found) == 18


def test_every_scope_and_problem_code_is_named_in_the_page(api):
    text = PAGE.read_text("utf-8")
    scopes = api.get("/me").json["scopes"]
    assert [scope for scope in scopes if f"`{scope}`" not in text] == []


def test_the_message_shown_is_signed_as_the_reference_implementation_signs_it():
    text = PAGE.read_text("utf-8")
    secret = re.search(r"`(whsec_[^`]+)`:", text)[1]
    headers = dict(re.findall(r"^(webhook-\w+): (.+)$", text, re.MULTILINE))
    body = re.search(r'^(\{"data".+)$', text, re.MULTILINE)[1]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    signed = Oracle(secret).sign(headers["webhook-id"], at, body)
    assert signed == headers["webhook-signature"]
