"""Derives the words in traditional characters from the simplified ones.

    pip install opencc          (in an environment of your own; nothing else here needs it)
    python .ci/traditional.py

Writes ``app/locales/zh_Hant/messages.po`` anew and fills in ``zh-Hant`` beside every ``zh-Hans``
of the questionnaires given as arguments (a published questionnaire never changes: name drafts
only). Words stay those of the mainland; only the script changes. Read the difference through.
"""

import re
import sys
from pathlib import Path

from opencc import OpenCC

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "app" / "locales" / "zh_CN" / "messages.po"
TARGET = ROOT / "app" / "locales" / "zh_Hant" / "messages.po"

# The table knows phrases; these are its rare forms, and words it takes for others.
FORMS = str.maketrans("説户羣鈎啓峯牀衞", "說戶群鉤啟峰床衛")
WORDS = {
    "隻": "只",
    "復制": "複製",
    "併發": "並發",
    "發布": "發佈",
    "數里": "數裏",
    "迴音": "回音",
    "回復": "回覆",
    "必復": "必覆",
}

_FLOW = re.compile(r"zh-Hans: (?P<words>[^,{}]+|\"[^\"]*\"), (?:zh-Hant: [^,{}]+, )?(?=en:)")
_BLOCK = re.compile(
    r"^(?P<indent> *)zh-Hans: (?P<words>[^\n]+)\n(?: *zh-Hant: [^\n]+\n)?", re.MULTILINE
)


class Converter:
    """Turns simplified into traditional characters."""

    def __init__(self) -> None:
        self._table = OpenCC("s2hk")

    def convert(self, text: str) -> str:
        """Return the text in traditional characters, as long as it was."""
        converted = str(self._table.convert(text)).translate(FORMS)
        for wrong, right in WORDS.items():
            converted = converted.replace(wrong, right)
        return converted


def derive_catalogue(source: str, converter: Converter) -> str:
    """Return the catalogue with its translations converted and its ids untouched."""
    lines, is_translation = [], False
    for line in source.splitlines():
        if not line.startswith('"'):
            is_translation = line.startswith("msgstr")
        lines.append(converter.convert(line) if is_translation else line)
    text = "\n".join(lines) + "\n"
    head = "# Chinese catalogue in traditional characters; .ci/traditional.py writes it."
    return text.replace(text.partition("\n")[0], head, 1).replace(
        '"Language: zh_CN\\n"', '"Language: zh_Hant\\n"', 1
    )


def fill_in(source: str, converter: Converter) -> str:
    """Return the questionnaire with a text in traditional characters beside each simplified one."""

    def flow(match: re.Match[str]) -> str:
        words = match["words"]
        return f"zh-Hans: {words}, zh-Hant: {converter.convert(words)}, "

    def block(match: re.Match[str]) -> str:
        indent, words = match["indent"], match["words"]
        return f"{indent}zh-Hans: {words}\n{indent}zh-Hant: {converter.convert(words)}\n"

    filled = _BLOCK.sub(block, _FLOW.sub(flow, source))
    return filled.replace("languages: [zh-Hans, en]", "languages: [zh-Hans, zh-Hant, en]", 1)


def main() -> None:
    """Write what can be derived."""
    converter = Converter()
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(derive_catalogue(SOURCE.read_text("utf-8"), converter), "utf-8")
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(fill_in(path.read_text("utf-8"), converter), "utf-8")


if __name__ == "__main__":
    main()
