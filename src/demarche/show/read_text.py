"""A reading on the terminal: claims and events with their lines, and the reader's doubts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demarche.show.record_text import out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from demarche.desk.reading import Article, Slant
    from demarche.terms.claims import ReadClaim

__all__ = ["say_article", "say_several", "say_slant"]

QUOTE = 110


def short(text: str, *, width: int = QUOTE) -> str:
    """Words on one line, cut.

    Examples
    --------
    >>> short("one  two three", width=9)
    'one two …'
    """
    plain = " ".join(text.split())
    return plain if len(plain) <= width else plain[: width - 1].rsplit(" ", 1)[0] + " …"


def quoted(text: str) -> str:
    """Words of the article in one pair of quotation marks.

    Examples
    --------
    >>> quoted('"It may."')
    '“It may.”'
    """
    return "\u201c" + short(text).strip('\u201c\u201d" ') + "\u201d"


def _percent(share: float) -> str:
    return f"{100 * share:.3g}"


def _claim(claim: ReadClaim) -> str:
    head = f"{claim.line:>5}  {claim.kind.replace('_', ' '):<15} "
    said: list[str] = [] if claim.polarity is None else [claim.polarity]
    if claim.band is not None:
        low, high = _percent(claim.band.low), _percent(claim.band.high)
        said.append(f"{low} %" if low == high else f"{low}-{high} %")
    if claim.change:
        said.append(f"moving {claim.change}")
    chain = " > ".join([*claim.holder.chain, claim.holder.name])
    lines = [head + f"{' '.join(said):<14} {short(chain, width=50)}"]
    lines.append(f"       {quoted(claim.span.text)}")
    rows = []
    if claim.condition is not None:
        rows.append(f"if: {short(claim.condition.span.text, width=70)}")
    if claim.horizon is not None:
        ends = [d.isoformat() if d else "?" for d in (claim.horizon.start, claim.horizon.end)]
        known = f" [{ends[0]} to {ends[1]}]" if ends != ["?", "?"] else " [no dates]"
        rows.append(f"when: {short(claim.horizon.span.text, width=50)}{known}")
    if rows:
        lines.append("       " + "; ".join(rows))
    if claim.doubts:
        lines.append(f"       doubts: {', '.join(claim.doubts)}")
    return "\n".join(lines) + "\n"


def say_article(article: Article) -> None:
    """Print one article: what is known of it, its claims, its events, warnings and counts."""
    document = article.document
    title = document.title or "(no title found)"
    about = [x for x in (document.author, document.outlet) if x]
    day = f"{document.date} ({document.date_source})" if document.date else "day not known"
    out(f"{short(title)}\n{', '.join([*about, day, document.language])}; {document.origin}\n")
    claims = article.claims.claims
    stopped = article.claims.stopped_at
    cut = "" if stopped is None else f"; NOT ALL: stopped at the limit, character {stopped:,}"
    out(f"\nclaims: {len(claims):,} in {article.claims.sentences:,} sentences{cut}\n")
    out(" line  kind            what           whose\n" if claims else "")
    for claim in claims:
        out(_claim(claim))
    _events(article)
    for warning in article.warnings:
        out(f"note: {warning}\n")
    for what, count in article.claims.counts:
        out(f"left out: {count:,} {what}\n")
    for what, count in article.claims.noted:
        out(f"noted: {count:,} {what}\n")
    if claims:
        out(
            "proposals only: review them, then demarche claims accept (bands: ICD 203 and this "
            "project's own table, docs/reading.md)\n"
        )


def _events(article: Article) -> None:
    if article.events is None:
        return
    starts = [0]
    for n, char in enumerate(article.document.text):
        if char == "\n":
            starts.append(n + 1)
    from demarche.reader.text import line_of

    found = article.events.events
    out(f"\nevents: {len(found)}\n")
    for event in found:
        line = line_of(starts, event.found.start)
        times = f" ({event.count} times)" if event.count > 1 else ""
        doubts = f"\n       doubts: {', '.join(event.doubts)}" if event.doubts else ""
        out(f"{line:>5}  {event.cameo:<5} {short(event.as_coded, width=90)}{times}{doubts}\n")
    out("\n")


def say_several(
    articles: Sequence[Article], failed: Sequence[tuple[str, str]], others: int = 0
) -> None:
    """Print one table of several articles, and what could not be read."""
    head = f"{'article':<44} {'date':<10}  {'claims':>6} {'forec.':>6} {'prom.':>6} {'events':>6}"
    out(head + "\n")
    for article in articles:
        kinds = [claim.kind for claim in article.claims.claims]
        forecasts = sum(k in ("prediction", "conditional", "past_prediction") for k in kinds)
        promises = sum(k in ("commitment", "red_line", "threat") for k in kinds)
        events = len(article.events.events) if article.events else 0
        name = short(article.document.title or article.document.origin, width=43)
        out(
            f"{name:<44} {article.document.date or '?'!s:<10}  {len(kinds):>6} {forecasts:>6} "
            f"{promises:>6} {events:>6}\n"
        )
    for origin, reason in failed:
        out(f"not read: {short(origin, width=60)}: {reason}\n")
    more = f", {others:,} of kinds that are not read" if others else ""
    out(f"{len(articles):,} read, {len(failed):,} not read{more}\n")


def say_slant(slant: Slant) -> None:
    """Print the source-slant note: counts, no score."""
    out("\nsource-slant note (counts; no score is made of them)\n")
    for name, rows in (("outlets", slant.outlets), ("languages", slant.languages)):
        out(f"{name}: {', '.join(f'{word} {count}' for word, count in rows[:12])}\n")
    for row in slant.articles:
        words = ", ".join(f"{word} {count}" for word, count in row.loaded[:8]) or "none"
        hidden = "-" if row.anonymous is None else f"{100 * row.anonymous:.0f} %"
        out(
            f"  {short(row.name, width=40)}: loaded words {row.loaded_rate:.1f} per 1,000 "
            f"({words}); anonymous, collective or unnamed holders {hidden}\n"
        )
    if slant.sides:
        out("sides (events in which they act / are acted upon / articles):\n")
        for side in slant.sides[:12]:
            counts = f"{side.acts} / {side.receives} / {side.articles}"
            out(f"  {short(side.name, width=40):<41} {counts}\n")
    if slant.one_sided:
        out(f"told by one source only: {len(slant.one_sided)} events\n")
        for event, name in slant.one_sided[:10]:
            out(f"  {short(event, width=80)} ({short(name, width=40)})\n")
    for first, second in slant.copies[:10]:
        out(f"copies of one text: {short(first, width=50)} and {short(second, width=50)}\n")
    for warning in slant.warnings:
        out(f"warning: {warning}\n")
