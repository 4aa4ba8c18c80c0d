"""JSON shapes of screens."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from anlan.kernel.base.body import Body
from anlan.kernel.people.schemas import NO_NUL

Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}$")]
LayerKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,48}$")]
#: Milliseconds since 1970, until the year 3000.
Moment = Annotated[int, Field(ge=0, le=32_503_680_000_000)]


class ScreenOut(Schema):
    """A screen and who leads it."""

    id: str
    version: int
    name: str
    owner: str
    owner_name: str
    driver: str
    driver_name: str
    led_since: datetime | None
    led_until: datetime | None


class MyScreens(Schema):
    """What this session is to screens: the screen that it is, while it is led, and those that it leads."""

    following: ScreenOut | None
    leading: list[ScreenOut]


class ScreenCode(Schema):
    """A code to be typed at the desk, and until when it is good."""

    code: str
    code_until: datetime


class ScreenCodeBody(Body):
    """What was typed."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=NO_NUL)]


class ShownView(Body):
    """Where the map looks: degrees of WGS-84, zoom of Web Mercator, degrees clockwise from north."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    zoom: Annotated[float, Field(ge=0, le=24)]
    bearing: Annotated[float, Field(ge=-360, le=360)] = 0


class ShownLayer(Body):
    """How one layer stands."""

    key: LayerKey
    is_visible: bool
    opacity: Annotated[float, Field(ge=0, le=1)] = 1


Layers = Annotated[list[ShownLayer], Field(max_length=200)]


class ShownSpan(Body):
    """A stretch of the past and the moment of it that is shown, in ms."""

    start: Moment
    end: Moment
    at: Moment


class ShownBeside(Body):
    """The right half of a split map: its moment (null is the present), the left one's percent, its layers."""

    at: Moment | None
    share: Annotated[int, Field(ge=0, le=100)]
    layers: Layers


class ScreenShown(Body):
    """What a screen is to show: ids and addresses, no data. It asks for the data itself, as who it is."""

    subject: Id | None = None
    view: ShownView | None = None
    layers: Layers = []
    played: ShownSpan | None = None
    beside: ShownBeside | None = None


class ScreensTold(Schema):
    """How many screens were told."""

    screens: int
