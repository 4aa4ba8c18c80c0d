"""JSON shapes of what is put up: gateways, instruments, properties, points of measurement."""

from ninja import Field, Schema

from anlan.kernel.base.body import Body


class GatewayIn(Body):
    """A gateway at a site; the site's code and this code are the two words of its topic."""

    site_id: str
    code: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=160)


class GatewayIssued(Schema):
    """A new gateway and what it signs in and signs with: shown here and never again."""

    id: str
    version: int
    user: str
    token: str
    hmac_key: str


class DeviceIn(Body):
    """An instrument at a subject, behind a gateway."""

    gateway_id: str
    subject_id: str
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=160)
    model: str = Field(default="", max_length=120)
    serial: str = Field(default="", max_length=80)


class GatewayPatch(Body):
    """What may be changed of a gateway; the words of its topic stay."""

    name: str | None = Field(default=None, min_length=1, max_length=120)
    name_en: str | None = Field(default=None, max_length=160)
    is_active: bool | None = None


class DevicePatch(GatewayPatch):
    """What may be changed of an instrument; where it stands stays."""

    model: str | None = Field(default=None, max_length=120)
    serial: str | None = Field(default=None, max_length=80)


class DatastreamPatch(Body):
    """What may be changed of a datastream."""

    name: str | None = Field(default=None, min_length=1, max_length=120)
    name_en: str | None = Field(default=None, max_length=160)


class PropertyIn(Body):
    """What can be measured, and its unit."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")
    title: str = Field(min_length=1, max_length=60)
    title_en: str = Field(default="", max_length=80)
    unit: str = Field(default="", max_length=24)


class DatastreamIn(Body):
    """A point of measurement; values are rounded to `resolution`, in the unit, at the door."""

    gateway_id: str
    subject_id: str
    property_code: str = Field(max_length=48)
    tag: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=160)
    unit: str = Field(default="", max_length=24)
    resolution: float | None = Field(default=None, gt=0)
    device_id: str | None = None


class MadeOut(Schema):
    """What was made; the lists show the rest."""

    id: str
    version: int
