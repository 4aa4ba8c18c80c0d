"""HTTP of the demo: who takes part and what to try; nothing of it answers outside a demo."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Schema

from anlan.app.demo.cast import read_cast
from anlan.app.demo.plants import read_plants
from anlan.kernel.base.config import config
from anlan.kernel.base.doors import Door
from anlan.kernel.base.errors import NotFoundError

VIEW = "demo.cast.view"

door = Door("demo")
router = door.router


class CastMemberOut(Schema):
    """One part; links that sign in are shown on the terminal, never here."""

    name: str
    username: str
    post: str
    post_en: str
    organisation: str
    organisation_en: str
    try_: list[str] = Field(alias="try")
    try_en: list[str]


class CastOut(Schema):
    """The cast."""

    items: list[CastMemberOut]


@door.read("/cast", VIEW, response=CastOut, by_alias=True)
def cast(request: HttpRequest) -> dict[str, Any]:
    """Who takes part in the demo."""
    if not config().demo:
        raise NotFoundError("只有演示才有演员表", code="demo.not_a_demo")
    bureaus, parts = read_cast()
    names = {one.key: (one.name, one.name_en) for one in bureaus}
    names |= {plant.code: (plant.name, plant.name_en) for plant in read_plants()}
    items = []
    for part in (one for one in parts if one.on_page):
        organisation, organisation_en = names.get(part.organisation, ("", ""))
        items.append(
            {
                "name": part.name,
                "username": part.username,
                "post": part.title,
                "post_en": part.title_en,
                "organisation": organisation,
                "organisation_en": organisation_en,
                "try": [part.what_to_try],
                "try_en": [part.what_to_try_en],
            }
        )
    return {"items": items}
