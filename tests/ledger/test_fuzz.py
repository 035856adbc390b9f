"""K11: whatever is read from a file is read, or refused by an error that is documented."""

from __future__ import annotations

import contextlib
import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from demarche.errors import LedgerError, TermError
from demarche.ledger.canonical import canonical, entry_of, hash_of, parse
from demarche.ledger.checkpoints import checkpoint_text, parse_checkpoint
from demarche.ledger.exchange import export, import_export
from demarche.ledger.life import annul, issue, resolve, resolve_condition, revise
from demarche.ledger.links import export_line
from demarche.ledger.proofs import check_proof, make_proof
from demarche.ledger.questions import all_questions
from demarche.ledger.rows import resolved_ladders, resolved_rows
from demarche.ledger.store import open_ledger
from demarche.ledger.verify import verify_export, verify_reading
from demarche.terms.ledger import (
    Checkpoint,
    ConditionResolution,
    CourseResolution,
    Resolution,
    SourceForecast,
)
from demarche.terms.plain import from_plain, to_plain
from tests.ledger import made
from tests.ledger.made import Clock

QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=150)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A file to write to, an export, a checkpoint and a proof."""
    folder = tmp_path_factory.mktemp("fuzz")
    with open_ledger(folder / "l.sqlite", clock=Clock(), new_id="0a" * 16) as ledger:
        for n in range(3):
            ledger.append("source", made.source_forecast(id=f"c{n}"))
        with ledger.reading() as reading:
            lines = b"".join(export(reading))
            found = verify_reading(reading)
            point = Checkpoint(origin="0a" * 16, size=4, root=found.root, at=made.NOON)
            text = checkpoint_text(point)
            proof = make_proof(reading, seq=2, checkpoint=text, name="x")
    return folder / "x.jsonl", lines, text, proof


@st.composite
def changed(draw, whole):
    """Bytes of a good file with some replaced, cut out or doubled."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        size = draw(st.integers(0, 40))
        new = draw(st.binary(max_size=12) | st.sampled_from([b"\n", b"{", b'"', b"\\ud800"]))
        data[at : at + size] = new * draw(st.integers(1, 2))
    return bytes(data)


@QUICK
@given(st.data())
def test_k11_an_export_is_read_or_refused(written, data):
    path, whole, _, _ = written
    path.write_bytes(data.draw(changed(whole) | st.binary(max_size=200)))
    for deep in (True, False):
        try:
            found = verify_export(path, deep=deep)
        except LedgerError:
            continue
        assert found.sentence
        assert not found.holds or path.read_bytes() == whole


@QUICK
@given(st.data())
@example(data=None)
def test_k11_checkpoints_and_proofs_are_read_or_refused(written, data):
    _, _, text, proof = written
    said = ["demarche-ledger/" + "0a" * 16 + "\n" + "9" * 5000 + "\nAAAA\ntime x\n"]
    if data is not None:
        raw = data.draw(changed(text.encode()) | changed(proof.encode()))
        said = [raw.decode("utf-8", "surrogateescape"), data.draw(st.text(max_size=100))]
    for item in said:
        for read in (
            lambda: parse_checkpoint(item, name="x", outside=True),  # noqa: B023
            lambda: check_proof(item, name="x"),  # noqa: B023
        ):
            with contextlib.suppress(LedgerError):
                read()


