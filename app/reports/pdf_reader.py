"""Reading our own PDF files again: what they carry along, and the words each page prints.

It reads what WeasyPrint writes, not PDF at large: every stream has its length, nothing is
encrypted, every font says which characters its glyphs stand for.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj\s")
_LENGTH = re.compile(rb"/Length (\d+)")
_RUN = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9a-fA-F]+)>|(ET)")
_PAIR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
_REFERENCE = re.compile(rb"/(\w+) (\d+) 0 R")
_CODE = 4  # hexadecimal digits of a glyph


class NotOurFileError(ValueError):
    """The file is no PDF of ours."""


@dataclass(frozen=True, slots=True)
class PdfFile:
    """A PDF taken apart: objects by number, each its head and its unpacked stream."""

    objects: Mapping[int, tuple[bytes, bytes]]

    def attachment(self) -> str:
        """Return the text of the one file embedded in it.

        Raises:
            NotOurFileError: There is none, or it is no text.
        """
        for head, body in self.objects.values():
            if b"/EmbeddedFile" in head and body:
                try:
                    return body.decode()
                except UnicodeDecodeError as error:
                    raise NotOurFileError from error
        raise NotOurFileError

    def pages(self) -> list[list[str]]:
        """Return the words of every page, run by run, in the order they are drawn.

        The last entry holds what the drawings of all pages say.
        """
        fonts = self._fonts()
        found = [
            list(_runs(self.objects[int(number)][1], fonts))
            for head, _body in self._in_order()
            if (number := dict(_REFERENCE.findall(head)).get(b"Contents"))
        ]
        drawings = [
            run
            for _number, (head, body) in sorted(self.objects.items())
            if b"/Subtype /Form" in head
            for run in _runs(body, fonts)
        ]
        return [*found, drawings]

    def _in_order(self) -> Iterator[tuple[bytes, bytes]]:
        """Return the pages in their order."""
        kids = next((head for head, _body in self.objects.values() if b"/Type /Pages" in head), b"")
        listed = re.search(rb"/Kids \[([^\]]*)\]", kids)
        if listed is None:
            raise NotOurFileError
        for number in re.findall(rb"(\d+) 0 R", listed.group(1)):
            yield self.objects[int(number)]

    def _fonts(self) -> dict[bytes, dict[str, str]]:
        """Return what the glyphs of every font stand for, by the name pages call it."""
        named: dict[bytes, int] = {}
        for head, _body in self.objects.values():
            if head.count(b"/") and all(
                b"/ToUnicode" in self.objects.get(int(number), (b"", b""))[0]
                for _name, number in _REFERENCE.findall(head)
            ):
                named |= {name: int(number) for name, number in _REFERENCE.findall(head)}
        return {name: self._characters(number) for name, number in named.items()}

    def _characters(self, font: int) -> dict[str, str]:
        target = re.search(rb"/ToUnicode (\d+) 0 R", self.objects[font][0])
        if target is None:
            return {}
        body = self.objects[int(target.group(1))][1]
        _before, _mark, listed = body.partition(b"endcodespacerange")
        return {
            glyph.decode().lower(): bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
            for glyph, text in _PAIR.findall(listed)
        }


def read_pdf(content: bytes) -> PdfFile:
    """Take a PDF apart.

    Raises:
        NotOurFileError: It is no PDF, or it is damaged.
    """
    if not content.startswith(b"%PDF-"):
        raise NotOurFileError
    objects: dict[int, tuple[bytes, bytes]] = {}
    try:
        for number, head, body in _objects(content):
            objects[number] = (head, body)
            if b"/ObjStm" in head:
                objects |= dict(_packed(head, body))
    except (ValueError, zlib.error) as error:
        raise NotOurFileError from error
    return PdfFile(objects)


def _objects(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Return number, head and unpacked stream of every object that is not packed itself."""
    at = 0
    while found := _OBJECT.search(content, at):
        end = content.find(b"endobj", found.end())
        stream = content.find(b"stream\n", found.end(), end if end >= 0 else None)
        length = None
        if stream >= 0:
            length = _LENGTH.search(content, found.end(), stream)
        if length is None:
            yield int(found.group(1)), content[found.end() : end], b""
            at = max(end, found.end())
            continue
        head, first = content[found.end() : stream], stream + len(b"stream\n")
        at = first + int(length.group(1))
        body = content[first:at]
        yield int(found.group(1)), head, zlib.decompress(body) if b"/FlateDecode" in head else body


def _packed(head: bytes, body: bytes) -> Iterator[tuple[int, tuple[bytes, bytes]]]:
    """Return the objects packed into one stream."""
    first = re.search(rb"/First (\d+)", head)
    if first is None:
        raise NotOurFileError
    start = int(first.group(1))
    numbers = [int(one) for one in body[:start].split()]
    places = numbers[1::2]
    for number, place, after in zip(
        numbers[::2], places, [*places[1:], len(body) - start], strict=True
    ):
        yield number, (body[start + place : start + after], b"")


def _runs(body: bytes, fonts: Mapping[bytes, Mapping[str, str]]) -> Iterator[str]:
    """Return the texts of a page, one for every run of glyphs set at once."""
    characters: Mapping[str, str] = {}
    said = ""
    for font, glyphs, is_over in _RUN.findall(body):
        if font:
            characters = fonts.get(font, {})
        elif is_over:
            if said:
                yield said
            said = ""
        else:
            code = glyphs.decode().lower()
            parts = (code[at : at + _CODE] for at in range(0, len(code), _CODE))
            said += "".join(characters.get(part, "\ufffd") for part in parts)
