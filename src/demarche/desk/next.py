"""What next, to whom: rank what an actor does next, each line with the grounds behind it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from demarche.desk.kept import kept
from demarche.desk.next_names import entity_of, events_of, with_newcomer
from demarche.errors import MethodError, QuestionError
from demarche.outside.ranking.quads import Quads
from demarche.record.gaps import Gap, Silences, find_silences

if TYPE_CHECKING:
    from demarche.outside.ranking._history import History
    from demarche.outside.ranking.explain import Reason
    from demarche.outside.ranking.ranker import Ranker
    from demarche.outside.ranking.relations import PairHistory, RelationRanker

__all__ = ["NextAnswer", "NextLine", "next_events"]

Progress = Callable[[str, int, int], None]
Row = tuple[float, int, int]
"""Score, relation and recipient of a line."""
FORMAT = 1
"""Version of the files under ``STORE/models``."""
MOST_ROWS = 500_000
"""Latest rows that are ranked from; older ones are left out, and it is said."""
MOST_LEARNED = 120_000
"""Rows of the last days up to which the ranker is fitted without being asked for."""
DAYS = 60
"""Days of questions the ranker learns from."""
QUESTIONS = 12_000
"""Most questions the ranker learns from, drawn at random where those days hold more."""
_CONSIDERED = 50
"""Recipients of each event that are ranked beside those of others."""
_OWN = 0.1
"""Weight of what the actor did itself, beside rules, where events are open."""
_OWN_FADE = ((7.0, 0.6), (60.0, 0.4))
"""Half-lives by which that fades, in days, with their weights: as much by weeks as by months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLine:
    """One line of the ranking, 1 the likeliest."""

    rank: int
    event: str
    cameo: str
    recipient: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAnswer:
    """What an actor does next, ranked; ranks order, they are not probabilities.

    Attributes
    ----------
    actor : str
    event, recipient : str or None
        As asked.
    as_of, day : date
        Last day known, and the day forecast.
    first_day : date
        Where the record starts.
    source : str
    acts : int
        Rows of the actor (as actor) that are ranked from.
    method : str
        *rules* or *trees*.
    notes : tuple of str
        What a reader must know: a reference class used, a day beyond the record.
    lines : tuple of NextLine
    record : str
        SHA-256 of the rows used.
    gaps : tuple of Gap
        Days of next to nothing within the rows ranked from, which are read as quiet days.
    thin_end : Gap or None
        Such days at the end of what was known.
    """

    actor: str
    event: str | None
    recipient: str | None
    as_of: dt.date
    day: dt.date
    first_day: dt.date
    source: str
    acts: int
    method: str
    notes: tuple[str, ...]
    lines: tuple[NextLine, ...]
    record: str
    gaps: tuple[Gap, ...]
    thin_end: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The question in ids."""

    quads: Quads
    day: int
    subject: int
    relations: tuple[int, ...]
    object: int | None
    notes: tuple[str, ...]


def _ask(
    quads: Quads, *, actor: str, event: str | None, recipient: str | None, as_of: dt.date | None
) -> _Asked:
    """Check the question against the record, and cut the record at `as_of`."""
    end = quads.date_of(quads.days - 1)
    known = as_of if as_of is not None else end
    day = (known - quads.start).days + 1
    if known == dt.date.max:
        raise QuestionError(f"no day follows {known}, of which one could ask; give an earlier day.")
    if day < 1:
        raise QuestionError(
            f"as of {known} nothing was recorded yet; the record starts on {quads.start}."
        )
    notes: list[str] = []
    if known > end:
        notes.append(f"the record ends on {end}; nothing after it is known here.")
    quads = quads.before(day).in_use()
    if not len(quads.day):
        raise QuestionError(f"as of {known} the record of {quads.source} holds no act yet.")
    quads, subject = with_newcomer(quads, actor)
    object_ = None if recipient is None else entity_of(quads, recipient, what="recipient")
    if object_ == subject:
        raise QuestionError(
            f"{quads.entities[subject]!r} is both actor and recipient; acts within one actor are "
            "not ranked. Name another recipient, or none."
        )
    cut = dataclasses.replace(quads, days=day)
    relations = events_of(quads, event)
    where = f"in the record up to {known}"
    if len(cut.day) > MOST_ROWS:
        first = int(cut.day[-MOST_ROWS])
        at = int(np.searchsorted(cut.day, first))
        notes.append(f"ranked from the latest {len(cut.day) - at:,} rows, {cut.date_of(first)} on.")
        where = f"from {cut.date_of(first)} to {known}"
        cut = dataclasses.replace(
            cut,
            subject=cut.subject[at:],
            relation=cut.relation[at:],
            object=cut.object[at:],
            day=cut.day[at:],
        )
    notes += _strangers(cut, actor=actor, subject=subject, object_=object_, where=where)
    return _Asked(
        quads=cut,
        day=day,
        subject=subject,
        relations=relations,
        object=object_,
        notes=tuple(notes),
    )


def _strangers(
    cut: Quads, *, actor: str, subject: int, object_: int | None, where: str
) -> list[str]:
    """What is ranked from where an actor has not acted, or two have not met."""
    acted = bool(np.any(cut.subject == subject))
    to = "" if object_ is None else cut.entities[object_]
    met = object_ is None or _met(cut, subject, object_)
    if acted and met:
        return []
    if acted:
        return [
            f"no act between {cut.entities[subject]} and {to} {where}: ranked from what the one "
            "does to others, and others to the other."
        ]
    if to:
        own = f"what {to} did to it, " if met else ""
        return [
            f"{actor} has not acted {where}: ranked from {own}what others do to {to}, and what is "
            "common."
        ]
    place = cut.country[subject]
    peers = np.flatnonzero((cut.country == place) & (place >= 0))
    acts = int(np.isin(cut.subject, peers).sum())
    whom = f"actors of {cut.countries[place]} ({acts:,} acts)" if place >= 0 else "any actor"
    return [
        f"{actor} has not acted {where}: ranked from the reference class, {whom}, and from what is "
        "common."
    ]


def _silences(quads: Quads) -> Silences:
    """Days of next to nothing of a record without a store, by its rows."""
    return find_silences(np.bincount(quads.day), start=quads.start)


def _met(quads: Quads, one: int, other: int) -> bool:
    """Whether any row is of these two, in either direction."""
    there = (quads.subject == one) & (quads.object == other)
    return bool(np.any(there | ((quads.subject == other) & (quads.object == one))))


def _learned(asked: _Asked, progress: Progress | None = None) -> History:
    from demarche.outside.ranking._history import history
    from demarche.outside.ranking.rules import learn_until

    past = history(asked.quads)
    for day in range(asked.day):
        learn_until(past, first=day, day=day + 1)
        if progress is not None:
            progress("history", day + 1, asked.day)
    return past


def _frequent(asked: _Asked, past: History, limit: int) -> list[tuple[int, float]]:
    """The actor's commonest acts of late with their shares; its country's, or anyone's, if none."""
    from demarche.outside.ranking._kernels import aged, find

    index, state, half = past.index, past.state, past.relations
    place = index.country[asked.subject]
    peers = np.flatnonzero((index.country == place) & (place >= 0))
    for who in ([asked.subject], peers.tolist()):
        weight = np.zeros(half)
        for e in who:
            for r in range(half):
                g = find(index.grp_rel, index.grp_ptr[e], index.grp_ptr[e + 1], r)
                if g >= 0:
                    last = int(state.grp_last[g])
                    weight[r] += aged(state.grp_sum[g, 2], last, asked.day, state.power[6])
        if weight.sum() > 0:
            break
    else:
        weight = state.head[:half, 0].copy()
    order = np.argsort(-weight, kind="stable")[:limit]
    return [(int(r), float(weight[r] / weight.sum())) for r in order if weight[r] > 0]


