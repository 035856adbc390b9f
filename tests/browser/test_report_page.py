"""The report in a real browser: no sideways scroll, nothing fetched, all sections laid out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

import pytest

from demarche.cases import parse_case, template
from demarche.desk import ask
from demarche.show.report import write_report

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PROBE = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe id="f" src="report.html" style="width:{width}px;height:800px;border:0"></iframe>
<script>
addEventListener("load", () => {{
  const d = document.getElementById("f").contentDocument, e = d.documentElement;
  d.querySelectorAll("details").forEach(x => x.open = true);
  const out = {{
    scroll: e.scrollWidth, client: e.clientWidth, height: e.scrollHeight,
    headings: d.querySelectorAll("h2").length, charts: d.querySelectorAll("svg").length,
    unnamed: [...d.querySelectorAll("svg")].filter(
      s => !s.closest("[role=img],[aria-label],[aria-hidden]") && !s.querySelector("title")).length,
    remote: performance.getEntriesByType("resource").filter(r => /^https?:/.test(r.name)).length,
  }};
  document.body.innerHTML = "<pre>" + JSON.stringify(out) + "</pre>";
}});
</script>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    if CHROMIUM is None:
        if os.environ.get("DEMARCHE_REQUIRE_ALL") == "1":
            pytest.fail("Chromium is required here: 'make system' installs it")
        pytest.skip("no Chromium on this machine: 'make system' installs it")
    folder = tmp_path_factory.mktemp("report")
    answer = ask(parse_case(template(), file="template"), draws=64)
    write_report(answer, path=folder / "report.html")
    return folder


def measured(folder, width: int) -> dict[str, int]:
    (folder / "probe.html").write_text(PROBE.format(width=width), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
               "--no-first-run", "--disable-background-networking", "--disable-component-update",
               "--disable-sync", "--allow-file-access-from-files", "--virtual-time-budget=4000",
               f"--user-data-dir={folder / 'profile'}", "--dump-dom",
               (folder / "probe.html").as_uri()]  # fmt: skip
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    match = re.search(r"<pre>(\{.*\})</pre>", found.stdout)
    assert match, found.stdout[:500]
    result: dict[str, int] = json.loads(match.group(1))
    return result


@pytest.mark.parametrize("width", [390, 1280])
def test_the_report_never_scrolls_sideways_and_fetches_nothing(page, width):
    seen = measured(page, width)
    assert seen["client"] in range(width - 20, width + 1)
    assert seen["scroll"] <= seen["client"]
    assert seen["headings"] == 12
    assert seen["charts"] >= 4
    assert seen["unnamed"] == 0
    assert seen["remote"] == 0
