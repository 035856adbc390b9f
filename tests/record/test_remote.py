"""Plans, lists, and the interfaces of UCDP and ACLED, against a server that misbehaves."""

from __future__ import annotations

import csv
import datetime as dt
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from demarche.errors import DataError, TermError
from demarche.record.acled_api import AcledAccess, fetch_acled, fetch_acled_deleted
from demarche.record.exchange import MissingError, TryLaterError
from demarche.record.lists import gdelt1_items, gdelt2_items
from demarche.record.plan import plan_downloads
from demarche.record.remote import sync_remote
from demarche.record.sources import source
from demarche.record.ucdp_api import fetch_ucdp
from tests.record.faulty_server import FaultyServer, data, impatient, md5, plain

DAY = dt.date(2020, 1, 1)
NAMES = [f"202001010{k}0000.export.CSV.zip" for k in range(3)]
BODIES = {name: b"PK\x03\x04" + name.encode() * 50 for name in NAMES}


@pytest.fixture
def server():
    made = FaultyServer()
    yield made
    made.close()


def master(**more):
    rows = [f"{len(b)} {md5(b)} http://data.example/gdeltv2/{n}" for n, b in BODIES.items()]
    rows += ["1 00000000000000000000000000000000 http://h/20200101000000.gkg.csv.zip", "junk line"]
    rows += ["", "9 00000000000000000000000000000000 http://h/20210101000000.export.CSV.zip"]
    return "\n".join(rows).encode()


def gdelt(server):
    server.on("/masterfilelist.txt", data(master(), etag=None))
    for name, body in BODIES.items():
        server.on(f"/{name}", data(body))


def sync(server, folder, source="gdelt2", **more):
    options = {"start": DAY, "end": DAY, "mirror": server.base, "manners": impatient()}
    return sync_remote(folder, source=source, **(options | more))


# --- lists


def test_the_master_list_gives_size_checksum_and_the_chosen_address():
    lines = master().decode().split("\n")
    found = gdelt2_items(lines, start=DAY, end=DAY, base="https://m/")
    assert [i.name for i in found.items] == NAMES
    assert {i.address for i in found.items} == {f"https://m/{name}" for name in NAMES}
    assert [i.size for i in found.items] == [len(b) for b in BODIES.values()]
    assert (found.expected, found.unlisted, found.unread) == (96, 93, 1)


def test_the_translated_feed_has_its_own_files():
    zero = "0" * 32
    lines = [f"1 {zero} http://h/20200101000000.{k}export.CSV.zip" for k in ("", "translation.")]
    for flag, name in ((False, "20200101000000.export"), (True, "20200101000000.translation")):
        found = gdelt2_items(lines, start=DAY, end=DAY, base="b/", translation=flag)
        assert len(found.items) == 1 and found.items[0].name.startswith(name)


def test_lists_do_not_depend_on_the_order_of_their_lines():
    lines = master().decode().split("\n")
    options = {"start": DAY, "end": DAY, "base": "b/"}
    assert gdelt2_items(lines, **options) == gdelt2_items(lines[::-1], **options)


def test_gdelt_begins_on_18_february_2015_at_eleven():
    day = dt.date(2015, 2, 18)
    assert gdelt2_items([], start=day, end=day, base="b/").expected == 4


def test_lists_of_1_0_hold_years_months_and_days():
    names = ["1979.zip", "200601.zip", "20130401.export.CSV.zip", "20130402.export.CSV.zip"]
    sums = [f"{'a' * 32}  {name}" for name in [*names, "index.html"]]
    sizes = [f"{k + 5} {name}" for k, name in enumerate(names)] + ["99 total"]
    span = {"start": dt.date(1979, 12, 31), "end": dt.date(2013, 4, 1), "base": "b/"}
    found = gdelt1_items(sums, sizes, **span)
    assert [(i.name, i.size) for i in found.items] == [
        ("1979.zip", 5),
        ("200601.zip", 6),
        ("20130401.export.CSV.zip", 7),
    ]
    assert (found.expected, found.unlisted, found.unread) == (1, 0, 0)
    with pytest.raises(DataError, match="no date that exists"):
        gdelt1_items([f"{'a' * 32} 20130231.export.CSV.zip"], [], **span)


