"""What rows name: sites, gateways, subjects, tags, each looked up once while a workbook is entered.

Only what was found is remembered, so a row finds what a row before it has made.
"""

from anlan.app.register.sheets import Row
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.sensing.models import Datastream, Device, Gateway, Limit
from anlan.kernel.sensing.models import ObservedProperty as Property
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.models import Subject


class Known:
    """The register as one import sees it."""

    def __init__(self) -> None:
        self._sites: dict[str, Subject] = {}
        self._subjects: dict[tuple[str, str], Subject] = {}
        self._gateways: dict[tuple[str, str], Gateway] = {}
        self._devices: dict[tuple[str, str], Device] = {}
        self._properties: dict[str, Property] = {}
        self._streams: dict[tuple[str, str], Datastream] = {}
        self._loaded: set[str] = set()
        self._limits: dict[str, dict[tuple[str, str], Limit]] = {}
        #: The gateways that this import has registered itself: their credentials are told, and no others.
        self.registered: list[Gateway] = []

    def site(self, row: Row, column: str = "site") -> Subject:
        """Return the site that a row names. Raises InvalidError when there is none in reach."""
        code = row.of(column)
        if code not in self._sites:
            rows = Subject.objects.filter(kind__code=subjects.SITE_KIND, code=code)
            if (found := rows.select_related("kind").first()) is None:
                raise InvalidError(
                    f"没有登记厂区 {code}，或不在您的范围内", code="register.unknown_site"
                )
            self._sites[code] = found
        return self._sites[code]

    def subject_at(self, site: Subject, code: str) -> Subject | None:
        """Return what stands at a site under a code, the site itself included."""
        key = site.id, code
        if key not in self._subjects:
            rows = Subject.objects.filter(site=site.id, code=code)
            if (found := rows.select_related("kind").first()) is None:
                return None
            self._subjects[key] = found
        return self._subjects[key]

    def subject(self, row: Row, column: str = "subject") -> Subject:
        """Return the subject that a row names. Raises InvalidError when there is none."""
        at, code = self.site(row), row.of(column)
        if (found := self.subject_at(at, code)) is None:
            raise InvalidError(
                f"厂区 {at.code} 没有登记对象 {code}", code="register.unknown_subject"
            )
        return found

    def gateway_at(self, site: Subject, code: str) -> Gateway | None:
        """Return the gateway of a site under a code."""
        key = site.code, code
        if key not in self._gateways:
            found = Gateway.objects.filter(firm_code=site.code, code=code).first()
            if found is None:
                return None
            self._gateways[key] = found
        return self._gateways[key]

    def gateway(self, row: Row) -> Gateway:
        """Return the gateway that a row names. Raises InvalidError when there is none."""
        at, code = self.site(row), row.of("gateway")
        if (found := self.gateway_at(at, code)) is None:
            raise InvalidError(
                f"厂区 {at.code} 没有登记网关 {code}", code="register.unknown_gateway"
            )
        return found

    def device_behind(self, gateway: Gateway, name: str) -> Device | None:
        """Return the instrument of this name behind a gateway."""
        key = gateway.id, name
        if key not in self._devices:
            found = Device.objects.filter(gateway=gateway, name=name).first()
            if found is None:
                return None
            self._devices[key] = found
        return self._devices[key]

    def device(self, row: Row, gateway: Gateway) -> Device | None:
        """Return the instrument that a row names, None where it names none."""
        if not (name := row.of("device")):
            return None
        if (found := self.device_behind(gateway, name)) is None:
            raise InvalidError(
                f"网关 {gateway.code} 后没有登记设备 {name}", code="register.unknown_device"
            )
        return found

    def observed(self, row: Row) -> Property:
        """Return the observed property that a row names. Raises InvalidError when there is none."""
        code = row.of("property")
        if code not in self._properties:
            if (found := Property.objects.filter(code=code).first()) is None:
                raise InvalidError(f"没有监测指标 {code}", code="register.unknown_property")
            self._properties[code] = found
        return self._properties[code]

    def stream_behind(self, gateway: Gateway, tag: str) -> Datastream | None:
        """Return the datastream that a gateway sends under a tag today."""
        key = gateway.id, tag
        rows = Datastream.objects.filter(gateway=gateway, retired_at=None).select_related(
            "device", "observed_property"
        )
        if gateway.id not in self._loaded:
            self._loaded.add(gateway.id)
            self._streams |= {(gateway.id, one.tag): one for one in rows}
        elif key not in self._streams and (found := rows.filter(tag=tag).first()) is not None:
            self._streams[key] = found
        return self._streams.get(key)

    def standing(self, gateway: Gateway, stream: Datastream, condition: str) -> Limit | None:
        """Return the limit of a kind that stands on a datastream, as this import found it."""
        if gateway.id not in self._limits:
            rows = Limit.objects.filter(datastream__gateway=gateway, superseded_at=None)
            self._limits[gateway.id] = {(one.datastream_id, one.condition): one for one in rows}
        return self._limits[gateway.id].get((stream.id, condition))

    def filed(self, gateway: Gateway, limit: Limit) -> None:
        """Remember a limit that a row has filed: a later row for the same kind is held against it."""
        self._limits[gateway.id][limit.datastream_id, limit.condition] = limit

    def changed(self, row: Gateway | Device | Datastream) -> None:
        """Remember what stands behind a gateway as a row of the workbook has left it."""
        for kept in (self._gateways, self._devices, self._streams):
            for key, one in kept.items():
                if one.id == row.id:
                    kept[key] = row  # type: ignore[assignment]  # an id is of one kind only

    def renew(self, subject: Subject) -> None:
        """Remember a subject as a row has left it."""
        for key, one in self._subjects.items():
            if one.id == subject.id:
                self._subjects[key] = subject
        for code, one in self._sites.items():
            if one.id == subject.id:
                self._sites[code] = subject
