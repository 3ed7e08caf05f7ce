"""Reads one photo in a process of its own: the file on standard input, a clean JPEG on output.

Whoever sends a photo chooses its bytes, so they are decoded where they can do no harm: little
memory, little time, no new file and no connection. It is started by its path and imports nothing
of the application. What comes out is made of pixels alone; no word of the file gets through.
"""

import io
import resource
import sys

# Decoders register themselves; once rights are given up nothing can be loaded any more.
import PIL.MpoImagePlugin
import PIL.TiffImagePlugin
import PIL.WebPImagePlugin  # noqa: F401
from PIL import Image, ImageOps, UnidentifiedImageError

Image.preinit()  # JPEG and PNG

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
QUALITY = 82
MEMORY = 768 * 1024 * 1024
SECONDS = 10
REFUSED = 3


def main() -> int:
    """Turn standard input into a JPEG on standard output; a refusal is a word on the error side."""
    content = sys.stdin.buffer.read()
    _give_up_rights()
    try:
        made = clean(content)
    except _RefusedError as error:
        sys.stderr.write(str(error))
        return REFUSED
    except MemoryError:
        sys.stderr.write("pixels")
        return REFUSED
    except Exception:
        sys.stderr.write("damaged")
        return REFUSED
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


class _RefusedError(Exception):
    """The file is no photo we take; its text is one of the words of `reader.PhotoProblem`."""


def clean(content: bytes) -> bytes:
    """Decode the first picture of a file and encode its pixels anew."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
    try:
        photo = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise _RefusedError("damaged") from error
    if photo.width * photo.height > MOST_PIXELS:
        raise _RefusedError("pixels")
    photo.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG is decoded small right away
    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    upright = ImageOps.exif_transpose(photo)
    shown = Image.new("RGB", upright.size, "white")
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        shown.paste(layer, mask=layer.getchannel("A"))
    else:
        shown.paste(upright.convert("RGB"))
    made = io.BytesIO()
    shown.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()


def _give_up_rights() -> None:
    """Let the process open nothing more and end by itself when it works too long."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Standard input, output and error are open; no file and no socket comes on top.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


if __name__ == "__main__":
    sys.exit(main())
