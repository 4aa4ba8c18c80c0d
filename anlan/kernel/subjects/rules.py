"""Attributes of a subject are checked against the JSON schema of its kind; no database."""

import re
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError


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
    return errors_of(validator(schema), attributes)


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """Return what holds attributes against a schema, made once for many rows."""
    return Draft202012Validator(schema)


def errors_of(by: Draft202012Validator, attributes: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what `attribute_errors` does, by a validator that stands."""
    return [
        {"field": ".".join(map(str, error.absolute_path)) or "attributes", "error": error.message}
        for error in by.iter_errors(attributes)
    ]


#: What a schema that people file may say, of itself and of each attribute: what the pages can show and
#: a form can ask for. No `$ref`, which a validator would fetch, and no `pattern`, which it may never
#: come back from.
_OF_A_SCHEMA = {"type", "properties", "required", "additionalProperties", "title", "title_en"}
_OF_AN_ATTRIBUTE = {
    "type", "title", "title_en", "description", "unit", "enum", "enum_en", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
}  # fmt: skip
_TYPES = {"string", "number", "integer", "boolean"}
_KEY = re.compile(r"[a-z][a-z0-9_]{0,47}")


def not_plain(schema: Mapping[str, Any]) -> str | None:
    """Return the first thing in a schema that people may not file, or nothing."""
    if unknown := sorted(schema.keys() - _OF_A_SCHEMA):
        return str(unknown[0])
    properties = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(properties, Mapping):
        return "type"
    for key, one in properties.items():
        if not _KEY.fullmatch(key) or not isinstance(one, Mapping):
            return str(key)
        if unknown := sorted(one.keys() - _OF_AN_ATTRIBUTE):
            return f"{key}.{unknown[0]}"
        if one.get("type") not in _TYPES:
            return f"{key}.type"
    return None
