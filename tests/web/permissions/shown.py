"""Everything an answer shows, whatever its form: a page, JSON, a workbook or an archive."""

import io
import json
import zipfile
from html import unescape

_ZIP = b"PK\x03\x04"


def shown_by(answer):
    """Return the words of an answer; nothing for pictures and PDF."""
    if answer.mimetype.startswith("text/"):
        return answer.get_data(as_text=True)
    if answer.mimetype == "application/json":
        return json.dumps(json.loads(answer.data), ensure_ascii=False)
    return words_of_archive(answer.data) if answer.data.startswith(_ZIP) else ""


def words_of_archive(content):
    """Return the words of every file of an archive, of workbooks in it as well."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            if part.startswith(_ZIP):
                found.append(words_of_archive(part))
            else:
                found.append(unescape(part.decode("utf-8", errors="replace")))
    return "\n".join(found)
