"""The workbench in a browser: slider to answer, first load, size and memory, beside Streamlit.

``python bench/workbench.py [--moves 60] [--streamlit PYTHON]``, PYTHON being the interpreter of an
environment that holds Streamlit and demarche's own requirements; without it, the workbench alone.
Times are those of the browser, from the moment a slider is let go to the frame that follows the new
answer; both pages answer the same moves of the same input from the same draws.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PLACE = "position/rus-security/breadth"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OURS = """value => new Promise(done => {
  const node = document.querySelector('[data-place="PLACE"]'), before = window.demarcheTimes.length;
  node.value = value;
  node.dispatchEvent(new Event('change', {bubbles: true}));
  const look = () => window.demarcheTimes.length > before
    ? done(window.demarcheTimes[before]) : setTimeout(look, 5);
  look();
})""".replace("PLACE", PLACE)
THEIRS = """wanted => {
  window.answered = new Promise(done => {
    document.addEventListener('keydown', () => {
      const start = performance.now();
      const look = () => document.body.innerText.includes(`(mode ${wanted})`)
        ? requestAnimationFrame(() => done(performance.now() - start)) : setTimeout(look, 5);
      look();
    }, {once: true, capture: true});
  });
}"""


@contextlib.contextmanager
def started(command: list[str], *, pattern: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server and the link it prints."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            found = re.search(pattern, line)
            if found:
                yield process, found.group()
                return
        raise SystemExit(f"{command[0]} printed no link")
    finally:
        process.terminate()
        process.wait(20)


def memory(pid: int) -> float:
    """Resident memory of a process and its children, in MB."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, StopIteration, ValueError):
            rows = dict(
                line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
            )
            if int(status.parent.name) == pid or int(rows["PPid"]) == pid:
                total += int(rows["VmRSS"].split()[0])
    return total / 1024


def size(python: str, package: str) -> float:
    """Size of an installed package and of all it needs, in MB."""
    code = f"""
import re
from importlib.metadata import distribution, PackageNotFoundError
seen, todo, total = set(), ["{package}"], 0
while todo:
    name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
    if name in seen: continue
    seen.add(name)
    try: found = distribution(name)
    except PackageNotFoundError: continue
    total += sum(p.stat().st_size for f in found.files or () if (p := f.locate()).is_file())
    for need in found.requires or ():
        if "extra ==" not in need: todo.append(re.match(r"[A-Za-z0-9._-]+", need).group())
print(total / 1e6)
"""
    return float(
        subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    )


def said(
    name: str, *, load: float, times: list[float], held: tuple[float, float], mb: float
) -> None:
    """One row of the table."""
    times = sorted(times)
    high = times[min(len(times) - 1, round(0.95 * len(times)))]
    print(
        f"{name:<12}{load:9.2f} s{statistics.median(times):10.0f} ms{high:10.0f} ms"
        f"{held[0]:9.0f} MB{held[1]:9.0f} MB{mb:10.0f} MB"
    )


def ours(browser, moves: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(Path(sys.executable).with_name("demarche")), "workbench", "regional-war",
            "--no-browser", "--port", "0", "--folder", folder,
        ]  # fmt: skip
        with started(command, pattern=r"http://127\S+") as (process, link):
            page = browser.new_context().new_page()
            start = time.perf_counter()
            page.goto(link)
            page.locator("#answer .courses").wait_for()
            load = time.perf_counter() - start
            page.wait_for_timeout(2000)
            before = memory(process.pid)
            times = []
            for turn in range(moves):
                times.append(page.evaluate(OURS, str(20 + (turn * 7) % 60)))
                page.wait_for_timeout(400)
            held = (before, memory(process.pid))
            said("demarche", load=load, times=times, held=held, mb=size(sys.executable, "shiny"))
            return statistics.median(times)


def theirs(browser, moves: int, python: str) -> float:
    here = Path(__file__).parent
    command = [
        python, "-m", "streamlit", "run", str(here / "peers_streamlit.py"), "--server.headless",
        "true", "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false",
        "--server.port", "8599",
    ]  # fmt: skip
    os.environ.update(PYTHONPATH=str(here.parent / "src"), PYTHONUNBUFFERED="1")
    with started(command, pattern=r"http://127\S+") as (process, link):
        page = browser.new_context().new_page()
        start = time.perf_counter()
        page.goto(link)
        page.locator("text=(mode 42)").wait_for(timeout=60_000)
        load = time.perf_counter() - start
        page.wait_for_timeout(2000)
        before = memory(process.pid)
        times, at = [], 42
        page.locator("[data-testid=stSlider] input[type=range]").first.focus()
        for turn in range(moves):
            step = 1 if turn < moves / 2 else -1
            at += step
            page.evaluate(THEIRS, at)
            page.keyboard.press("ArrowRight" if step > 0 else "ArrowLeft")
            times.append(page.evaluate("window.answered"))
            page.wait_for_timeout(400)
        held = (before, memory(process.pid))
        said("Streamlit", load=load, times=times, held=held, mb=size(python, "streamlit"))
        return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--streamlit", help="Python of an environment with Streamlit")
    given = parser.parse_args()
    if CHROMIUM is None:
        raise SystemExit("no Chromium here: 'make system' installs it")
    from playwright.sync_api import sync_playwright

    heads = ("first load", "median", "95th", "memory", "after", "size")
    print(
        " " * 12
        + "".join(f"{h:>{w}}" for h, w in zip(heads, (11, 13, 13, 12, 12, 13), strict=True))
    )
    with sync_playwright() as found:
        browser = found.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        mine = ours(browser, given.moves)
        print(f"limit of 300 ms: {mine / 300:.2f} of it")
        if given.streamlit:
            other = theirs(browser, given.moves, given.streamlit)
            print(f"Streamlit takes {other / mine:.1f} times as long")


if __name__ == "__main__":
    main()