# --- plan


def test_a_plan_says_what_would_come_and_writes_nothing(server, tmp_path):
    gdelt(server)
    (tmp_path / NAMES[0]).write_bytes(BODIES[NAMES[0]])
    (tmp_path / NAMES[1]).write_bytes(b"cut")
    before = sorted(tmp_path.iterdir())
    plan = plan_downloads(
        "gdelt2", start=DAY, end=DAY, into=tmp_path, mirror=server.base, manners=impatient()
    )
    assert [planned.here for planned in plan.files] == [True, False, False]
    assert plan.bytes_wanted == sum(len(BODIES[name]) for name in NAMES[1:])
    assert plan.fits and plan.unlisted == 93
    assert "3 files listed, 1 already here, 2 to fetch" in plan.text()
    assert "1 lines of the list could not be read" in plan.text()
    assert sorted(tmp_path.iterdir()) == before
    assert len(server.requests) == 1


def test_a_saved_list_needs_no_network(tmp_path):
    saved = tmp_path / "list.txt"
    saved.write_bytes(master())
    plan = plan_downloads(
        "gdelt2", start=DAY, end=DAY, into=tmp_path / "none" / "yet", listing=saved
    )
    assert len(plan.wanted) == 3 and not (tmp_path / "none").exists()
    assert plan.wanted[0].address == source("gdelt2").address + NAMES[0]
    with pytest.raises(DataError, match="no such list"):
        plan_downloads("gdelt2", start=DAY, end=DAY, into=tmp_path, listing=tmp_path / "other")


def test_a_list_cut_off_is_read_again_and_never_passes_for_a_short_one(server, tmp_path):
    gdelt(server)
    server.on("/masterfilelist.txt", data(master(), etag=None, cut=120), data(master()))
    plan = plan_downloads(
        "gdelt2", start=DAY, end=DAY, into=tmp_path, mirror=server.base, manners=impatient()
    )
    assert len(plan.files) == 3
    server.on("/masterfilelist.txt", plain(200, b"<html>busy</html>"))
    with pytest.raises(DataError, match="web page in place of the list"):
        plan_downloads(
            "gdelt2", start=DAY, end=DAY, into=tmp_path, mirror=server.base, manners=impatient()
        )


def test_plans_of_interfaces_and_of_files_fetched_by_hand(tmp_path):
    options = {"start": DAY, "end": dt.date(2020, 2, 3), "into": tmp_path, "environ": {}}
    ucdp = plan_downloads("ucdp_candidate", **options)
    assert ucdp.requests == ("gedevents/20.0.1, all pages", "gedevents/20.0.2, all pages")
    assert "no token: set DEMARCHE_UCDP_TOKEN" in ucdp.text()
    assert len(plan_downloads("acled", **options).requests) == 3
    assert "fetched by hand" in plan_downloads("icews", **options).text()
    with pytest.raises(DataError, match="before it begins"):
        plan_downloads("icews", start=DAY, end=dt.date(2019, 1, 1), into=tmp_path)
    with pytest.raises(TermError, match="Did you mean 'icews'"):
        plan_downloads("icew", **options)


# --- bulk files


def test_a_sync_brings_what_is_listed_and_the_next_one_asks_for_nothing_but_the_list(
    server, tmp_path
):
    gdelt(server)
    done = sync(server, tmp_path)
    assert [path.name for path in done] == NAMES and len(done) == 3 and done[0] == done.paths[0]
    assert (done.fetched, done.already_here, done.unlisted) == (3, 0, 93)
    count = len(server.requests)
    again = sync(server, tmp_path)
    assert (again.fetched, again.already_here, again.paths) == (0, 3, done.paths)
    assert len(server.requests) == count + 1


def test_a_sync_tells_which_of_how_many_files_and_how_many_bytes(server, tmp_path):
    gdelt(server)
    told = []
    sync(server, tmp_path, progress=lambda *step: told.append(step))
    ends = {name: (done, total) for name, done, total in told}
    assert ends == {
        f"{name} (file {n} of 3)": (len(body), len(body))
        for n, (name, body) in enumerate(BODIES.items(), 1)
    }


