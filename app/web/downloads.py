"""Files as downloads, under names a server may send whatever letters they hold (RFC 6266)."""

from unicodedata import normalize
from urllib.parse import quote

from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response

# RFC 5987: what stands in an extended name as it is.
_PLAIN = "!#$&+-.^_`|~"


def attachment(content: str | bytes, mimetype: str, name: str) -> Response:
    """Return a file as a download.

    Headers hold no Chinese: such a name goes along encoded, and once more in the ASCII letters it
    has, for what does not know the encoding.
    """
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = _disposition(name)
    return answer


def _disposition(name: str) -> str:
    name = "".join(letter for letter in name if letter.isprintable()).replace("/", "-")
    if name.isascii():
        return dump_options_header("attachment", {"filename": name})
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    names = {"filename": plain, "filename*": f"UTF-8''{quote(name, safe=_PLAIN)}"}
    return dump_options_header("attachment", names)
