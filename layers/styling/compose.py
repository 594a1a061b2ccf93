"""From a recipe to the map layers of docs/styles.md."""

from collections.abc import Mapping, Sequence
from typing import Any

from layers.styling import ramps
from layers.styling.recipe import Label, Method, Recipe

Layer = dict[str, Any]
HALO = "#ffffff"
DASHES = {"dashed": [7, 3], "dotted": [1.5, 3], "long": [14, 4]}


def compose(recipe: Recipe, geometry_type: str) -> list[Layer]:
    """Return the map layers; the first one's metadata keeps the recipe, so that it can be edited again."""
    layers = [*_shapes(recipe, geometry_type), *(_label(one) for one in recipe.labels)]
    scaled = [_in_scale(layer, recipe) for layer in layers]
    first = scaled[0]
    first["metadata"] = {**first.get("metadata", {}), "gis:recipe": recipe.as_dict()}
    return scaled


def is_area(geometry_type: str) -> bool:
    """Say whether shapes of this type can be filled."""
    return "Polygon" in geometry_type or geometry_type == "Geometry"


def is_point(geometry_type: str) -> bool:
    """Say whether shapes of this type are places."""
    return "Point" in geometry_type


def _shapes(recipe: Recipe, geometry_type: str) -> list[Layer]:
    if recipe.method == Method.HEAT:
        return [_heat(recipe), {**_point(recipe), "minzoom": recipe.until_zoom}]
    if recipe.method == Method.CLUSTERS:
        return [_cluster(recipe), {**_point(recipe), "minzoom": recipe.until_zoom}]
    if is_area(geometry_type):
        return _area(recipe)
    return [_point(recipe) if is_point(geometry_type) else _line(recipe)]


def _area(recipe: Recipe) -> list[Layer]:
    paint: dict[str, Any] = {"fill-color": _colour(recipe), "fill-opacity": recipe.opacity}
    layers: list[Layer] = [{"type": "fill", "paint": paint, **_worded(recipe)}]
    if recipe.pattern:
        hatched = {"fill-pattern": recipe.pattern, "gis:pattern-color": recipe.outline}
        layers.append({"type": "fill", "paint": hatched})
    if recipe.width > 0:
        layers.append(
            {
                "type": "line",
                "paint": {"line-color": recipe.outline, "line-width": recipe.width, **_dash(recipe)},
            }
        )
    return layers


def _line(recipe: Recipe) -> Layer:
    width = _sized(recipe) if recipe.method == Method.SIZE else recipe.width
    paint = {
        "line-color": _colour(recipe),
        "line-width": width,
        "line-opacity": recipe.opacity,
        **_dash(recipe),
    }
    return {"type": "line", "paint": paint, **_worded(recipe)}


def _point(recipe: Recipe) -> Layer:
    size = _sized(recipe) if recipe.method == Method.SIZE else recipe.size
    if recipe.icon and recipe.method != Method.SIZE:
        layout = {"icon-image": recipe.icon, "icon-size": recipe.size * 2 + 6}
        paint = {"icon-color": _colour(recipe), "icon-halo-color": HALO}
        return {"type": "symbol", "layout": layout, "paint": paint, **_worded(recipe)}
    paint = {
        "circle-color": _colour(recipe),
        "circle-radius": size,
        "circle-opacity": recipe.opacity,
        "circle-stroke-color": recipe.outline,
        "circle-stroke-width": recipe.width,
    }
    return {"type": "circle", "paint": paint, **_worded(recipe)}


def _heat(recipe: Recipe) -> Layer:
    colours = ramps.ramp(recipe.ramp, 5)
    stops = [part for at, colour in enumerate(colours, 1) for part in (at / 5, colour)]
    paint: dict[str, Any] = {
        "heatmap-radius": recipe.radius,
        "heatmap-opacity": recipe.opacity,
        "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, "rgba(255,255,255,0)", *stops],
    }
    if recipe.field:
        paint["heatmap-weight"] = ["get", recipe.field]
    return {"type": "heatmap", "maxzoom": recipe.until_zoom, "paint": paint}


def _cluster(recipe: Recipe) -> Layer:
    paint = {
        "circle-color": recipe.colour,
        "circle-radius": 14,
        "circle-opacity": 0.9,
        "circle-stroke-color": HALO,
        "circle-stroke-width": 2,
    }
    metadata = {"gis:cluster": {"radius": recipe.radius}}
    return {"type": "circle", "maxzoom": recipe.until_zoom, "paint": paint, "metadata": metadata}


def _colour(recipe: Recipe) -> Any:
    if recipe.method == Method.CATEGORIES and recipe.classes:
        pairs = [part for one in recipe.classes for part in (one.value, one.colour)]
        return ["match", ["get", recipe.field], *pairs, recipe.other]
    if recipe.method == Method.GRADUATED and recipe.classes:
        first, *others = recipe.classes
        stops = [part for one in others for part in (one.value, one.colour)]
        stepped = ["step", ["get", recipe.field], first.colour, *stops] if others else first.colour
        return ["case", ["has", recipe.field], stepped, recipe.other]
    return recipe.colour


def _sized(recipe: Recipe) -> Any:
    ends = [recipe.smallest, recipe.size, recipe.largest, recipe.size_to]
    return ["interpolate", ["linear"], ["get", recipe.field], *ends]


def _dash(recipe: Recipe) -> Mapping[str, Any]:
    return {"line-dasharray": ["literal", DASHES[recipe.dash]]} if recipe.dash else {}


def _worded(recipe: Recipe) -> Mapping[str, Any]:
    """Give the words of the classes to the legend, which reads the layer and nothing else."""
    if recipe.method not in (Method.CATEGORIES, Method.GRADUATED) or not any(
        one.label for one in recipe.classes
    ):
        return {}
    return {"metadata": {"gis:labels": [dict(one.label) for one in recipe.classes]}}


def _label(one: Label) -> Layer:
    layout: dict[str, Any] = {"text-field": _words(one), "text-size": one.size}
    if one.along:
        layout["symbol-placement"] = "line"
    if one.bold:
        layout["text-weight"] = 600
    paint = {"text-color": one.colour, "text-halo-color": HALO, "text-halo-width": 1.5}
    layer: Layer = {"type": "symbol", "layout": layout, "paint": paint}
    if one.from_zoom:
        layer["minzoom"] = one.from_zoom
    if one.only_field:
        layer["filter"] = [one.only_is, ["get", one.only_field], one.only_value]
    return layer


def _words(one: Label) -> Any:
    def asked(name: str) -> Any:
        return ["name"] if name == "*name" else ["get", name]

    if not one.also:
        return asked(one.text) if one.text == "*name" else ["to-string", asked(one.text)]
    return ["concat", asked(one.text), " · ", asked(one.also)]


def _in_scale(layer: Layer, recipe: Recipe) -> Layer:
    lowest = max(layer.get("minzoom", 0), recipe.min_zoom)
    highest = min(layer.get("maxzoom", 24), recipe.max_zoom)
    limits = {**({"minzoom": lowest} if lowest else {}), **({"maxzoom": highest} if highest < 24 else {})}
    return {**{name: value for name, value in layer.items() if name not in ("minzoom", "maxzoom")}, **limits}


def layers_of(style: Sequence[Mapping[str, Any]]) -> list[Layer]:
    """Return a style without what only the editor reads."""
    kept = []
    for layer in style:
        metadata = {
            name: value for name, value in (layer.get("metadata") or {}).items() if name != "gis:recipe"
        }
        bare = {name: value for name, value in layer.items() if name != "metadata"}
        kept.append({**bare, "metadata": metadata} if metadata else bare)
    return kept