def test_a_quarter_hour_that_is_404_is_counted_and_comes_later(server, tmp_path):
    gdelt(server)
    server.on(f"/{NAMES[1]}", plain(404), data(BODIES[NAMES[1]]))
    done = sync(server, tmp_path)
    assert done.not_yet_there == (NAMES[1],) and len(done) == 2
    assert "1 not there yet" in done.text()
    again = sync(server, tmp_path)
    assert [path.name for path in again] == NAMES and again.fetched == 1


def test_one_bad_file_does_not_hold_up_the_others(server, tmp_path):
    gdelt(server)
    server.on(f"/{NAMES[0]}", plain(200, b"PK" + b"x" * (len(BODIES[NAMES[0]]) - 2)))
    done = sync(server, tmp_path)
    assert [path.name for path in done] == NAMES[1:]
    assert done.failed[0].name == NAMES[0] and "md5" in done.failed[0].reason
    server.on(f"/{NAMES[1]}", plain(403))
    with pytest.raises(DataError, match="2 files in a row failed"):
        sync(server, tmp_path / "x", most_failures=2)


def test_nothing_to_fetch_is_an_error(server, tmp_path):
    gdelt(server)
    late = dt.date(2023, 1, 1)
    with pytest.raises(DataError, match="names no file of this period"):
        sync(server, tmp_path, start=late, end=late)
    for name in NAMES:
        server.on(f"/{name}", plain(404))
    with pytest.raises(DataError, match="nothing came"):
        sync(server, tmp_path)
    with pytest.raises(DataError, match="not fetched by demarche"):
        sync(server, tmp_path, source="icews")


# --- UCDP


def ucdp_events(count, first=0):
    columns = source("ucdp_ged").columns
    return [
        dict.fromkeys(columns, "")
        | {"id": first + k, "type_of_violence": 1, "side_a": 'A "q", b', "best": 2, "country": None}
        for k in range(count)
    ]


def ucdp_answer(events, *, total, pages):
    body = {"TotalCount": total, "TotalPages": pages, "Result": events}
    return plain(200, json.dumps(body | {"NextPageUrl": "http://evil.example/"}).encode())


def ucdp(server, folder, **more):
    options = {"token": "sesame", "version": "25.1", "page_size": 2, "manners": impatient()}
    return fetch_ucdp(folder, base=server.base, **(options | more))


PATH = "/gedevents/25.1"


def pages_of_three(server):
    server.on(
        PATH,
        ucdp_answer(ucdp_events(2), total=3, pages=2),
        ucdp_answer(ucdp_events(1, 2), total=3, pages=2),
    )


def test_ucdp_pages_from_zero_become_csv_of_49_columns(server, tmp_path):
    pages_of_three(server)
    paths = ucdp(server, tmp_path, start=DAY, end=DAY)
    asked = [parse_qs(urlsplit(path).query) for _, path, _, _ in server.requests]
    assert [query["page"] for query in asked] == [["0"], ["1"]]
    assert asked[0]["StartDate"] == ["2020-01-01"] and asked[0]["pagesize"] == ["2"]
    assert {headers["x-ucdp-access-token"] for _, _, headers, _ in server.requests} == {"sesame"}
    rows = [row for path in paths for row in csv.reader(path.read_text("utf-8").splitlines())]
    assert all(len(row) == 49 for row in rows) and len(rows) == 5
    table = [dict(zip(rows[0], row, strict=True)) for row in rows if row[0] != "id"]
    assert [row["id"] for row in table] == ["0", "1", "2"]
    assert table[0]["side_a"] == 'A "q", b' and table[0]["country"] == ""
    assert ucdp(server, tmp_path, start=DAY, end=DAY) == paths and len(server.requests) == 2
    assert not any(b"sesame" in path.read_bytes() for path in tmp_path.iterdir())


def test_ucdp_goes_on_with_the_page_that_failed(server, tmp_path):
    server.on(PATH, ucdp_answer(ucdp_events(2), total=3, pages=2), plain(503))
    with pytest.raises(TryLaterError, match="quota"):
        ucdp(server, tmp_path)
    server.on(PATH, ucdp_answer(ucdp_events(1, 2), total=3, pages=2))
    count = len(server.requests)
    assert len(ucdp(server, tmp_path)) == 2 and len(server.requests) == count + 1


