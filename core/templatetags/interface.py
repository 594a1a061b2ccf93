"""What templates need to draw the interface: icons, language links, the theme."""

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info

register = template.Library()
# Icons that point along the line of reading and so turn round in Arabic.
ALONG = frozenset(
    [
        "chevron-left",
        "chevron-right",
        "arrow-left",
        "arrow-right",
        "log-in",
        "log-out",
        "undo-2",
        "redo-2",
        "list",
        "external-link",
        "panel-left-close",
        "panel-left-open",
        "panel-right-close",
        "panel-right-open",
        "send",
        "history",
    ]
)
THEMES = ("light", "dark")


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """Draw the named icon of the sprite; decoration, unless a label makes it speak."""
    classes = " ".join(filter(None, ("icon", "along" if name in ALONG else "", css)))
    link = f"{static('dist/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            classes,
            label,
            link,
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, link)


@register.simple_tag(takes_context=True)
def language_url(context: template.Context, code: str) -> str:
    """Return this page's address in another language."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return f"?lang={code}"
    query = request.GET.copy()
    query["lang"] = code
    return f"?{query.urlencode()}"


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Return each language's code and its own name for itself."""
    return [(code, str(name)) for code, name in settings.LANGUAGES]


@register.simple_tag
def strings_url() -> str:
    """Return the address of the script with the page's strings in the active language."""
    return static(f"dist/strings/{(get_language() or 'ar')[:2]}.js")


@register.simple_tag
def direction() -> str:
    """Return `rtl` or `ltr` for the active language."""
    return "rtl" if get_language_info(get_language() or "ar")["bidi"] else "ltr"


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """Return the theme the user chose (`light` or `dark`), or nothing to follow the system."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in THEMES else ""


@register.filter
def grouped(value: object, decimals: int = 0) -> str:
    """Return a number with its thousands apart, in Latin digits; nothing for nothing."""
    return "" if value in (None, "") else f"{float(str(value)):,.{decimals}f}"