def _own_pairs(asked: _Asked) -> dict[tuple[int, int], float]:
    """Share of each event and recipient in what the actor itself did, late acts weighing more."""
    quads = asked.quads
    mine = quads.subject == asked.subject
    if asked.relations:
        mine &= np.isin(quads.relation, asked.relations)
    age = asked.day - 1 - quads.day[mine]
    weight = sum(part * 0.5 ** (age / half) / half for half, part in _OWN_FADE)
    pairs, place = np.unique(
        np.stack([quads.relation[mine], quads.object[mine]], axis=1), axis=0, return_inverse=True
    )
    total = np.bincount(place.ravel(), weights=weight, minlength=len(pairs))
    shares = (total / (total.sum() or 1.0)).tolist()
    return dict(zip(map(tuple, pairs.tolist()), shares, strict=True))


def _whom(asked: _Asked, past: History, ranker: Ranker | None, top: int) -> list[Row]:
    """Score, relation and object of the best lines for a given or an open event.

    Where there are several events, their shares weigh the scores of whom they are done to. Beside
    rules, pairs of the two in what the actor itself did of late have a weight of their own; trees
    know them.
    """
    from demarche.outside.ranking.features import USED, feature_table
    from demarche.outside.ranking.ranker import predicted
    from demarche.outside.ranking.rules import rank_now

    shares = _frequent(asked, past, 12)
    if asked.relations:
        of = dict(_frequent(asked, past, past.relations))
        least = min(of.values(), default=1.0) / 10
        shares = [(r, of.get(r, least)) for r in asked.relations]
    found: dict[tuple[int, int], float] = {}
    whole = 0.0
    for r, share in shares:
        subject, relation = np.array([asked.subject], np.int32), np.array([r], np.int32)
        if ranker is None:
            who, score = rank_now(past, subject=asked.subject, relation=r, day=asked.day)
        else:
            table = feature_table(past, subject=subject, relation=relation, day=asked.day)
            who = table.candidate
            raw = predicted(ranker.trees, table.rows[:, USED], threads=ranker.options.threads)
            score = np.exp(raw - raw.max()) / np.exp(raw - raw.max()).sum() if len(raw) else raw
        score = score * share
        whole += float(score.sum())
        best = np.lexsort((who, -score))[: max(top, _CONSIDERED)]
        found |= {(r, int(who[i])): float(score[i]) for i in best}
    own = _own_pairs(asked) if len(shares) > 1 and ranker is None else {}
    part = _OWN if own else 0.0
    rows = [
        (part * own.get(pair, 0.0) + (1 - part) * found.get(pair, 0.0) / (whole or 1.0), *pair)
        for pair in found.keys() | own.keys()
    ]
    return sorted(rows, key=lambda row: (-round(row[0], 9), row[1], row[2]))


