"""Behind reverse proxies: whose address a failed sign-in is counted for. Addresses of RFC 5737."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.staff.models import LoginAttempt

# The visitor may make up the left ones; each proxy adds the address it was called from.
CHAIN = {"X-Forwarded-For": "192.0.2.1, 203.0.113.5, 198.51.100.7"}


@pytest.fixture
def proxies():
    return 0


@pytest.fixture
def config(config, proxies):
    return replace(config, proxies=proxies)


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.5")]
)
def test_the_address_is_the_one_the_outermost_trusted_proxy_saw(client, session, address):
    tried = {"login": "x", "password": "wrong one"}
    assert client.submit("/login", tried, headers=CHAIN).status_code == 422
    keys = set(session.scalars(select(LoginAttempt.key)))
    assert keys == {"login:x", f"address:{address}", f"pair:{address} x"}


@pytest.mark.parametrize("proxies", [1])
def test_a_forwarded_host_or_scheme_is_not_believed(client):
    lie = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = client.get("/today", headers={**CHAIN, **lie})
    assert answer.location == "/login?next=/today"
    assert "Strict-Transport-Security" not in answer.headers
