"""The interface described: OpenAPI at `/api/schema/`, and the same to read at `/api/`."""

import functools
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from c360.described import Call, calls_of
from c360.http import StaffRequest
from c360.scopes import Scope
from c360.showing import shows_no_customer_data
from c360.tokens import openapi as _schemes  # noqa: F401  # importing registers them
from c360.tokens.calls import PersonView


def only_calls(endpoints: Iterable[Any], **kwargs: Any) -> list[Any]:
    """Keep to the calls of version 1."""
    return [each for each in endpoints if each[0].startswith("/api/v1/")]


@functools.cache
def schema() -> dict[str, Any]:
    """The OpenAPI document; made once, since it only changes with the code."""
    generator: Any = SchemaGenerator  # its methods carry no types
    found: dict[str, Any] = generator().get_schema(request=None, public=True)
    return found


@shows_no_customer_data
class SchemaView(PersonView):
    """The OpenAPI document as JSON, for anybody with a session or a token of any scope."""

    http_method_names = ["get"]
    scope = None

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(schema())


@shows_no_customer_data
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    """The calls to read, in the order a desk needs them."""
    calls: list[Call] = calls_of(schema())
    return render(request, "c360/api_docs.html", {"calls": calls, "scopes": list(Scope)})
