"""The OpenAPI 3.1 description, made from the routes and the annotations they are served by."""

from moniqo.entrypoints.http.openapi.document import openapi_document, openapi_text

__all__ = ["openapi_document", "openapi_text"]
