"""A table of named columns, whatever library the reader likes."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from . import _mhm

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import polars as pl

_SHOWN = 20


class Table:
    """Columns of one length.

    `to_pandas`, `to_polars` and `to_dict` make what you work with; `pyarrow.table(table)`, `polars.DataFrame(table)` and everything else
    that knows the Arrow PyCapsule interface take it as it is. Without any of them `table["value"]` is a numpy array, or a list of texts.
    """

    def __init__(self, frame: _mhm.Frame) -> None:
        self._frame = frame

    @property
    def columns(self) -> list[str]:
        """Their names, in order."""
        return self._frame.names()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), len(self.columns)

    def __len__(self) -> int:
        return len(self._frame)

    def __getitem__(self, column: str) -> np.ndarray[Any, Any] | list[str | None]:
        """A column: texts as a list with `None` where there is none, numbers as an array with NaN where there is none."""
        import numpy as np

        try:
            dtype, cells, absent = self._frame.column(column)
        except KeyError:
            raise KeyError(f"{column!r}; the columns are {', '.join(self.columns)}") from None
        if dtype == "O":
            return cells  # type: ignore[return-value]
        array = np.frombuffer(cells, dtype=dtype)  # type: ignore[arg-type]
        if absent is not None:
            array = np.where(np.frombuffer(absent, dtype="?"), np.nan, array)
        return array

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)

    def to_dict(self) -> dict[str, np.ndarray[Any, Any] | list[str | None]]:
        """Every column by its name."""
        return {column: self[column] for column in self.columns}

    def to_rows(self) -> list[dict[str, Any]]:
        """Every row by the names of its columns, with Python's own values and `None` where there is none."""
        import numpy as np

        def values(column: str) -> Sequence[Any]:
            cells = self[column]
            if isinstance(cells, list):
                return cells
            whole = self._frame.column(column)[0] in ("i8", "u8")
            listed = cells.tolist()
            if cells.dtype.kind != "f":
                return listed  # type: ignore[no-any-return]
            return [None if np.isnan(cell) else int(cell) if whole else cell for cell in listed]

        columns = self.columns
        return [dict(zip(columns, row)) for row in zip(*(values(column) for column in columns))]

    def to_pandas(self) -> pd.DataFrame:
        """As a data frame of pandas."""
        import pandas as pd

        return pd.DataFrame(self.to_dict(), columns=self.columns)

    def to_polars(self) -> pl.DataFrame:
        """As a data frame of polars."""
        import polars as pl

        return pl.DataFrame(self)

    def _shown(self) -> Iterator[list[str]]:
        for row in self.to_rows()[:_SHOWN]:
            yield ["" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in row.values()]

    def _more(self) -> str:
        left = len(self) - _SHOWN
        return f"… {left} more rows" if left > 0 else ""

    def __repr__(self) -> str:
        rows = [self.columns, *self._shown()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.columns))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
        return "\n".join([*lines, self._more()]).rstrip()

    def _repr_html_(self) -> str:
        cells = [[html.escape(cell) for cell in row] for row in self._shown()]
        head = "".join(f"<th>{html.escape(column)}</th>" for column in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
        more = f"<p>{self._more()}</p>" if self._more() else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
