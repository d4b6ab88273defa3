"""How tables are declared: as classes, in the words of SQLAlchemy's ORM, but of its Core alone.

Nothing here has a session or a mapped object: a class stands for its table, its attributes for the columns. The ORM's mappers
would cost each command 0.1 s as it starts, a quarter of a search. The type checker is shown the ORM's own declarations, which
say the type of each column, and of each row that a query gives.
"""

from typing import TYPE_CHECKING

__all__ = ["DeclarativeBase", "Mapped", "aliased", "mapped_column"]

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column
else:
    from datetime import date
    from inspect import get_annotations
    from types import NoneType
    from typing import get_args

    from sqlalchemy import Boolean, Column, Date, Double, Integer, Table

    _TYPES = {int: Integer, float: Double, bool: Boolean, date: Date}

    class Mapped:
        """Says the type of a column's values: `Mapped[int | None]` is `int | None`."""

        def __class_getitem__(cls, kind):
            return kind

    def mapped_column(*args, **options):
        """Give what else there is to say of a column: its type, what it refers to, keys, a default."""
        return args, options

    class _Declared(type):
        def __clause_element__(cls):  # what SQLAlchemy asks of whatever is put into a query
            return cls.__table__

    class DeclarativeBase(metaclass=_Declared):
        """A class below one below this is a table: `__tablename__`, annotated columns, `__table_args__`."""

        def __init_subclass__(cls):
            """Make the table."""
            if "__tablename__" not in vars(cls):
                return
            columns = [_column(cls, name, kind) for name, kind in get_annotations(cls).items()]
            said = getattr(cls, "__table_args__", ())
            options = {name: value for one in said if isinstance(one, dict) for name, value in one.items()}
            said = [one for one in said if not isinstance(one, dict)]
            cls.__table__ = Table(cls.__tablename__, cls.metadata, *columns, *said, **options)
            for column in columns:
                setattr(cls, column.name, column)

    def _column(cls, name, kind):
        args, options = vars(cls).get(name, ((), {}))
        kinds = [one for one in get_args(kind) if one is not NoneType] if NoneType in get_args(kind) else [kind]
        if not options.get("primary_key"):
            options = {"nullable": NoneType in get_args(kind)} | options
        # What refers to another table has the type of what it refers to.
        if not args:
            args = ((cls.type_annotation_map.get(kinds[0]) or _TYPES[kinds[0]]), *args)
        return Column(name, *args, **options)

    class _Alias:
        """A table under another name."""

        def __init__(self, table):
            self._table = table
            vars(self).update(table.c.items())

        def __clause_element__(self):
            return self._table

    def aliased(model):
        """Give a table under another name, to be joined with itself."""
        return _Alias(model.__table__.alias())
