"""Tells the OpenAPI document how calls are opened."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


# Both: the library registers its extensions by a method without types.
class PersonalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Personal tokens."""

    target_class = "c360.tokens.calls.PersonalTokenAuthentication"
    name = "personalToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "c360_pat_…, of a person"}


class SourceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tokens of sources."""

    target_class = "profiles.tokens.SourceTokenAuthentication"
    name = "sourceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "c360_…, of a source"}