def _what(asked: _Asked, past: PairHistory, ranker: RelationRanker | None) -> list[Row]:
    """Score, relation and object for a given recipient."""
    from demarche.outside.ranking.relations import rank_between

    assert asked.object is not None
    score = rank_between(
        past, subject=asked.subject, object=asked.object, day=asked.day, ranker=ranker
    )
    rows = [(float(score[r]), int(r), asked.object) for r in np.argsort(-score, kind="stable")]
    return [row for row in rows if not asked.relations or row[1] in asked.relations]


def _cached(
    asked: _Asked, *, models: Path | None, pairs: bool, progress: Progress | None
) -> Ranker | RelationRanker:
    """Fit on the record up to `as_of`, or read what was fitted on the same rows before."""
    from demarche.outside.ranking import ranker as entity
    from demarche.outside.ranking import relations as between

    options = entity.RankerOptions(
        days=DAYS, seeds=(1,), rounds=120, questions=QUESTIONS, threads=1
    )
    kind = "relations" if pairs else "entities"
    version = entity.lightgbm().__version__
    key = f"{FORMAT} {kind} {version} {options} {asked.quads.digest}"
    name = hashlib.sha256(key.encode()).hexdigest()[:24]
    path = None if models is None else models / f"next-{kind}-{name}.json"
    read = between.relations_from_text if pairs else entity.ranker_from_text
    fit = between.fit_relations if pairs else entity.fit_ranker
    return kept(
        lambda: fit(asked.quads, before=asked.day, options=options, progress=progress),
        path=path,
        read=read,
        write=lambda fitted: json.dumps(dataclasses.asdict(fitted), sort_keys=True),
    )


