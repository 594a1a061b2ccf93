"""The PDF writer, loaded when it is first wanted: it is large, and most processes never draw a paper."""

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
