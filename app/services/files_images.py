"""Images made anew by us: what a camera or a stranger hid in the file is gone, and small copies for pages."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps

from rules import Invalid, Problem

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
MOST_PIXELS = 40_000_000  # 160 MB while it is open; phones take 12 to 50 million
LONGEST_SIDE = 20_000
THUMBNAIL = 320
_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")


@contextmanager
def _opened(source: Path | BinaryIO, formats: tuple[str, ...], name: str) -> Iterator[Image.Image]:
    """The image, not yet unpacked; Invalid for what is no image of these formats, too large, or damaged."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(source, formats=formats) as image:
                if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
                    params = {"name": name, "width": image.width, "height": image.height, "most": MOST_PIXELS // 10**6}
                    raise Invalid([Problem("file.pixels", params=params)])
                if getattr(image, "n_frames", 1) > 1:
                    raise Invalid([Problem("file.animated", params={"name": name})])
                yield image
    except (Invalid, MemoryError):
        raise
    except Exception as error:
        raise Invalid([Problem("file.damaged", params={"name": name})]) from error  # decoders fail in a dozen ways


def remade(path: Path, type: str, name: str) -> tuple[int, int]:
    """Write the image at `path` anew as (width, height): turned upright, without places, makers, scripts or tails."""
    form = FORMATS[type]
    with _opened(path, (form,), name) as image:
        image.load()
        tables = getattr(image, "quantization", None)
        upright = ImageOps.exif_transpose(image)
        plain = upright if upright.mode in _MODES else upright.convert("RGB")
        clean = plain.copy()
        clean.info = {"transparency": plain.info["transparency"]} if "transparency" in plain.info else {}
        out = io.BytesIO()
        if form == "JPEG":
            jpeg = clean if clean.mode in ("L", "RGB") else clean.convert("RGB")
            # The picture's own tables again: nothing is lost twice.
            jpeg.save(out, form, qtables=tables) if tables and len(tables) <= 4 else jpeg.save(out, form, quality=92)
        else:
            clean.save(out, form, **({"lossless": True} if form == "WEBP" else {"optimize": False}))
    path.write_bytes(out.getvalue())
    return clean.size


def thumbnail(content: BinaryIO, name: str) -> bytes:
    """A small JPEG of an image of ours, on white."""
    with _opened(content, tuple(FORMATS.values()), name) as image:
        image.draft("RGB", (THUMBNAIL, THUMBNAIL))
        image.thumbnail((THUMBNAIL, THUMBNAIL))
        small = image.convert("RGBA")
        ground = Image.new("RGBA", small.size, "white")
        ground.alpha_composite(small)
        out = io.BytesIO()
        ground.convert("RGB").save(out, "JPEG", quality=82)
    return out.getvalue()
