"""How wide printed words are, and where their lines break.

Widths are those of Noto Sans and Noto Sans CJK in thousandths of the size, the wider of both;
another font of this kind is no wider. Characters of East Asia take a full square.
"""

import unicodedata

MM = 25.4 / 72  # a point in millimetres
_CAUTION = 1.02
_REGULAR = (
    *(260, 323, 474, 646, 572, 921, 732, 278, 338, 338, 551, 572, 278, 347, 278, 392),
    *(572, 572, 572, 572, 572, 572, 572, 572, 572, 572, 278, 278, 572, 572, 572, 474),
    *(946, 639, 657, 638, 730, 589, 552, 728, 741, 339, 535, 646, 543, 907, 760, 781),
    *(633, 781, 635, 596, 599, 731, 600, 930, 586, 566, 603, 338, 392, 338, 572, 559),
    *(606, 563, 618, 510, 620, 564, 344, 615, 618, 275, 275, 552, 284, 935, 618, 606),
    *(620, 620, 413, 479, 377, 618, 521, 802, 529, 521, 475, 380, 551, 380, 572),
)
_BOLD = (
    *(260, 370, 574, 646, 590, 963, 750, 325, 378, 378, 545, 590, 325, 370, 325, 413),
    *(590, 590, 590, 590, 590, 590, 590, 590, 590, 590, 325, 325, 590, 590, 590, 514),
    *(1007, 690, 681, 656, 740, 615, 585, 724, 765, 389, 568, 686, 578, 943, 813, 796),
    *(667, 796, 682, 624, 625, 756, 650, 967, 667, 624, 613, 378, 413, 378, 590, 567),
    *(626, 604, 644, 527, 644, 591, 387, 633, 657, 305, 306, 620, 315, 982, 657, 626),
    *(644, 644, 454, 497, 434, 657, 576, 863, 578, 574, 511, 394, 551, 394, 590),
)
# No line begins with these, and none ends with those.
_NEVER_FIRST = frozenset("，。、；：？！）”’》】…%,.;:?!)")
_NEVER_LAST = frozenset("（“‘《【(")
_WIDE = frozenset("FWA")


class LayoutError(ValueError):
    """A questionnaire cannot be printed; carries the item or section, and the words in the way."""

    def __init__(self, item: str, words: str = "") -> None:
        super().__init__(item, words)
        self.item = item
        self.words = words


def width(text: str, pt: float, *, bold: bool = False) -> float:
    """Return the width of a line in millimetres, a little too much rather than too little."""
    table = _BOLD if bold else _REGULAR
    return sum(_advance(sign, table) for sign in text) / 1000 * pt * MM * _CAUTION


def wrap(text: str, room: float, pt: float, item: str, *, bold: bool = False) -> list[str]:
    """Break words into lines that fit.

    Args:
        text: In any language.
        room: Width in millimetres.
        pt: Size.
        item: Named by the error.
        bold: The letters are.

    Raises:
        LayoutError: A single word is wider than the room.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if width((line + piece).rstrip(), pt, bold=bold) <= room:
            line += piece
            continue
        if not line or width(piece.rstrip(), pt, bold=bold) > room:
            raise LayoutError(item, piece.strip())
        lines.append(line.rstrip())
        line = piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def fit(
    text: str,
    room: float,
    *,
    sizes: tuple[float, float],
    most: int,
    item: str,
    bold: bool = False,
) -> tuple[list[str], float]:
    """Return the lines of words at the largest size at which they take no more than `most` lines.

    Args:
        text: In any language.
        room: Width in millimetres.
        sizes: Largest and smallest size in points.
        most: Lines there is room for.
        item: Named by the error.
        bold: The letters are.

    Raises:
        LayoutError: They do not fit at the smallest size.
    """
    largest, smallest = sizes
    for step in range(int((largest - smallest) * 5) + 1):
        pt = round(largest - step / 5, 1)
        try:
            lines = wrap(text, room, pt, item, bold=bold)
        except LayoutError:
            continue
        if len(lines) <= most:
            return lines, pt
    raise LayoutError(item, text)


def _advance(sign: str, table: tuple[int, ...]) -> int:
    code = ord(sign)
    if 32 <= code < 127:
        return table[code - 32]
    if sign == "–":
        return 600
    return 1000 if unicodedata.east_asian_width(sign) in _WIDE or code > 0x2000 else 700


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may end: behind blanks, and between characters of East Asia."""
    pieces: list[str] = []
    for sign in text:
        if pieces and not _may_break(pieces[-1][-1], sign):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def _may_break(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST or after.isspace():
        return False
    return before.isspace() or _is_square(before) or _is_square(after)


def _is_square(sign: str) -> bool:
    return ord(sign) > 0x2E7F