def test_ucdp_counts_errors_against_the_quota(server, tmp_path):
    server.on(PATH, plain(500), plain(500), ucdp_answer(ucdp_events(2), total=4, pages=2))
    with pytest.raises(DataError, match="allowed for this run are used up"):
        ucdp(server, tmp_path, quota=3, page_size=2)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        (plain(401), "refuses the token"),
        (plain(404), "not released yet"),
        (plain(200, b"<html>login</html>"), "expected JSON"),
        (plain(200, b'{"Result": 5}'), "expected JSON"),
        (ucdp_answer([{"id": 1}], total=1, pages=1), "events without type_of_violence"),
        (ucdp_answer(ucdp_events(1), total=7, pages=1), "7 events announced, 1 on 1 pages"),
    ],
    ids=["token", "version", "html", "shape", "columns", "count"],
)
def test_ucdp_answers_that_are_refused(server, tmp_path, answer, match):
    server.on(PATH, answer)
    with pytest.raises(DataError, match=match) as caught:
        ucdp(server, tmp_path)
    assert "sesame" not in str(caught.value)


def test_ucdp_wants_a_token_and_a_version(server, tmp_path):
    with pytest.raises(DataError, match="set DEMARCHE_UCDP_TOKEN"):
        ucdp(server, tmp_path, token="")
    with pytest.raises(DataError, match="expected a version like"):
        ucdp(server, tmp_path, version="25.1/../..")
    assert server.requests == []


@pytest.mark.parametrize("token", ["sesame\n", "sesame\r", " sesame", "\u201csesame\u201d", "a\tb"])
def test_a_token_that_no_header_may_hold_is_refused_and_not_shown(server, tmp_path, token):
    with pytest.raises(DataError, match=r"DEMARCHE_UCDP_TOKEN .*set it again") as caught:
        ucdp(server, tmp_path, token=token)
    with pytest.raises(DataError, match=r"DEMARCHE_ACLED_TOKEN .*set it again") as also:
        acled(server, tmp_path, access=AcledAccess(token=token))
    assert "sesame" not in f"{caught.value} {also.value}"
    assert server.requests == []


def test_ucdp_pages_that_change_their_number_on_the_way_are_refused(server, tmp_path):
    server.on(
        PATH,
        ucdp_answer(ucdp_events(2), total=3, pages=2),
        ucdp_answer(ucdp_events(2, 2), total=5, pages=3),
    )
    with pytest.raises(DataError, match="number of pages changed from 2 to 3"):
        ucdp(server, tmp_path)


def test_an_interface_tells_how_many_requests_were_sent(server, tmp_path):
    pages_of_three(server)
    told = []
    environ = {"DEMARCHE_UCDP_TOKEN": "t"}
    tell = lambda *step: told.append(step)  # noqa: E731
    sync(server, tmp_path, source="ucdp_ged", version="25.1", environ=environ, progress=tell)
    assert told == [("requests to ucdp_ged", 1, None), ("requests to ucdp_ged", 2, None)]


def test_candidate_months_that_do_not_exist_yet_are_counted(server, tmp_path):
    server.on("/gedevents/24.0.1", ucdp_answer(ucdp_events(1), total=1, pages=1))
    done = sync(
        server,
        tmp_path,
        source="ucdp_candidate",
        start=dt.date(2024, 1, 1),
        end=dt.date(2024, 2, 1),
        environ={"DEMARCHE_UCDP_TOKEN": "sesame"},
    )
    assert len(done) == 1 and done.not_yet_there == ("24.0.2",)
    assert "24.0.1" in done[0].name
    with pytest.raises(MissingError):
        ucdp(server, tmp_path, version="24.0.2")


# --- ACLED

ACCESS = AcledAccess(user="someone@example.org", password="open sesame")
DATE = "Tue, 02 Jan 2024 10:00:00 GMT"


def acled_rows(*ids, header=None):
    names = header or source("acled").columns
    lines = [",".join(names)]
    lines += [",".join([str(id), "2020-01-01", *[""] * (len(names) - 2)]) for id in ids]
    return "\n".join(lines).encode() + b"\n"


