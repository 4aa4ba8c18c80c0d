"""Every body of a request is refused where it says what its route does not know: nothing is ignored in silence."""

from collections.abc import Iterator
from typing import Any

from ninja import NinjaAPI, Router, Schema

from anlan.app.routes import api
from anlan.kernel.base.body import Body

Shape = dict[str, Any]


def bodies(of: NinjaAPI) -> Iterator[tuple[str, Shape, Shape]]:
    """Yield ("POST /path", the shape of its body, all named shapes) of every route that takes one.

    Of forms with a file ninja takes the named parts alone.
    """
    document = of.get_openapi_schema(path_prefix="/api/v1/")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            media = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if media is not None:
                yield f"{method.upper()} {path}", media["schema"], document["components"]["schemas"]


def lenient(shape: Shape, named: Shape, inside: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the names of the shapes below one that let unknown fields pass."""
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        if name not in inside:
            yield from lenient(named[name], named, inside | {name})
        return
    if "properties" in shape and shape.get("additionalProperties") is not False:
        yield shape.get("title", "?")
    parts = [
        *shape.get("properties", {}).values(),
        *[shape[key] for key in ("items",) if key in shape],
    ]
    parts += [one for key in ("anyOf", "oneOf", "allOf") for one in shape.get(key, [])]
    for part in parts:
        yield from lenient(part, named, inside)


def ignoring(of: NinjaAPI) -> dict[str, set[str]]:
    """Return the routes whose bodies ignore what they do not know, with the shapes that do."""
    found = {name: set(lenient(shape, named)) for name, shape, named in bodies(of)}
    return {name: shapes for name, shapes in found.items() if shapes}


def test_every_body_refuses_what_it_does_not_know() -> None:
    assert len(list(bodies(api))) > 50
    assert ignoring(api) == {}


def test_a_planted_body_that_ignores_is_caught_also_below_another() -> None:
    class Loose(Schema):
        name: str

    class Strict(Body):
        inner: list[Loose] = []

    spoilt, router = NinjaAPI(urls_namespace="spoilt-bodies"), Router()

    @router.post("/loose")
    def loose(request: object, said: Loose) -> None: ...

    @router.post("/strict")
    def strict(request: object, said: Strict) -> None: ...

    spoilt.add_router("/planted", router)
    assert list(ignoring(spoilt).values()) == [{"Loose"}, {"Loose"}]
