"""HTTP of the demo: who takes part and what to try; nothing of it answers outside a demo."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Schema

from anlan.adapters.message_channels.demo import received
from anlan.app.demo.cast import read_cast
from anlan.app.demo.plants import read_plants
from anlan.app.message_channels.served import received_folder
from anlan.kernel.base.config import config
from anlan.kernel.base.doors import Door
from anlan.kernel.base.errors import NotFoundError

VIEW = "demo.cast.view"
RECEIVED_MOST = 100

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


class ReceivedOut(Schema):
    """A message as its receiver sees it; nobody real has got it."""

    id: str
    channel: str
    look: Literal["sms", "voice", "mail", "wecom"]
    name: str
    address: str
    title: str
    text: str
    at: datetime


class AllReceivedOut(Schema):
    """What the demo's channels were given, the newest first."""

    items: list[ReceivedOut]


@door.read("/received", VIEW, response=AllReceivedOut)
def received_messages(request: HttpRequest) -> dict[str, Any]:
    """Every SMS, call, mail and group message of the demo, as its receiver would see it (演示接收端)."""
    if not config().demo:
        raise NotFoundError("只有演示才有接收端", code="demo.not_a_demo")
    found = received(received_folder(config()), RECEIVED_MOST)
    return {"items": [asdict(one) for one in found]}


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
