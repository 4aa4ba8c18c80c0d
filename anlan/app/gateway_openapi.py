"""The gateway's HTTP door in the published OpenAPI document, from the types that the door itself reads and writes.

The web process describes its own routes; this one is served by the process `gateway`.
"""

from typing import Any

import msgspec

from anlan.adapters.mqtt.const import MESSAGE_BYTES_MAX, ROWS_MAX
from anlan.adapters.mqtt.message import JsonMessage, PackedMessage
from anlan.app.gateway_http import PATH, REFUSALS, USER_HEADER, Answer

#: The types' names are short in their modules; the document has one room for all.
_NAMED = "Observed"
_REF = f"#/components/schemas/{_NAMED}{{name}}"
#: What msgspec says of bytes is true in JSON only; in msgpack they stand raw.
_BASE64 = {"type": "string", "contentEncoding": "base64"}
_RAW = {"type": "string", "contentMediaType": "application/octet-stream"}
_ONE_OF_THEM = [{"required": ["rows"]}, {"required": ["columns"]}]


def with_gateway(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document of the web process with the gateway's operation beside its own."""
    (json, packed, answer), shapes = msgspec.json.schema_components(
        (JsonMessage, PackedMessage, Answer), ref_template=_REF
    )
    named = {f"{_NAMED}{name}": _raw(shape) for name, shape in shapes.items()}
    parts = document["components"]
    if twice := named.keys() & parts["schemas"].keys():
        raise ValueError(f"two shapes bear one name: {sorted(twice)}")
    components = parts | {
        "schemas": parts["schemas"] | named,
        "securitySchemes": parts["securitySchemes"] | _SECURITY,
    }
    paths = document["paths"] | {PATH: {"post": _operation(json, packed, answer)}}
    return document | {"paths": paths, "components": components}


_SECURITY = {
    "GatewaySignature": {
        "type": "apiKey",
        "in": "header",
        "name": USER_HEADER,
        "description": "`<firm>.<gateway>`; the body ends with a line feed and the 64 hexadecimal digits of "
        "its HMAC-SHA256 by the gateway's key.",
    },
    "GatewayCertificate": {
        "type": "mutualTLS",
        "description": f"A certificate with the subject `CN=<firm>.<gateway>`, the same in `{USER_HEADER}`; the "
        "signature may be left out.",
    },
}


def _operation(json: Any, packed: Any, answer: Any) -> dict[str, Any]:
    refusal = {"$ref": "#/components/responses/Refusal"}
    return {
        "operationId": "gateway_observations",
        "summary": "Send readings",
        "description": "Served by the process `gateway`, not by `serve`; the same message as over MQTT "
        "(docs/protocol/observations.md). 202 says that the readings are on disk.",
        "tags": ["gateway"],
        "x-served-by": "gateway",
        "security": [{name: []} for name in _SECURITY],
        "requestBody": {
            "required": True,
            "description": f"At most {ROWS_MAX} readings and, with the signature, {MESSAGE_BYTES_MAX} bytes. "
            "The first byte tells JSON from msgpack, no header is asked. A row that is not of this form is "
            "refused alone.",
            "content": {
                "application/json": {"schema": {"allOf": [json], "oneOf": _ONE_OF_THEM}},
                "application/msgpack": {"schema": {"allOf": [packed], "oneOf": _ONE_OF_THEM}},
            },
        },
        "responses": {
            "202": {
                "description": "The readings are on disk, save the rows that are named.",
                "content": {"application/json": {"schema": answer}},
            },
            **{str(one): refusal for one in sorted({error.status for error in REFUSALS})},
            "default": refusal,
        },
    }


def _raw(shape: Any) -> Any:
    """Return a shape with bytes as msgpack has them."""
    if shape == _BASE64:
        return _RAW
    if isinstance(shape, dict):
        return {name: _raw(part) for name, part in shape.items()}
    return [_raw(part) for part in shape] if isinstance(shape, list) else shape
