"""The documentation pages: Swagger UI from our own copies of its files, nothing from elsewhere."""

from moniqo.entrypoints.http.docs.pages import StaticPage, documentation

__all__ = ["StaticPage", "documentation"]
