"""What next, to whom: ranking actors and event types by rules, recurrence and a learned ranker."""

from __future__ import annotations
