"""Attributes of a subject are checked against the JSON schema of its kind; no database."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

#: Matters of supervision (监管事项), as the sections of a bureau are named; a kind may name others.
MATTERS = {
    "hazchem": "危险化学品",
    "mining": "矿山",
    "industry": "工贸",
    "flood": "防汛抗旱",
    "forest_fire": "森林草原防火",
}


def schema_error(schema: Mapping[str, Any]) -> str | None:
    """Return why a kind's schema is no JSON schema (draft 2020-12), or nothing."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return error.message
    return None


def attribute_errors(
    schema: Mapping[str, Any], attributes: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Return every attribute that breaks the schema, as {"field", "error"}."""
    found = Draft202012Validator(schema).iter_errors(attributes)
    return [
        {"field": ".".join(map(str, error.absolute_path)) or "attributes", "error": error.message}
        for error in found
    ]
