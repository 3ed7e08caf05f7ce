"""Commands on photos: add one, remove one, show one. None commits."""

import base64
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.surveys.campaign.models import FrameMember
from app.surveys.response.errors import ResponseError
from app.surveys.response.photos import queries
from app.surveys.response.photos.models import MAX_PHOTOS, Photo
from app.surveys.response.signals import Trace, signal_of
from app.vault import Vault

LOOSE_FOR = timedelta(days=60)  # longer than any campaign takes answers
_PURPOSE = "photo"
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # the name of a phone does not depend on it


class TooManyPhotosError(ResponseError):
    """The answer has as many photos as it may have."""


def add_photo(
    session: Session,
    vault: Vault,
    *,
    member: FrameMember,
    device: str,
    content: bytes,
    now: datetime,
) -> int:
    """Store a photo for the answer that this phone is going to send, and return its place.

    Args:
        session: Open transaction; the caller commits, and only then tells the owner.
        vault: Seals the photo.
        member: The home.
        device: Random name of the phone, from its cookie.
        content: What `reader.read_photo` made.
        now: Aware instant.

    Raises:
        TooManyPhotosError: All places are taken.
    """
    device_hash = phone_of(vault, member, device)
    queries.delete_loose_photos(session, now - LOOSE_FOR)
    photo = Photo(
        frame_member_id=member.id,
        content_sealed=vault.seal(base64.b64encode(content).decode(), _PURPOSE),
        added_at=now,
    )
    return _place(session, photo, device_hash)


def carry_photos(
    session: Session, vault: Vault, *, member: FrameMember, source: bytes, device: str
) -> None:
    """Bind the photos of another phone of a home to this one, as far as it has places left.

    Args:
        session: Open transaction, the one that carries the draft on.
        vault: Names this phone.
        member: The home.
        source: What `phone_of` says for the other phone.
        device: Random name of this phone.
    """
    target = phone_of(vault, member, device)
    if source == target:
        return
    for photo in queries.lock_photos(session, member.id, source):
        try:
            _place(session, photo, target)
        except TooManyPhotosError:  # this phone has photos of its own; the rest stay where they are
            return


def _place(session: Session, photo: Photo, device_hash: bytes) -> int:
    """Give a photo the first free place of a phone."""
    for place in range(1, MAX_PHOTOS + 1):
        if place in queries.list_places(session, photo.frame_member_id, device_hash):
            continue
        try:
            with session.begin_nested():
                photo.device_hash, photo.place = device_hash, place
                session.add(photo)
                session.flush()
        except IntegrityError:  # the same phone's other photo took this place
            continue
        return place
    raise TooManyPhotosError


def list_places(session: Session, vault: Vault, member: FrameMember, device: str) -> list[int]:
    """Return the places taken by the photos of this phone, in order."""
    return queries.list_places(session, member.id, phone_of(vault, member, device))


def find_own_photo(
    session: Session, vault: Vault, member: FrameMember, device: str, place: int
) -> Photo | None:
    """Return the photo of this phone at a place, or None."""
    if not 1 <= place <= MAX_PHOTOS:  # any number may stand in an address
        return None
    return queries.find_photo(session, member.id, phone_of(vault, member, device), place)


def remove_photo(
    session: Session, vault: Vault, member: FrameMember, device: str, place: int
) -> None:
    """Delete a photo of an answer under way; one that is gone already is no error."""
    photo = find_own_photo(session, vault, member, device, place)
    if photo is not None:
        session.delete(photo)


def phone_of(vault: Vault, member: FrameMember, device: str) -> bytes:
    """Return the stored name of a phone: the one the signal of its answer will carry."""
    trace = Trace(device=device, address="")
    signal = signal_of(vault, None, trace, campaign_id=member.campaign_id, ended_at=_ANY_TIME)
    if signal.device_hash is None:
        raise LookupError(device)
    return signal.device_hash


def open_photo(vault: Vault, photo: Photo) -> bytes:
    """Return the JPEG."""
    return base64.b64decode(vault.open(photo.content_sealed, _PURPOSE))


def find_photo_of_comments(
    session: Session, comment_ids: Collection[int], photo_id: int, *, with_flushed: bool
) -> Photo | None:
    """Return a photo when it goes with one of these comments, else None."""
    found = queries.list_photos_of_comments(session, comment_ids, with_flushed=with_flushed)
    known = {one.photo_id for one in found}
    return queries.get_photo(session, photo_id) if photo_id in known else None
