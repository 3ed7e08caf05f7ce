"""Chinese fonts cut to the signs in use, once a process, so that printing stays quick.

A whole Chinese font holds 65,000 signs in twenty megabytes, which every PDF would read, cut and
pack anew: a tenth of the time of a report and a third of its size. A sign outside the cut comes
from the whole font, which stands next in the list of families.
"""

import ctypes
import subprocess
from collections.abc import Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from functools import lru_cache

_RETURNING_POINTERS = (
    ("hb_blob_create_from_file", "hb_face_create", "hb_face_reference_blob", "hb_blob_get_data"),
    (
        *("hb_subset_input_create_or_fail", "hb_subset_input_unicode_set"),
        *("hb_subset_input_set", "hb_subset_or_fail"),
    ),
)
# What lines written from left to right need; every further feature would keep signs of its own.
_FEATURES = (b"ccmp", b"kern", b"liga")
_FEATURES_KEPT = 6  # HB_SUBSET_SETS_LAYOUT_FEATURE_TAG
_NO_SUBROUTINES, _OUTLINE_OF_NONE = 0x04, 0x40  # flags of HarfBuzz's subsetter
_SIGNS = (
    *((0x20, 0x7E), (0xA0, 0xFF), (0x300, 0x304), (0x391, 0x3C9), (0x2000, 0x206F)),
    *((0x2190, 0x22FF), (0x2460, 0x247F), (0x2500, 0x266F), (0x3000, 0x303F), (0xFF00, 0xFFEF)),
)
_ROWS_OF_GB2312 = (0xB0, 0xF7)  # the 6,763 Chinese characters of the standard


@dataclass(frozen=True, slots=True)
class Face:
    """One font that is cut.

    Attributes:
        family: Its name in style sheets.
        weight: 400 or 700.
        source: The pattern fontconfig finds the whole font by.
    """

    family: str
    weight: int
    source: str

    @property
    def address(self) -> str:
        """The address its style rule names; nothing but this process answers it."""
        return f"face:{self.family.replace(' ', '-')}-{self.weight}"

    @property
    def rule(self) -> str:
        """The style rule that makes the family known."""
        return (
            f'@font-face {{ font-family: "{self.family}"; font-weight: {self.weight}; '
            f'src: url("{self.address}") }}'
        )


FACES = (
    Face("Linsheng Sans", 400, "Noto Sans CJK SC:style=Regular"),
    Face("Linsheng Sans", 700, "Noto Sans CJK SC:style=Bold"),
    Face("Linsheng Serif", 700, "Noto Serif CJK SC:style=Bold"),
)


@lru_cache(maxsize=1)
def cut_faces() -> dict[str, bytes]:
    """Return the cut fonts by address; one the machine lacks, or cannot cut, is not among them."""
    libraries = _libraries()
    if libraries is None:
        return {}
    places = {face.address: _place_of(face.source) for face in FACES}
    cut = {name: _cut(*libraries, *place) for name, place in places.items() if place}
    return {name: content for name, content in cut.items() if content}


def _libraries() -> tuple[ctypes.CDLL, ctypes.CDLL] | None:
    """Return HarfBuzz and its subsetter, which the printer of PDFs needs as well."""
    try:
        loaded = [ctypes.CDLL(find_library(name) or "") for name in ("harfbuzz", "harfbuzz-subset")]
    except OSError:
        return None
    for library, functions in zip(loaded, _RETURNING_POINTERS, strict=True):
        for name in functions:
            getattr(library, name).restype = ctypes.c_void_p
    return loaded[0], loaded[1]


def _place_of(pattern: str) -> tuple[str, int] | None:
    """Return the file of a font and its number in there."""
    command = ["fc-list", "--format", "%{file}\t%{index}\n", pattern]
    try:
        listed = subprocess.run(  # noqa: S603 - constant words
            command, capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    lines = sorted(listed.stdout.splitlines())
    if not lines:
        return None
    file, _tab, index = lines[0].partition("\t")
    return file, int(index)


def _cut(harfbuzz: ctypes.CDLL, subsetter: ctypes.CDLL, file: str, index: int) -> bytes:
    """Return a font with the signs in use only; nothing when it cannot be cut."""
    pointer = ctypes.c_void_p
    whole = pointer(harfbuzz.hb_blob_create_from_file(file.encode()))
    face = pointer(harfbuzz.hb_face_create(whole, index))
    wish = pointer(subsetter.hb_subset_input_create_or_fail())
    signs = pointer(subsetter.hb_subset_input_unicode_set(wish))
    for first, last in _ranges():
        harfbuzz.hb_set_add_range(signs, first, last)
    features = pointer(subsetter.hb_subset_input_set(wish, _FEATURES_KEPT))
    harfbuzz.hb_set_clear(features)
    for feature in _FEATURES:
        harfbuzz.hb_set_add(features, int.from_bytes(feature))
    subsetter.hb_subset_input_set_flags(wish, _NO_SUBROUTINES | _OUTLINE_OF_NONE)
    cut = pointer(subsetter.hb_subset_or_fail(face, wish))
    content = b""
    if cut:
        blob, length = pointer(harfbuzz.hb_face_reference_blob(cut)), ctypes.c_uint()
        start = harfbuzz.hb_blob_get_data(blob, ctypes.byref(length))
        content = ctypes.string_at(start, length.value) if start else b""
        harfbuzz.hb_blob_destroy(blob)
        harfbuzz.hb_face_destroy(cut)
    subsetter.hb_subset_input_destroy(wish)
    harfbuzz.hb_face_destroy(face)
    harfbuzz.hb_blob_destroy(whole)
    return content


def _ranges() -> Iterator[tuple[int, int]]:
    yield from _SIGNS
    first, last = _ROWS_OF_GB2312
    for row in range(first, last + 1):
        for place in range(0xA1, 0xFF):
            code = bytes((row, place)).decode("gb2312", errors="ignore")
            if code:
                yield ord(code), ord(code)