def test_k11_a_proof_of_a_thousand_steps_is_refused(written):
    head, _, rest = written[3].partition("\n\n")
    size = "\n" + str(2**63 - 1) + "\n"
    rest = rest.replace("\n4\n", size)
    long = "\n".join([head, *["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] * 5000])
    with pytest.raises(LedgerError, match="proves nothing"):
        check_proof(long + "\n\n" + rest, name="x")


@QUICK
@given(JSON)
def test_k11_any_json_is_a_term_or_refused(data):
    try:
        found = from_plain(SourceForecast, data)
    except TermError:
        return
    assert to_plain(found) == data


@QUICK
@given(
    st.sampled_from(["at", "content", "kind", "prev_hash", "run", "schema", "seq", "step", "tool"]),
    JSON,
)
def test_k11_an_entry_with_a_hash_that_fits_is_read_or_refused(written, key, value):
    line = written[1].split(b"\n")[1]
    record = parse(line[len(b'{"entry":') : line.rindex(b',"hash":"')])
    try:
        raw = canonical({**record, key: value})
    except ValueError:
        return
    with contextlib.suppress(LedgerError):
        entry_of(raw, hash=hash_of(raw))
    path = written[0]
    path.write_bytes(export_line(raw, hash=hash_of(raw)))
    for deep in (True, False):
        assert not verify_export(path, deep=deep).holds


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 200_000,
        '{"at":"\\ud800"}',
        '{"at":' + "9" * 5000 + "}",
        '{"at":1e999}',
        json.dumps(dict.fromkeys("abcdefghi", 1)),
    ],
)
def test_row19_23_24_what_no_entry_can_be_is_refused(text):
    with pytest.raises(LedgerError):
        parse(text.encode())


# the life of questions, drawn


@st.composite
def acts(draw):
    """Days to wait, then an act on one of two questions, whether it is allowed or not."""
    question = draw(st.sampled_from([made.question(), made.question(trigger="war")]))
    what = draw(st.sampled_from([*["resolve"] * 5, "issue", "revise", "annul", "condition"]))
    days = draw(st.sampled_from([0, 3, 20, 50]))
    back = dt.timedelta(days=draw(st.sampled_from([0, 0, 5, 30, -1])))
    corrects = draw(st.sampled_from([*[None] * 6, 4, 5]))
    courses = draw(st.lists(st.sampled_from(made.COURSES), unique=True, max_size=2))
    outcome = draw(st.sampled_from(["yes", "yes", "no", "no", "not_known", "annulled"]))
    rung = draw(st.sampled_from([None, None, 0, 2, 3] if courses else [0, 2]))
    late = draw(st.booleans())

    def act(ledger, today):
        on = today - back
        if what == "issue":
            asked = made.question(text="another")
            return issue(ledger, made.issued(question=asked, late=late))
        if what == "revise":
            return revise(ledger, made.revision(question, late=late))
        if what == "annul":
            some = courses[:1]
            return annul(ledger, question.id, reason="r", courses=some, corrects=corrects)
        if what == "condition":
            said = ConditionResolution(
                question=question.id, occurred="no" if late else "yes", on=on, evidence=("e",),
                reason="r", corrects=corrects,
            )  # fmt: skip
            return resolve_condition(ledger, said)
        rows = tuple(
            CourseResolution(course=c, outcome=outcome, on=on, evidence=("e",), reason="r")
            for c in courses
        )
        said = Resolution(question=question.id, courses=rows, rung=rung, corrects=corrects)
        return resolve(ledger, said)

    return days, act


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=40)
@given(st.lists(acts(), max_size=12))
def test_any_acts_leave_a_ledger_that_holds_and_rows_that_agree(tmp_path_factory, acts):
    folder, clock = tmp_path_factory.mktemp("acts"), Clock()
    with open_ledger(folder / "l.sqlite", clock=clock, new_id="0a" * 16) as ledger:
        issue(ledger, made.issued())
        size = issue(ledger, made.issued(question=made.question(trigger="war"))).seq
        for days, act in acts:
            clock.day(days)
            try:
                entry = act(ledger, clock.now.date())
            except (LedgerError, TermError):
                pass
            else:
                size = entry.seq
            with ledger.reading() as reading:
                found = verify_reading(reading)
                assert found.holds and found.entries == size
        with ledger.reading() as reading:
            states = all_questions(reading)
            lines = b"".join(export(reading))
    rows = resolved_rows(states)
    assert len(rows) == sum(
        len(view.forecast.courses) for s in states for made in s.forecasts for view in made.views
    )
    for state in states:
        mine = [row for row in rows if row.question == state.id]
        for course in state.issued.question.courses:
            assert len({row.outcome for row in mine if row.course == course}) == 1
        for row in mine:
            assert row.late or row.outcome == "open" or row.issued_at.date() <= row.closes
            if row.outcome == "yes":
                assert row.opens <= row.resolved_on <= row.closes
                assert row.late or row.issued_at.date() < row.resolved_on
            if row.outcome == "no":
                assert row.resolved_on >= row.closes
        for ladder in resolved_ladders([state]):
            taken = [r.rung for r in mine if r.outcome == "yes"]
            assert ladder.rung is None or ladder.rung >= max(taken, default=0)
    (folder / "x.jsonl").write_bytes(lines)
    with open_ledger(folder / "m.sqlite", clock=clock) as copy:
        import_export(copy, folder / "x.jsonl")
        with copy.reading() as reading:
            assert resolved_rows(all_questions(reading)) == rows
