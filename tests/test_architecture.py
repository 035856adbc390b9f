"""The house rules that a reader cannot see from one file: rooms, libraries, lengths, names."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "demarche"
ROOMS = {
    "show": {
        "show",
        "desk",
        "scores",
        "terms",
        "errors",
        "cases",
        "record",
        "pooling",
        "reader",
        "ledger",
    },
    "desk": {
        "desk",
        "record",
        "outside",
        "inside",
        "pooling",
        "cases",
        "ledger",
        "reader",
        "scores",
        "terms",
        "errors",
    },
    "record": {"record", "scores", "terms", "errors"},
    "outside": {"outside", "scores", "terms", "errors"},
    "inside": {"inside", "scores", "terms", "errors"},
    "cases": {"cases", "scores", "terms", "errors"},
    "pooling": {"pooling", "scores", "terms", "errors"},
    "ledger": {"ledger", "scores", "terms", "errors"},
    "reader": {"reader", "scores", "terms", "errors"},
    "scores": {"scores", "terms", "errors"},
    "terms": {"terms", "errors"},
    "errors": {"errors"},
}
LIBRARIES = {
    "pydantic": {"cases"},
    "tomli_w": {"cases"},
    "cyclopts": {"show"},
    "altair": {"show"},
    "jinja2": {"show"},
    "htmltools": {"show"},
    "shiny": {"show"},
    "starlette": {"show"},
    "uvicorn": {"show"},
    "markupsafe": {"show"},
    "vl_convert": {"show"},
    "numpy": {"record", "outside", "inside", "pooling", "scores", "ledger", "desk", "show"},
    "scipy": {"outside", "inside", "scores", "pooling", "desk"},
    "duckdb": {"record"},
    "narwhals": {"record"},
    "pyarrow": {"record"},
    "pyspark": {"record"},
    "urllib3": {"record", "reader"},
    "sqlalchemy": {"ledger"},
    "psycopg": {"ledger"},
    "lxml": {"reader"},
    "pypdf": {"reader"},
    "trafilatura": {"reader"},
    "numba": {"outside", "inside"},
    "threadpoolctl": {"outside"},
    "lightgbm": {"outside"},
}
LONGEST = 500
CLOCKS = {"ledger_open.py"}
"""Where the front looks at the clock; everything else is told the time."""
FILES = sorted(SRC.rglob("*.py"))


def _room(path: Path) -> str:
    first = path.relative_to(SRC).parts[0]
    return first.removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_each_room_imports_only_what_lies_below_it(path):
    room = _room(path)
    if room not in ROOMS:
        assert room in {"__init__", "__main__"}
        return
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] == "demarche" and len(parts) > 1 and parts[1] in ROOMS:
            assert parts[1] in ROOMS[room], f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_each_library_lives_in_the_rooms_that_own_it(path):
    for name in _imports(path):
        top = name.split(".")[0]
        if top == "demarche" or top in sys.stdlib_module_names:
            continue
        assert top in LIBRARIES, f"{top} is in no room: add it to the table or drop it"
        assert _room(path) in LIBRARIES[top], f"{path.name} imports {top}"


def test_terms_and_errors_use_the_standard_library_only():
    for path in [*sorted((SRC / "terms").glob("*.py")), SRC / "errors.py"]:
        for name in _imports(path):
            top = name.split(".")[0]
            assert top == "demarche" or top in sys.stdlib_module_names, f"{path.name}: {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_no_module_is_two_things(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_every_public_list_is_sorted_and_complete(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            names = [element.value for element in node.value.elts]
            assert len(set(names)) == len(names)
            defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
            bound = {
                t.id
                for n in tree.body
                if isinstance(n, ast.Assign)
                for t in n.targets
                if isinstance(t, ast.Name)
            }
            bound |= {n.target.id for n in tree.body if isinstance(n, ast.AnnAssign)}
            imported = {
                a.asname or a.name
                for n in tree.body
                if isinstance(n, ast.ImportFrom)
                for a in n.names
            }
            assert set(names) <= defined | bound | imported


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_nothing_below_show_prints_or_asks_for_the_day(path):
    text = path.read_text(encoding="utf-8")
    if _room(path) != "show":
        assert "print(" not in "\n".join(
            line for line in text.splitlines() if not line.lstrip().startswith((">>>", "..."))
        )
    if path.name in CLOCKS:
        return
    for call in ("date.today(", "datetime.now(", "time.time(", "np.random.seed("):
        assert call not in text


def test_import_contract_of_the_rooms_holds():
    found = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=SRC.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_help_needs_no_heavy_library_and_no_command():
    code = (
        "import sys; from demarche.show.cli import main; main(['--help']); "
        "heavy = {'numpy', 'scipy', 'pydantic', 'altair', 'vl_convert', 'jinja2', 'duckdb', "
        "'narwhals', 'pyarrow', 'pyspark', 'urllib3', 'numba', 'lightgbm', 'sqlalchemy', "
        "'psycopg', 'shiny', 'starlette', 'uvicorn'}; "
        "found = heavy & set(sys.modules); "
        "found |= {name for name in sys.modules if name.startswith('demarche.show.cli_')}; "
        "sys.exit(', '.join(sorted(found)) or 0)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
