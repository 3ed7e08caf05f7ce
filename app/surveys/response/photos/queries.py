"""Reads of photos: those of an answer under way, and those of answers that were sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from app.surveys.response.models import Comment, Origin, Response, ResponseSignal
from app.surveys.response.photos.models import Photo


@dataclass(frozen=True, slots=True)
class PhotoOfComment:
    """A photo that goes with a comment, by its key alone."""

    photo_id: int
    comment_id: int


def list_places(session: Session, member_id: int, device_hash: bytes) -> list[int]:
    """Return the places taken by the photos of one phone of a home, in order."""
    query = (
        select(Photo.place)
        .where(Photo.frame_member_id == member_id, Photo.device_hash == device_hash)
        .order_by(Photo.place)
    )
    return list(session.scalars(query))


def lock_photos(session: Session, member_id: int, device_hash: bytes) -> list[Photo]:
    """Return the photos of one phone of a home, in order, locked until the transaction ends."""
    query = (
        select(Photo)
        .where(Photo.frame_member_id == member_id, Photo.device_hash == device_hash)
        .order_by(Photo.place)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def count_sent_photos(session: Session, response: Response) -> int:
    """Count the photos that went with a sent answer."""
    query = (
        select(func.count())
        .select_from(Photo)
        .join(ResponseSignal, _sent_with())
        .where(
            Photo.frame_member_id == response.frame_member_id,
            ResponseSignal.response_id == response.id,
        )
    )
    return session.scalars(query).one()


def find_photo(session: Session, member_id: int, device_hash: bytes, place: int) -> Photo | None:
    """Return one photo of one phone of a home, or None."""
    query = select(Photo).where(
        Photo.frame_member_id == member_id,
        Photo.device_hash == device_hash,
        Photo.place == place,
    )
    return session.scalar(query)


def list_photos_of_comments(
    session: Session, comment_ids: Collection[int], *, with_flushed: bool
) -> list[PhotoOfComment]:
    """Return the photos that go with these comments, in order.

    An answer taken from a draft at the deadline does not say which phone it came from; when the
    home has photos of two phones, one may belong to somebody who had not agreed to be read.
    Such photos are for head office alone: `with_flushed`.
    """
    goes_along = or_(_sent_with(), _flushed()) if with_flushed else _sent_with()
    query = (
        select(Photo.id, Comment.id)
        .join(Response, Response.frame_member_id == Photo.frame_member_id)
        .outerjoin(ResponseSignal, ResponseSignal.response_id == Response.id)
        .join(Comment, Comment.response_id == Response.id)
        .where(Comment.id.in_(comment_ids), goes_along)
        .order_by(Comment.id, Photo.device_hash, Photo.place)
    )
    return [PhotoOfComment(*row) for row in session.execute(query)]


def get_photo(session: Session, photo_id: int) -> Photo:
    """Return a photo whose key was just listed."""
    return session.get_one(Photo, photo_id)


def delete_loose_photos(session: Session, before: datetime) -> None:
    """Delete photos added before an instant that never became part of an answer."""
    kept = (
        select(Photo.id)
        .join(Response, Response.frame_member_id == Photo.frame_member_id)
        .outerjoin(ResponseSignal, ResponseSignal.response_id == Response.id)
        .where(or_(_sent_with(), _flushed()))
    )
    session.execute(
        delete(Photo)
        .where(Photo.added_at < before, Photo.id.not_in(kept))
        .execution_options(synchronize_session=False)
    )


def _sent_with() -> ColumnElement[bool]:
    """Return the condition that a photo's phone sent the answer."""
    return ResponseSignal.device_hash == Photo.device_hash


def _flushed() -> ColumnElement[bool]:
    """Return the condition that an answer of the home was taken from a draft at the deadline."""
    return Response.origin == Origin.FLUSHED
