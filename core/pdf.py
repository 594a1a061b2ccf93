"""The PDF writer, loaded when it is first wanted: it is large, and most processes never draw a paper."""

import re
from types import ModuleType


def weasyprint() -> ModuleType:
    """Return WeasyPrint with its fonts and addresses."""
    import weasyprint
    import weasyprint.text.fonts
    import weasyprint.urls
    from PIL import ImageFile

    # WeasyPrint has Pillow take pictures that are cut off, in the whole process; people's pictures may not be.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return weasyprint


# What Unicode sets around a stretch whose direction is its own: left to right, or as its first letter says.
ISOLATES = {"ltr": "\u2066", "rtl": "\u2067", None: "\u2068"}
END_OF_ISOLATE = "\u2069"
_OPENING = re.compile(r'<bdi(?: [^>]*?dir="(ltr|rtl)")?[^>]*>')


def with_isolates(page: str) -> str:
    """Return a page in which every `bdi` stands between Unicode's marks: the writer does not know the element."""
    opened = _OPENING.sub(lambda found: found[0] + ISOLATES[found[1]], page)
    return opened.replace("</bdi>", f"{END_OF_ISOLATE}</bdi>")
