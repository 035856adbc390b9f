"""Assumptions a case rests on, and how they bear on each other: cross-impact judgements."""

from __future__ import annotations

from dataclasses import dataclass, field

from demarche.terms._base import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One thing a case takes for granted: its variants, and the one that is assumed.

    ``under`` names another variant where a trigger changes it. In the literature of cross-impact
    balances this is a descriptor.
    """

    __pydantic_config__ = STRICT
    id: str
    name: str
    variants: tuple[str, ...]
    assumed: str
    because: str
    under: dict[str, str] = field(default_factory=dict)

    def holds(self, trigger: str) -> str:
        """Variant that is assumed under a trigger.

        Examples
        --------
        >>> oil = Assumption(id="oil", name="price of oil", variants=("low", "high"), assumed="low",
        ...     because="", under={"strait-closed": "high"})
        >>> oil.holds("none"), oil.holds("strait-closed")
        ('low', 'high')
        """
        return self.under.get(trigger, self.assumed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """A cross-impact judgement: how far one variant speaks for or against another.

    ``strength`` is usually -3 (strongly against) to 3 (strongly for), at most 10 either way.

    References
    ----------
    .. [1] Weimer-Jehle, W. (2006). Cross-impact balances: a system-theoretical approach to
       cross-impact analysis. Technological Forecasting and Social Change 73, 334-361.
       doi:10.1016/j.techfore.2005.06.005
    """

    __pydantic_config__ = STRICT
    from_assumption: str
    from_variant: str
    to_assumption: str
    to_variant: str
    strength: int
    because: str
