"""Speed of the claim reader beside spaCy's blank pipeline, and a bounded fuzz run.

    python bench/reader.py [--sentences N] [--seconds S] [--seed K]

The two are run on the same sentences in the same process, one after the other, three times; the
best of each counts. spaCy is not a dependency: where it is not installed, that is said and no ratio
is printed. Its blank pipeline splits words and sentences and does nothing else.

PETRARCH-2 is not run: it codes sentences that another program has parsed. Its published need of a
constituency parse (Stanford CoreNLP, Java) is printed beside the rate measured here, which needs
none; no rate of it is given, as none was measured.

The fuzz run feeds the ways in (bytes to text, text to claims, pages to text) with random bytes,
cut and joined pieces of real sentences, and marks in odd places, for the given time; anything but
an answer or one of the project's own errors is a finding and is printed with the input's seed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

from demarche.errors import DemarcheError
from demarche.reader.claims import read_claims
from demarche.reader.document import document_of
from demarche.reader.model import _parsed
from demarche.reader.text import normalised

PETRARCH = (
    "PETRARCH-2 (676801c, 2019), by its documentation: needs a constituency parse of every "
    "sentence first (Stanford CoreNLP, Java); here: no parser, no model, no download. Its rate was "
    "not measured"
)
ROWS = json.loads(
    (Path(__file__).parents[1] / "tests" / "reader" / "sentences.json").read_text(encoding="utf-8")
)["sentences"]
MARKS = [*list("\"'.,;:?!-()[]{}<>%“”’—…\u200b\u202e\n\t\x00 "), "\r\n", "  "]


def text_of(count: int) -> str:
    """Paragraphs of five sentences, taken in turn from the project's own."""
    sentences = [ROWS[n % len(ROWS)]["text"] for n in range(count)]
    return "\n\n".join(" ".join(sentences[n : n + 5]) for n in range(0, count, 5))


def best(work, *, times: int = 3) -> float:
    """Shortest of several runs, in seconds."""
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return min(spent)


def speed(count: int) -> None:
    """Print sentences per second of the reader, and beside them those of spaCy if it is there."""
    text = text_of(count)
    read_claims(text[:5_000], language="en")
    ours = best(lambda: read_claims(text, language="en"))
    sys.stdout.write(f"claims: {count / ours:,.0f} sentences per second ({count:,} sentences)\n")
    from demarche.reader.events import code_events

    coded = best(lambda: code_events(text))
    sys.stdout.write(f"events: {count / coded:,.0f} sentences per second (same sentences)\n")
    sys.stdout.write(PETRARCH + "\n")
    try:
        import spacy
    except ImportError:
        sys.stdout.write("spaCy is not installed: no ratio\n")
        return
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.max_length = len(text) + 1
    parts = text.split("\n\n")
    theirs = best(lambda: [len(list(d.sents)) for d in pipeline.pipe(parts)])
    sys.stdout.write(
        f"spaCy {spacy.__version__}, blank pipeline: {count / theirs:,.0f} sentences per second; "
        f"ratio {theirs / ours:.2f}\n"
    )


def mangled(rng: random.Random) -> str:
    """Pieces of sentences in odd order with odd marks between them."""
    parts = []
    for _ in range(rng.randint(1, 12)):
        text = rng.choice(ROWS)["text"]
        start, end = sorted(rng.sample(range(len(text) + 1), 2))
        parts.append(text[start:end] * rng.choice((1, 1, 1, 2, 30)))
        parts.append("".join(rng.choice(MARKS) for _ in range(rng.randint(0, 4))))
    return "".join(parts)


def one(rng: random.Random) -> str:
    """One trial; returns which way in it took."""
    way = rng.choice(("claims", "claims", "claims", "bytes", "answer"))
    if way == "claims":
        text = mangled(rng)
        body = normalised(text)
        for claim in read_claims(text, language="en").claims:
            if body[claim.span.start : claim.span.end] != claim.span.text:
                raise AssertionError("a span does not hold")
            if claim.band is not None and not 0 <= claim.band.low <= claim.band.high <= 1:
                raise AssertionError("a band is no band")
    elif way == "bytes":
        data = rng.randbytes(rng.randint(0, 400))
        if rng.random() < 0.5:
            data = mangled(rng).encode("utf-8", "replace")[: rng.randint(1, 400)] + data[:3]
        if data.lstrip()[:1] != b"<" and b"%PDF" not in data[:10]:
            document_of(data, origin="fuzz")
    else:
        _parsed(mangled(rng)[:200] + rng.choice(("{", "}", '{"claims": [', "```", "")))
    return way


def fuzz(seconds: float, *, seed: int) -> int:
    """Run trials for a time; print how many, the slowest, and every finding."""
    until = time.monotonic() + seconds
    trials = findings = 0
    slowest = 0.0
    while time.monotonic() < until:
        trials += 1
        started = time.perf_counter()
        try:
            one(random.Random(f"{seed}-{trials}"))
        except DemarcheError:
            pass
        except Exception as error:
            findings += 1
            sys.stdout.write(f"finding at seed {seed}-{trials}: {type(error).__name__}: {error}\n")
        slowest = max(slowest, time.perf_counter() - started)
    sys.stdout.write(
        f"fuzz: {trials:,} trials in {seconds:.0f} s (seed {seed}), "
        f"slowest {1000 * slowest:.0f} ms, {findings} findings\n"
    )
    return findings


def main() -> int:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=4_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=20231101)
    options = parser.parse_args()
    speed(options.sentences)
    return 1 if fuzz(options.seconds, seed=options.seed) else 0


if __name__ == "__main__":
    raise SystemExit(main())
