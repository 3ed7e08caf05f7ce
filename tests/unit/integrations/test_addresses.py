"""Which addresses may be called, and what a connection is made to."""

import socket

import pytest

from app.integrations.errors import AddressError
from app.integrations.hooks.addresses import is_public, read_address, resolve
from app.integrations.hooks.sending import send

REFUSED = {
    "http://hooks.example/": "scheme",
    "ftp://hooks.example/": "scheme",
    "hooks.example/path": "scheme",
    "file:///etc/passwd": "scheme",
    "https://": "host",
    "https:///path": "host",
    "https://a b.example/": "host",
    "https://hooks.example\\@10.0.0.1/": "host",
    "https://bücher.example/": "host",
    "https://hooks.example:99999/": "host",
    "https://hooks.example:0/": "host",
    "https://user:word@hooks.example/": "login",
    "https://hooks.example/#part": "login",
    "https://127.0.0.1/": "own_network",
    "https://[::1]/": "own_network",
    "https://10.1.2.3/": "own_network",
    "https://169.254.169.254/latest": "own_network",
    "https://" + "a" * 500: "too_long",
}


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_may_not_be_called_is_refused_when_it_is_typed(address):
    with pytest.raises(AddressError) as found:
        read_address(address, ())
    assert found.value.problem == REFUSED[address]


def test_a_host_the_operator_named_may_be_near_and_without_tls():
    target = read_address("http://erp.lan:8080/in?x=1", ("erp.lan",))
    assert (target.host, target.port, target.path) == ("erp.lan", 8080, "/in?x=1")
    assert (target.is_secure, target.is_own) == (False, True)
    assert read_address("https://127.0.0.1/", ("127.0.0.1",)).is_own


# RFC 6890 and its registries: none of these is on the open internet.
OWN = [
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
    *("2002:7f00:1::", "2002:c0a8:101::1", "no address"),
]


@pytest.mark.parametrize("text", OWN)
def test_an_address_of_an_own_or_special_network_is_not_public(text):
    assert not is_public(text)


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "8.8.8.8", "223.5.5.5", "2606:4700::1", "2400:3200::1"]
)
def test_an_address_of_the_open_internet_is_public(text):
    assert is_public(text)


def resolver(*answers):
    """Return a name service that gives these addresses one call after the other."""
    left = list(answers)

    def getaddrinfo(_host, port, **_more):
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    return getaddrinfo


def test_a_name_with_one_address_in_an_own_network_is_not_called(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolver(["1.1.1.1", "10.0.0.1"]))
    with pytest.raises(AddressError) as found:
        resolve(read_address("https://hooks.example/", ()))
    assert found.value.problem == "own_network"


def test_a_name_that_changes_its_answer_is_connected_to_where_it_was_checked(monkeypatch):
    """DNS rebinding: public when it is looked at, this machine when it would be asked again."""
    called = []

    def connect(address, timeout):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolver(["1.1.1.1"], ["127.0.0.1"]))
    monkeypatch.setattr(socket, "create_connection", connect)
    sent = send("https://hooks.example/", "{}", {}, own_hosts=())
    assert called == [("1.1.1.1", 443)]
    assert (sent.status, sent.problem) == (None, "connection")


def test_an_address_that_came_to_lie_in_an_own_network_is_not_called_at_delivery(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolver(["192.168.1.7"]))
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was called"))
    assert send("https://hooks.example/", "{}", {}, own_hosts=()).problem == "own_network"
