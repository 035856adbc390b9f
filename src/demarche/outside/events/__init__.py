"""The event half of the outside view: what the record says about what comes next."""

from __future__ import annotations