def next_events(
    record: Quads | Path,
    *,
    actor: str,
    event: str | None = None,
    recipient: str | None = None,
    as_of: dt.date | None = None,
    top: int = 10,
    learn: bool | None = None,
    models: Path | None = None,
    source: str | None = None,
    progress: Progress | None = None,
) -> NextAnswer:
    """Rank what an actor does next: to whom, what, or both.

    Parameters
    ----------
    record : Quads or Path
        The record, or the folder of the store it is read from.
    actor : str
        As the record spells it; any case.
    event : str, optional
        Name, CAMEO code or root. With it, recipients are ranked; without, events too.
    recipient : str, optional
        With it, events are ranked.
    as_of : date, optional
        Last day known; the next day is forecast. By default the end of the record.
    top : int
    learn : bool, optional
        True: the learned ranker (extra ``learn``); False: rules alone. By default the ranker if
        LightGBM is installed and the record holds enough to learn from.
    models : Path, optional
        Folder where fitted rankers are kept, by the hash of the rows; by default ``models`` in
        the store, if there is one.
    source : str, optional
        Which source of the store.
    progress : callable, optional
        Called with a step's name, steps done, and steps in all.

    Returns
    -------
    NextAnswer

    Raises
    ------
    QuestionError
        If the actor, event or recipient is not in the record, or `as_of` lies before it.
    MethodError
        If `learn` is True and the ranker cannot be fitted.
    """
    left_out: tuple[str, ...] = ()
    silences: Silences | None = None
    if isinstance(record, Path):
        from demarche.desk.record import load_quads, load_silences, open_counts, unused

        models = models if models is not None else record / "models"
        counts = open_counts(record, source=source)
        quads: Quads = load_quads(counts, as_of=as_of)
        silences, left_out = load_silences(counts, as_of=as_of), unused(counts)
    else:
        quads = record
    if top < 1:
        raise QuestionError(f"top must be at least 1, not {top}.")
    asked = _ask(quads, actor=actor, event=event, recipient=recipient, as_of=as_of)
    found = _silences(asked.quads) if silences is None else silences
    since = asked.quads.date_of(asked.quads.day[0])
    found = dataclasses.replace(found, gaps=tuple(g for g in found.gaps if g.last >= since))
    notes = [*asked.notes, *(f"{told}." for told in found.told(gaps="read as quiet days"))]
    if left_out:
        notes.append(f"not ranked from: {'; '.join(left_out)} (of the whole record).")
    acts = int((asked.quads.subject == asked.subject).sum())
    fitted: Ranker | RelationRanker | None = None
    late = len(asked.quads.day) - int(np.searchsorted(asked.quads.day, asked.day - DAYS))
    if learn is None and acts > 0 and late > MOST_LEARNED:
        notes.append(
            f"ranked by rules alone: {late:,} rows in {DAYS} days; --learn fits the ranker."
        )
    if learn or (learn is None and acts > 0 and late <= MOST_LEARNED):
        try:
            fitted = _cached(
                asked, models=models, pairs=asked.object is not None, progress=progress
            )
        except MethodError as error:
            if learn:
                raise
            why = str(error).replace("; rank by rules alone (--no-learn)", "")
            notes.append(f"ranked by rules alone: {why}")
    if fitted is not None and fitted.held > QUESTIONS:
        notes.append(
            f"the ranker learned from {QUESTIONS:,} questions drawn from the {fitted.held:,} of "
            f"the last {DAYS} days."
        )
    if asked.object is not None:
        from demarche.outside.ranking.explain import explain_between
        from demarche.outside.ranking.relations import pair_history

        pairs = pair_history(asked.quads)
        pairs.until(asked.day, progress)
        rows = _what(asked, pairs, fitted)  # type: ignore[arg-type]
        grounds = partial(explain_between, pairs, asked.quads)
    else:
        from demarche.outside.ranking.explain import explain

        past = _learned(asked, progress)
        rows = _whom(asked, past, fitted, top)  # type: ignore[arg-type]
        grounds = partial(explain, past, asked.quads)
    return NextAnswer(
        actor=asked.quads.entities[asked.subject],
        event=event,
        recipient=recipient,
        as_of=asked.quads.date_of(asked.day - 1),
        day=asked.quads.date_of(asked.day),
        first_day=asked.quads.start,
        source=asked.quads.source,
        acts=acts,
        method="rules" if fitted is None else "trees",
        notes=tuple(notes),
        lines=_lines(asked, rows[:top], grounds),
        record=asked.quads.digest,
        gaps=found.gaps,
        thin_end=found.thin_end,
    )


def _lines(
    asked: _Asked, rows: list[Row], grounds: Callable[..., tuple[Reason, ...]]
) -> tuple[NextLine, ...]:
    quads = asked.quads
    return tuple(
        NextLine(
            rank=place,
            event=quads.relations[r],
            cameo=quads.cameo[r],
            recipient=quads.entities[o],
            reasons=grounds(subject=asked.subject, relation=r, object=o, day=asked.day),
        )
        for place, (_, r, o) in enumerate(rows, start=1)
    )
