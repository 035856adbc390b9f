"""Words for probabilities: the ICD 203 scale that every answer uses."""

from __future__ import annotations

from demarche.errors import TermError

ICD203: tuple[tuple[str, float, float], ...] = (
    ("almost no chance", 0.0, 0.05),
    ("very unlikely", 0.05, 0.20),
    ("unlikely", 0.20, 0.45),
    ("roughly even chance", 0.45, 0.55),
    ("likely", 0.55, 0.80),
    ("very likely", 0.80, 0.95),
    ("almost certain", 0.95, 1.0),
)
"""Words and ranges of Intelligence Community Directive 203 (2 January 2015), section D.6.e.(2).

The directive's own ends are 1 % and 99 %; the outer words are read here as open to 0 and 1."""


def icd203(probability: float) -> str:
    """Likelihood word of ICD 203 for a probability in [0, 1].

    A value on the border of two words takes the upper one.

    Raises
    ------
    TermError
        If the value is not a probability.

    References
    ----------
    .. [1] Office of the Director of National Intelligence (2015). Intelligence Community
       Directive 203, Analytic Standards, section D.6.e.(2).

    Examples
    --------
    >>> icd203(0.72), icd203(0.05), icd203(0.5)
    ('likely', 'very unlikely', 'roughly even chance')
    """
    if not 0.0 <= probability <= 1.0:
        raise TermError(f"a probability must lie in [0, 1], got {probability!r}.")
    for word, _, high in ICD203:
        if probability < high:
            return word
    return ICD203[-1][0]
