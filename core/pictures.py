"""Pictures from outside: whatever is sent is drawn anew, so that nothing but a picture is ever kept."""

import io

from django.utils.translation import gettext_lazy as _

from core.errors import TooLarge, Unprocessable

LONGEST_PX, MOST_PIXELS, MOST_BYTES = 2048, 50_000_000, 20_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


def redraw(body: bytes) -> tuple[bytes, int, int]:
    """Return a picture as a fresh JPEG of at most 2,048 pixels a side, upright, without its hidden data."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(body) > MOST_BYTES:
        raise TooLarge(_("A photograph may have at most 20 MB."))
    try:
        with Image.open(io.BytesIO(body), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise TooLarge(_("A photograph may have at most 50 megapixels."))
            picture.draft("RGB", (LONGEST_PX, LONGEST_PX))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.thumbnail((LONGEST_PX, LONGEST_PX))
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=82, optimize=True)
            return out.getvalue(), upright.width, upright.height
    except Image.DecompressionBombError as error:
        raise TooLarge(_("A photograph may have at most 50 megapixels.")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Unprocessable(
            _("This file is no photograph."), fields={"photo": _("Send a JPEG, PNG or WebP picture.")}
        ) from error
