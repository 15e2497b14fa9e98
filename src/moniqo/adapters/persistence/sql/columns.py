"""Column types, each with one form per dialect. Values are converted before they get here."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Double, Integer, Numeric, Text, Uuid
from sqlalchemy import CheckConstraint as Check
from sqlalchemy import types as sql
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.engine import Dialect

from moniqo.domain.shared.rules import MAX_DIGITS, MAX_PLACES

POSTGRES, SQLITE = "postgresql", "sqlite"


class Portable(sql.TypeDecorator[Any]):
    """A type that is one thing in PostgreSQL and another in SQLite."""

    impl = Text
    cache_ok = True
    postgres: sql.TypeEngine[Any]
    sqlite: sql.TypeEngine[Any] = Text()

    def load_dialect_impl(self, dialect: Dialect) -> sql.TypeEngine[Any]:
        """The dialect's own form."""
        return self.postgres if dialect.name == POSTGRES else self.sqlite


class Id(Portable):
    """An identity; in SQLite its canonical text, which sorts alike."""

    cache_ok = True
    postgres = Uuid()


class Words(Portable):
    """Text in the order of its code points (of its bytes in UTF-8, which is the same)."""

    cache_ok = True
    postgres = Text(collation="C")


class Whole(Portable):
    """A 64-bit integer."""

    cache_ok = True
    postgres = BigInteger()
    sqlite = Integer()


class Flag(Portable):
    """True or false; in SQLite 1 or 0."""

    cache_ok = True
    postgres = Boolean()
    sqlite = Integer()


class Real(Portable):
    """A double."""

    cache_ok = True
    postgres = Double()
    sqlite = sql.REAL()


class Instant(Portable):
    """A point in time; in SQLite RFC 3339 in UTC with milliseconds, which sorts by time."""

    cache_ok = True
    postgres = TIMESTAMP(timezone=True)


class Exact(Portable):
    """A decimal of up to 34 digits; in SQLite text that sorts as the numbers do."""

    cache_ok = True
    postgres = Numeric()


class Document(Portable):
    """A nested value as JSON."""

    cache_ok = True
    postgres = JSONB()


def exact(column: str, name: str) -> Check:
    """The rule that keeps NaN, infinity and what would not fit out of an `Exact` column.

    SQLite's text form cannot say any of these.
    """
    most = 10 ** (MAX_DIGITS - MAX_PLACES)
    rule = f'abs("{column}") < {most} AND min_scale("{column}") <= {MAX_PLACES}'
    return Check(rule, name=name, info={"exact": column}).ddl_if(dialect=POSTGRES)
