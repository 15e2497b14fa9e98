"""What follows a row in an order."""

from typing import Any

from sqlalchemy import BindParameter, Column, and_, false, or_, true

from moniqo.adapters.persistence.sql.dialect import Where


class Key:
    """One field of an order and its value in the row last seen, None for null (the lowest)."""

    def __init__(
        self,
        column: Column[Any],
        seen: BindParameter[Any] | None,
        *,
        descending: bool,
    ) -> None:
        self._column, self._seen, self._descending = column, seen, descending

    def same(self) -> Where:
        """Equal."""
        return self._column.is_(None) if self._seen is None else self._column == self._seen

    def further(self) -> Where:
        """Further on in the order."""
        if self._seen is None:
            return false() if self._descending else self._column.is_not(None)
        if not self._descending:
            return self._column > self._seen
        return self._or_null(self._column < self._seen)

    def same_or_further(self) -> Where:
        """Either, as one comparison."""
        if self._seen is None:
            return self._column.is_(None) if self._descending else true()
        if not self._descending:
            return self._column >= self._seen
        return self._or_null(self._column <= self._seen)

    def _or_null(self, below: Where) -> Where:
        return or_(below, self._column.is_(None)) if self._column.nullable else below


def beyond(keys: list[Key]) -> list[Where]:
    """Rows that follow: equal in the first fields and further on in the next.

    The bound on the first field alone says nothing new and lets an index find the place.
    """
    steps = [
        and_(*(key.same() for key in keys[:at]), keys[at].further()) for at in range(len(keys))
    ]
    return [keys[0].same_or_further(), or_(*steps)]
