"""Reads what a file is, and how large a picture is, from its first bytes: nothing is decoded."""

import struct
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of files that are taken."""

    PDF = "pdf"
    TIFF = "tiff"
    JPEG = "jpeg"
    PNG = "png"
    ZIP = "zip"


@dataclass(frozen=True)
class Head:
    """How large a picture says it is; whether it is plain grey or colour as phones make it."""

    wide: int
    high: int
    bits: int
    is_plain: bool = True


_SIGNS = (
    (b"%PDF-", Kind.PDF),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"PK\x03\x04", Kind.ZIP),
)
# Start of a frame: all of them but the tables for Huffman, arithmetic and extensions.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # segments without a length


def kind_of(content: bytes) -> Kind | None:
    """Return what a file is by its first bytes, or nothing for any other kind."""
    return next((kind for sign, kind in _SIGNS if content.startswith(sign)), None)


def jpeg_head(content: bytes) -> Head | None:
    """Return the head of a JPEG, or nothing where it has none."""
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            return None
        sign = content[at + 1]
        if sign == 0xFF:  # a filling byte
            at += 1
            continue
        if sign in _BARE:
            at += 2
            continue
        if sign in _FRAMES:
            bits, high, wide, colours = struct.unpack_from(">BHHB", content, at + 4)
            return Head(wide, high, bits, is_plain=bits == 8 and colours in (1, 3))
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None


def png_head(content: bytes) -> Head | None:
    """Return the head of a PNG, or nothing where it has none."""
    if len(content) < 33 or content[12:16] != b"IHDR":
        return None
    wide, high, bits, colour = struct.unpack_from(">IIBB", content, 16)
    return Head(wide, high, bits if colour == 0 else 8 * max(1, bits // 8))
