"""The table of who gets which answer where; every route must stand in it."""

import csv
from pathlib import Path

from moniqo.entrypoints.http.openapi.example_values import IDENTITY

MATRIX = Path(__file__).parents[1] / "http" / "access_matrix.csv"
MATRIX_ROLES = ("User", "Moderator", "Admin", "Superadmin")
ENDING = ("POST /api/v1/auth/logout", "POST /api/v1/auth/logout-all", "DELETE /api/v1/users/me")
"""Routes after which the caller needs a new session."""


def rows() -> dict[str, dict[str, str]]:
    """The table by route."""
    with MATRIX.open(newline="") as file:
        return {row.pop("route"): row for row in csv.DictReader(file)}


def path_of(template: str) -> str:
    """The path with ids that name nothing."""
    parts = template.split("/")
    return "/".join(IDENTITY if part.startswith("{") else part for part in parts)
