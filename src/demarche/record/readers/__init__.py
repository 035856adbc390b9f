"""Readers: files and frames of coded events, each made into the one event table.

>>> from demarche.record.readers import READERS
>>> sorted(READERS)[:4]
['acled', 'acled_deleted', 'gdelt1', 'gdelt2']
"""

from demarche.record.readers._plan import Reader
from demarche.record.readers._read import READERS, read_events, read_frame
from demarche.record.readers._result import ReadResult, ReadWarning, Refused

__all__ = [
    "READERS",
    "ReadResult",
    "ReadWarning",
    "Reader",
    "Refused",
    "read_events",
    "read_frame",
]