def grant(token, renewal="later"):
    body = {"access_token": token, "refresh_token": renewal, "expires_in": 86400}
    return plain(200, json.dumps(body).encode())


def acled(server, folder, **more):
    options = {"access": ACCESS, "start": DAY, "end": DAY, "page_size": 2, "label": "20240102"}
    return fetch_acled(folder, base=server.base, manners=impatient(), **(options | more))


def test_acled_pages_by_month_until_one_is_short(server, tmp_path):
    server.on("/oauth/token", grant("one"))
    server.on(
        "/api/acled/read",
        *(plain(200, acled_rows(*ids)) for ids in (("A1", "A2"), ("A3",), ("A4",))),
    )
    paths = acled(server, tmp_path, end=dt.date(2020, 2, 1))
    assert [path.name for path in paths] == [
        "acled-20240102-20200101-20200131.p0001.csv",
        "acled-20240102-20200101-20200131.p0002.csv",
        "acled-20240102-20200201-20200201.p0001.csv",
    ]
    assert paths[0].read_bytes() == acled_rows("A1", "A2")
    form = parse_qs(server.requests[0][3].decode())
    assert form["grant_type"] == ["password"] and form["client_id"] == ["acled"]
    queries = [parse_qs(urlsplit(path).query) for _, path, _, _ in server.requests[1:]]
    assert [q["page"] for q in queries] == [["1"], ["2"], ["1"]]
    assert queries[0]["event_date"] == ["2020-01-01|2020-01-31"]
    assert all(h["Authorization"] == "Bearer one" for _, _, h, _ in server.requests[1:])
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"sesame" not in written and "sesame" not in repr(ACCESS)


def test_acled_token_that_runs_out_in_mid_paging_is_renewed_and_no_page_lost(server, tmp_path):
    server.on("/oauth/token", grant("one"), grant("two"))
    server.on(
        "/api/acled/read",
        plain(200, acled_rows("A1", "A2")),
        plain(401),
        plain(200, acled_rows("A3")),
    )
    assert len(acled(server, tmp_path)) == 2
    renewal = parse_qs(server.requests[3][3].decode())
    assert renewal["grant_type"] == ["refresh_token"] and renewal["refresh_token"] == ["later"]
    assert server.requests[4][2]["Authorization"] == "Bearer two"


def test_acled_goes_back_to_the_password_when_the_renewal_has_run_out(server, tmp_path):
    server.on("/oauth/token", grant("one"), plain(400), grant("three"))
    server.on("/api/acled/read", plain(401), plain(200, acled_rows("A1")))
    assert len(acled(server, tmp_path)) == 1
    kinds = [parse_qs(b.decode())["grant_type"][0] for m, _, _, b in server.requests if m == "POST"]
    assert kinds == ["password", "refresh_token", "password"]


def test_acled_resumes_under_the_same_label(server, tmp_path):
    server.on("/oauth/token", grant("one"))
    server.on("/api/acled/read", plain(200, acled_rows("A1", "A2")), plain(503))
    with pytest.raises(TryLaterError):
        acled(server, tmp_path)
    server.on("/api/acled/read", plain(200, acled_rows("A3")))
    before = len(server.requests)
    assert len(acled(server, tmp_path)) == 2
    asked = [path for _, path, _, _ in server.requests[before:] if "read" in path]
    assert len(asked) == 1 and "page=2" in asked[0]


@pytest.mark.parametrize("changed", [True, False])
def test_acled_pages_of_earlier_in_the_day_serve_only_if_nothing_moved(server, tmp_path, changed):
    server.on("/oauth/token", grant("one"))
    end = dt.date(2020, 2, 1)
    first = [("A1", "A2"), ("A3",), ("A4",)]
    server.on("/api/acled/read", *(plain(200, acled_rows(*ids)) for ids in first))
    acled(server, tmp_path, label=None, end=end)
    now = [("A0", "A1"), ("A2", "A3"), (), ("A5",)] if changed else [("A1", "A2")]
    server.on("/api/acled/read", *(plain(200, acled_rows(*ids)) for ids in now))
    before = len(server.requests)
    paths = acled(server, tmp_path, label=None, end=end)
    asked = [path for _, path, _, _ in server.requests[before:] if "read" in path]
    read = [line.split(",")[0] for path in paths for line in path.read_text().splitlines()]
    ids = [id for id in read if id.startswith("A")]
    assert ids == (["A0", "A1", "A2", "A3", "A5"] if changed else ["A1", "A2", "A3", "A4"])
    assert len(asked) == len(now)


