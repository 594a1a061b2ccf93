"""Pictures from outside: whatever is sent is drawn anew, so that nothing but a picture is ever kept."""

import io
import warnings
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import TooLarge, Unprocessable

LONGEST_PX, MOST_PIXELS, MOST_BYTES = 2048, 50_000_000, 20_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


def redraw(body: bytes) -> tuple[bytes, int, int]:
    """Return a photograph as a fresh JPEG of at most 2,048 pixels a side, with its width and height."""
    if len(body) > MOST_BYTES:
        raise TooLarge(_("A photograph may have at most 20 MB."))
    picture = opened(body, FORMATS, LONGEST_PX)
    if picture is None:
        raise Unprocessable(
            _("This file is no photograph."), fields={"photo": _("Send a JPEG, PNG or WebP picture.")}
        )
    return as_jpeg(picture, LONGEST_PX)


def opened(body: bytes, formats: Sequence[str], side: int) -> Any | None:
    """Return a picture upright on white without its hidden data, to be drawn at most `side` pixels long.

    None where the bytes are no picture of these formats; a damaged or too large one is refused.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # What Pillow warns of as a bomb is measured here by a limit of our own.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            found = Image.open(io.BytesIO(body), formats=tuple(formats))
        if found.width * found.height > MOST_PIXELS:
            raise TooLarge(_("A photograph may have at most 50 megapixels."))
        found.draft("RGB", (side, side))
        upright = ImageOps.exif_transpose(found).convert("RGBA")
        upright.thumbnail((side, side))
    except UnidentifiedImageError:
        return None
    except Image.DecompressionBombError as error:
        raise TooLarge(_("A photograph may have at most 50 megapixels.")) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Unprocessable(
            _("The picture is damaged."), fields={"photo": _("Send a JPEG, PNG or WebP picture.")}
        ) from error
    white = Image.new("RGB", upright.size, "white")
    white.paste(upright, mask=upright.getchannel("A"))
    return white


def as_jpeg(picture: Any, side: int) -> tuple[bytes, int, int]:
    """Return a picture as JPEG of at most `side` pixels a side, with its width and height."""
    smaller = picture.copy()
    smaller.thumbnail((side, side))
    out = io.BytesIO()
    smaller.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue(), smaller.width, smaller.height
