"""The map of collection by district as one file that opens anywhere without a network.

Districts alone are on it: what one building owes is not for sharing.
"""

import re
from datetime import date
from typing import Any, cast

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from core.money import written
from core.text3 import Text3
from taxation import drawing, queries

LIBRARY = settings.BASE_DIR / "static" / "dist" / "offline"


def html(rows: list[dict[str, Any]], *, on: date) -> str:
    """Return the page: Leaflet and the districts' figures inside, no address of another host."""
    # Loaded here: a heavy import that only this page needs.
    import folium

    class Offline(folium.Map):
        """A map whose library is put into the page itself."""

        default_js = [("leaflet", "leaflet.js")]
        default_css = [("leaflet_css", "leaflet.css")]

    features = _features(rows)
    page = Offline(tiles=None, zoom_control=True, attribution_control=False)
    if features:
        layer = _layer(features)
        layer.add_to(page)
        page.fit_bounds(cast(Any, layer.get_bounds()))
    return _whole(page.get_root().render(), on)


def _layer(features: list[dict[str, Any]]) -> Any:
    import folium

    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=lambda one: {
            "fillColor": one["properties"]["fill"], "color": "#14222B", "weight": 1.2, "fillOpacity": 0.85,
        },
        tooltip=folium.GeoJsonTooltip(
            fields=["name", "billed", "collected", "rate", "arrears"],
            aliases=[_("District"), _("Billed"), _("Collected"), _("Rate of collection"), _("Arrears")],
        ),
    )  # fmt: skip


def _features(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    shaded = {shape["id"]: shape["fill"] for shape in drawing.districts(_arrears(rows))["shapes"]}
    by_district = {row["district_id"]: row for row in rows}
    found = []
    for shape in queries.rows("district_features", {}):
        row = by_district.get(shape["id"])
        code = row["currency"] if row else ""
        name = str(Text3(*(shape[f"name_{each}"] for each in ("ar", "en", "fr"))))
        told = {
            "name": escape(name),
            "fill": shaded.get(shape["id"], "#FFFFFF"),
            **{
                key: f"{written(row[key], code)} {code}" if row else "—"
                for key in ("billed", "collected", "arrears")
            },
            "rate": f"{row['rate']}%" if row else "—",
        }
        found.append({"type": "Feature", "geometry": shape["geometry"], "properties": told})
    return found


def _arrears(rows: list[dict[str, Any]]) -> dict[int, Any]:
    return {row["district_id"]: row["arrears"] for row in rows if row["district_id"] is not None}


def _whole(text: str, on: date) -> str:
    """Put the library into the page, and say in its language and direction what it shows."""
    script = (LIBRARY / "leaflet.js").read_text().replace("</script", "<\\/script")
    style = (LIBRARY / "leaflet.css").read_text()
    text = re.sub(r'<script src="leaflet.js"></script>', lambda _found: f"<script>{script}</script>", text)
    text = re.sub(
        r'<link rel="stylesheet" href="leaflet.css"/?>', lambda _found: f"<style>{style}</style>", text
    )
    language = (translation.get_language() or "ar")[:2]
    direction = "rtl" if translation.get_language_bidi() else "ltr"
    title = escape(f"{_('Collection by district')} · {on:%Y-%m-%d}")
    head = f'<title>{title}</title><meta name="robots" content="noindex">'
    bar = (
        f'<p style="position:absolute;inset-block-start:0;inset-inline-end:0;z-index:1000;margin:12px;padding:8px 12px;'
        f'background:#fff;border-radius:8px;font:600 15px system-ui" dir="{direction}">{title}</p>'
    )
    text = text.replace(
        "<!DOCTYPE html>\n<html>", f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">', 1
    )
    return text.replace("</head>", f"{head}</head>", 1).replace("<body>", f"<body>{bar}", 1)