def test_acled_empty_answer_is_explained_and_leaves_nothing(server, tmp_path):
    server.on("/oauth/token", grant("one"))
    for body in (b"", acled_rows()):
        server.on("/api/acled/read", plain(200, body))
        with pytest.raises(DataError, match="without the right to the API gets this empty answer"):
            acled(server, tmp_path)
    assert list(tmp_path.iterdir()) == []
    # Nothing changed since the last time is no error.
    assert acled(server, tmp_path, since=1_700_000_000) == ()
    assert "timestamp=1700000000&timestamp_where=%3E%3D" in server.requests[-1][1]


@pytest.mark.parametrize(
    ("token", "read", "match"),
    [
        (plain(400), plain(200), "refuses the account"),
        (plain(200, b"<html>"), plain(200), "expected JSON with access_token"),
        (grant("one"), plain(403), "lacks the right to the API"),
        (grant("one"), plain(401), "a token it has just given"),
        (grant("one"), plain(200, b'{"status": 500}'), "expected a table"),
        (grant("one"), plain(200, b"<html>x</html>"), "expected a table"),
        (grant("one"), plain(200, acled_rows("1", "2", "3")), "3 rows on a page of 2"),
    ],
    ids=["password", "html-token", "403", "401", "json", "html", "too-many"],
)
def test_acled_answers_that_are_refused(server, tmp_path, token, read, match):
    server.on("/oauth/token", token)
    server.on("/api/acled/read", read)
    with pytest.raises(DataError, match=match) as caught:
        acled(server, tmp_path)
    assert "sesame" not in str(caught.value) and "one" not in str(caught.value).split()


def test_acled_a_token_alone_serves_until_it_runs_out(server, tmp_path):
    only = AcledAccess(token="sesame")
    server.on("/api/acled/read", plain(200, acled_rows("A1")), plain(401))
    assert len(acled(server, tmp_path, access=only)) == 1
    with pytest.raises(DataError, match="refused or has run out"):
        acled(server, tmp_path, access=only, label="20240103")
    with pytest.raises(DataError, match="set DEMARCHE_ACLED_USER"):
        acled(server, tmp_path, access=AcledAccess(), label="20240104")


def test_acled_deletions_are_asked_for_by_unix_second(server, tmp_path):
    server.on("/oauth/token", grant("one"))
    body = b"event_id_cnty,deleted_timestamp\nA1,1600000000\n"
    server.on("/api/deleted/read", plain(200, body))
    paths = fetch_acled_deleted(
        tmp_path, access=ACCESS, since=DAY, base=server.base, label="x", manners=impatient()
    )
    assert paths[0].read_bytes() == body and paths[0].name.startswith("acled_deleted-x-20200101")
    assert "deleted_timestamp=1577836800&deleted_timestamp_where=%3E%3D" in server.requests[-1][1]


def test_acled_sync_labels_files_by_the_servers_date_and_keeps_withdrawals_apart(server, tmp_path):
    server.on("/oauth/token", grant("one"))
    server.on("/api/acled/read", plain(200, acled_rows("A1")))
    server.on("/api/deleted/read", plain(200, b"event_id_cnty,deleted_timestamp\nA1,1600000000\n"))
    environ = {"DEMARCHE_ACLED_USER": "u", "DEMARCHE_ACLED_PASSWORD": "open sesame"}
    done = sync(server, tmp_path, source="acled", environ=environ)
    assert done[0].name.split("-")[1].isdigit() and len(done[0].name.split("-")[1]) == 8
    bare = sync(server, tmp_path, source="acled", environ=environ, mirror=server.base[:-1])
    assert bare.paths == done.paths
    assert done[0].parent.name == "acled" and done.withdrawn[0].parent.name == "acled_deleted"
