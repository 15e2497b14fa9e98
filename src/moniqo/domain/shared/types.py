"""Types that several contexts use."""

from collections.abc import Mapping
from typing import NewType

JsonObject = NewType("JsonObject", Mapping[str, object])
"""A free object: text, 64-bit integers, finite numbers, booleans, null, lists, objects."""
