"""How a home is reached: the phone of the register, or an OpenID or e-mail address kept here."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.staff import audit
from app.staff.scope import Scope
from app.surveys.distribution import queries
from app.surveys.distribution.models import MessageAddress, SendChannel
from app.surveys.distribution.rules import mobile_of
from app.surveys.register.queries import list_people
from app.vault import Vault

COLUMNS = ("community_code", "building", "room", "wechat", "email")
_NAMES = {
    "小区编码": "community_code",
    "楼栋": "building",
    "房号": "room",
    "微信": "wechat",
    "邮箱": "email",
}
_CHANNELS = {"wechat": SendChannel.WECHAT, "email": SendChannel.EMAIL}
_LONGEST = 120
_BATCH = 500


@dataclass(frozen=True, slots=True)
class AddressProblem:
    """A line of the file that cannot be taken; `problem` is a word for the page to say."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class AddressFile:
    """A file that was read: homes and their addresses, or what is wrong with it."""

    rows: Sequence[tuple[int, str, str, str, SendChannel, str]]
    problems: Sequence[AddressProblem]


def read_addresses(content: bytes) -> AddressFile:
    """Read a CSV of OpenIDs and e-mail addresses, in UTF-8 or GB18030."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    reader = csv.reader(io.StringIO(text))
    try:
        head = [_NAMES.get(name.strip(), name.strip().lower()) for name in next(reader, [])]
        lines = list(enumerate(reader, start=2))
    except csv.Error:
        return AddressFile((), (AddressProblem(1, "not_csv"),))
    missing = [name for name in COLUMNS[:3] if name not in head]
    if missing or not set(head) & set(_CHANNELS):
        return AddressFile((), (AddressProblem(1, "columns"),))
    rows: list[tuple[int, str, str, str, SendChannel, str]] = []
    problems = []
    for line, cells in lines:
        row = dict(zip(head, (cell.strip() for cell in cells), strict=False))
        if not any(row.values()):
            continue
        for name, channel in _CHANNELS.items():
            address = row.get(name, "")
            if not address:
                continue
            if not _is_address(channel, address):
                problems.append(AddressProblem(line, f"bad_{name}"))
                continue
            home = (row.get("community_code", ""), row.get("building", ""), row.get("room", ""))
            rows.append((line, *home, channel, address))
    return AddressFile(rows, problems)


def take_addresses(
    session: Session, vault: Vault, file: AddressFile, *, actor: Scope, now: datetime
) -> tuple[int, list[AddressProblem]]:
    """Store the addresses of a file, all or none; return how many, or the unknown homes.

    Args:
        session: A writing transaction.
        vault: Seals the addresses.
        file: Without problems of its own.
        actor: Who hands it in.
        now: Aware instant.
    """
    codes = sorted({row[1] for row in file.rows})
    homes = {
        (code, building, room): household_id
        for code, building, room, household_id, _community in queries.list_homes_at(session, codes)
    }
    unknown = [AddressProblem(row[0], "unknown_home") for row in file.rows if row[1:4] not in homes]
    if unknown or file.problems:
        return 0, [*file.problems, *unknown]
    for _line, code, building, room, channel, address in file.rows:
        household_id = homes[code, building, room]
        sealed = vault.seal(address, f"address-{channel.value}")
        known = queries.find_address(session, household_id, channel)
        if known is None:
            known = MessageAddress(household_id=household_id, channel=channel)
            session.add(known)
        known.address_sealed, known.added_at = sealed, now
    audit.record(
        session,
        actor=actor,
        action="message.addresses",
        subject="register",
        detail=str(len(file.rows)),
        now=now,
    )
    session.flush()
    return len(file.rows), []


def find_addresses(
    session: Session, vault: Vault, channel: SendChannel, household_ids: Sequence[int]
) -> dict[int, str]:
    """Return the address of each home that can be reached on a channel.

    An SMS goes to the first mobile number of the home's people.
    """
    found: dict[int, str] = {}
    for at in range(0, len(household_ids), _BATCH):
        some = household_ids[at : at + _BATCH]
        if channel is SendChannel.LETTER:
            found |= dict.fromkeys(some, "letterbox")
        elif channel is SendChannel.SMS:
            for person in list_people(session, some):
                if person.phone_sealed is None or person.household_id in found:
                    continue
                mobile = mobile_of(vault.open(person.phone_sealed, "phone"))
                if mobile is not None:
                    found[person.household_id] = mobile
        else:
            purpose = f"address-{channel.value}"
            for household_id, sealed in queries.addresses_of(session, channel, some).items():
                found[household_id] = vault.open(sealed, purpose)
    return found


def _is_address(channel: SendChannel, address: str) -> bool:
    if len(address) > _LONGEST or not address.isascii() or not address.isprintable():
        return False
    if channel is SendChannel.EMAIL:
        name, at, host = address.partition("@")
        return bool(name and at and "." in host and "@" not in host and " " not in address)
    return address.replace("-", "").replace("_", "").isalnum()
