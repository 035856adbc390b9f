"""Lines of text without quotes split into cells by pyarrow, a quarter of DuckDB's work for them.

It refuses what a strict scan of DuckDB refuses, and more: whatever it refuses is read by DuckDB.
"""

from __future__ import annotations

import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["CellStream"]

_BLOCK = 999_000
"""Bytes read at once. A line of twice as many is refused, as DuckDB refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStream:
    """Needed cells of some files as an Arrow stream, with the number of the file in ``_file``.

    Attributes
    ----------
    files : sequence of (int, Path)
    columns, needed : sequence of str
        All columns of the files in order, and those that are read; a needed one that the files
        lack is left out.
    delimiter : str
    header : int
        Lines before the first row.
    """

    files: Sequence[tuple[int, Path]]
    columns: Sequence[str]
    needed: Sequence[str]
    delimiter: str
    header: int

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """The files once more from the first."""
        import pyarrow as pa

        have = [name for name in self.needed if name in self.columns]
        fields = [(name, pa.string()) for name in have]
        schema = pa.schema([*fields, ("_file", pa.int32())])
        reader = pa.RecordBatchReader.from_batches(schema, self._batches(have, schema))
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self, have: Sequence[str], schema: Any) -> Iterator[Any]:
        """Batches of one file after another, in the order of their lines."""
        import pyarrow as pa
        from pyarrow import csv

        read = csv.ReadOptions(
            column_names=list(self.columns),
            skip_rows=self.header,
            block_size=_BLOCK,
            use_threads=False,
        )
        parse = csv.ParseOptions(
            delimiter=self.delimiter,
            quote_char=False,
            escape_char=False,
            newlines_in_values=False,
            ignore_empty_lines=True,  # fewer rows than lines, as DuckDB has them
        )
        convert = csv.ConvertOptions(
            include_columns=list(have),
            column_types=dict.fromkeys(have, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        )
        for number, path in self.files:
            # not mapped: a file cut short while it is read would end the process
            with pa.OSFile(str(path)) as file:
                for found in csv.open_csv(
                    file, read_options=read, parse_options=parse, convert_options=convert
                ):
                    rows = found.num_rows
                    numbers = pa.py_buffer(array.array("i", [number]) * rows)
                    place = pa.Array.from_buffers(pa.int32(), rows, [None, numbers])
                    yield pa.record_batch([*found.columns, place], schema=schema)
