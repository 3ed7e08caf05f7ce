"""Which addresses may be called: https, and never a machine of the own network by accident."""

import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from app.integrations.errors import AddressError

LONGEST = 500
# Addresses behind which an IPv4 address hides: 6to4 and NAT64.
_WRAPPED = ((ip_network("2002::/16"), 80), (ip_network("64:ff9b::/96"), 0))


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be called, taken apart.

    Attributes:
        host, port, path: Where to.
        is_secure: Over TLS.
        is_own: The operator named the host, so that it may lie in the own network.
    """

    host: str
    port: int
    path: str
    is_secure: bool
    is_own: bool


def read_address(address: str, own_hosts: Collection[str]) -> Target:
    """Take an address apart and refuse what may not be called.

    Args:
        address: As the administrator typed it.
        own_hosts: Hosts the operator named; only they may be called without TLS.

    Raises:
        AddressError: Names what is wrong.
    """
    if len(address) > LONGEST:
        raise AddressError("too_long")
    if not address.isascii() or any(sign <= " " or sign in '\\"<>^`{|}' for sign in address):
        raise AddressError("host")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressError("host") from error
    is_own = host in own_hosts
    if parts.scheme != "https" and not (is_own and parts.scheme == "http"):
        raise AddressError("scheme")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressError("login")
    if not host or host.startswith("-") or port == 0:
        raise AddressError("host")
    _check_written(host, is_own=is_own)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    is_secure = parts.scheme == "https"
    return Target(host, port or (443 if is_secure else 80), path, is_secure, is_own)


def resolve(target: Target) -> str:
    """Return the one address to connect to; every address of the name is looked at.

    The connection goes to what this returns and to nothing else, so that a name that answers
    differently a moment later leads nowhere.

    Raises:
        AddressError: The name is not known, or one of its addresses lies in an own network.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressError("unknown_host") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise AddressError("unknown_host")
    if not target.is_own and not all(is_public(one) for one in addresses):
        raise AddressError("own_network")
    return addresses[0]


def is_public(text: str) -> bool:
    """Say whether an address belongs to the whole internet: to no own, local or special net."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        hidden = _hidden(address)
        if hidden is not None and not _is_global(hidden):
            return False
    return _is_global(address)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified
    if isinstance(address, IPv6Address) and address in _WRAPPED[1][0]:
        is_special = False  # judged by the address behind it
    return not is_special and (address.is_global or address in _WRAPPED[1][0])


def _hidden(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    for net, shift in _WRAPPED:
        if address in net:
            return IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return None


def _check_written(host: str, *, is_own: bool) -> None:
    """Refuse an address written in digits that lies in an own network, before anybody calls it."""
    try:
        ip_address(host)
    except ValueError:
        return
    if not is_own and not is_public(host):
        raise AddressError("own_network")
