"""The API: every slice's routes under /api/v1, problem+json for every refusal."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from anlan.app import refused
from anlan.kernel.base.errors import (
    DomainError,
    InvalidError,
    NotSignedInError,
    UnavailableError,
)

log = logging.getLogger("anlan.serve")

PROBLEM = "application/problem+json"
#: Every refusal has this shape (RFC 9457); what else it says depends on `code`.
REFUSAL = {
    "description": "A refusal: its stable code, a sentence for people, facts for programs.",
    "content": {
        PROBLEM: {
            "schema": {
                "type": "object",
                "required": ["type", "code", "title", "title_en", "status"],
                "properties": {
                    "type": {"type": "string"},
                    "code": {"type": "string"},
                    "title": {"type": "string"},
                    "title_en": {"type": "string"},
                    "status": {"type": "integer"},
                },
                "additionalProperties": True,
            }
        }
    },
}


class AnlanAPI(NinjaAPI):
    """NinjaAPI whose answers carry the object's version as ETag, and whose refusals are described."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Add to every operation what a refusal looks like."""
        document = super().get_openapi_schema(**kwargs)
        document["components"]["responses"] = {"Refusal": REFUSAL}
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = {"$ref": "#/components/responses/Refusal"}
        return document

    def create_response(self, request: HttpRequest, data: Any, **kwargs: Any) -> HttpResponse:
        """Add `ETag: "<version>"` to an answer that is one versioned object."""
        answer = super().create_response(request, data, **kwargs)
        if isinstance(data, dict) and "version" in data and "id" in data:
            answer["ETag"] = f'"{data["version"]}"'
        answer["Cache-Control"] = "no-store"
        return answer


api = AnlanAPI(
    title="Anlan 安澜",
    version="1",
    description="Everything the web application does goes through here.",
    docs_url=None,
)


def _problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    answer = api.create_response(request, error.problem(), status=error.status)
    answer["Content-Type"] = PROBLEM
    if (pause := error.facts.get("retry_after_s")) is not None:
        answer["Retry-After"] = str(pause)
    return answer


@api.exception_handler(DomainError)
def on_domain_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer a refusal of ours; one by right or reach is in the journal before it is answered."""
    refusal = error if isinstance(error, DomainError) else InvalidError(str(error))
    refused.keep(request, refusal)
    return _problem(request, refusal)


@api.exception_handler(AuthenticationError)
def on_authentication_error(request: HttpRequest, _error: Exception) -> HttpResponse:
    """Answer somebody who is not signed in."""
    return _problem(request, NotSignedInError("请先登录"))


@api.exception_handler(ValidationError)
def on_validation_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer a body or query of the wrong shape, field by field; one too many is named first of all."""
    found = error.errors if isinstance(error, ValidationError) else []
    fields = [
        {
            "field": ".".join(str(part) for part in one["loc"][1:]),
            "error": one["msg"],
            "kind": one["type"],
            "bound": _bound(one.get("ctx", {})),
        }
        for one in found
    ]
    strange = [one["field"] for one in fields if one["kind"] == "extra_forbidden"]
    if strange:
        said = f"请求中有不认识的字段：{'、'.join(strange)}"
        refusal = InvalidError(said, code="base.strange_field", fields=strange, errors=fields)
    else:
        refusal = InvalidError("输入有误", errors=fields)
    return _problem(request, refusal)


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def on_database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer that the database does not; whoever asks may ask again."""
    log.warning("the database did not answer %s: %s", request.path, error)
    answer = _problem(request, UnavailableError("数据库暂时没有应答", code="base.database_away"))
    answer["Retry-After"] = "5"
    return answer


def _bound(context: dict[str, Any]) -> float | int | str | None:
    """Return what a value was held against: the least, the most, the length."""
    values = [one for one in context.values() if isinstance(one, (int, float, str))]
    return values[0] if values else None


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer what ninja itself refuses (a body that is not JSON, a failed CSRF check)."""
    status = error.status_code if isinstance(error, HttpError) else 400
    refusal = DomainError(str(error), code="base.bad_request")
    refusal.status = status
    return _problem(request, refusal)
