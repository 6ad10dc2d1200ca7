"""The project's own rules: one place for dependencies, imports one way, no machine's names in a file."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.dependencies import Pin, environment_yml, read_lock

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DIRECT = [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]

# What each part of the package may import of the others, and of the libraries that draw and control.
DRAWING = {"plotly"}
CONTROLS = {"anywidget", "ipywidgets", "traitlets"}
MAY_IMPORT = {
    "models": set[str](),
    "labs": {"models"},
    "figures": {"models", "labs", "plotly"},
    "widgets": {
        "models",
        "labs",
        "figures",
        "grading",
        "design",
        "catalogue",
        "interviews",
        "one_page",
        "plotly",
        "anywidget",
        "ipywidgets",
        "traitlets",
    },
    "grading": {"models"},
    "files": set(),
    "design": {"models", "files"},
    "one_page": {"models", "figures", "design", "files"},
    "classroom": {"models", "grading", "files", "traitlets"},
    "catalogue": {"models"},
    "interviews": {"models", "design", "files"},
    "course_progress": {"models", "design", "interviews"},
    "site": {"models", "grading", "figures", "widgets", "plotly", "ipywidgets"},
}

# Joined here, so that this file does not hold them.
FORBIDDEN = [
    "".join(parts)
    for parts in (
        ("pypi", ".org"),
        ("python", "hosted"),
        ("registry", ".npmjs"),
        ("/wo", "rk/"),
        ("../sha", "red"),
    )
]


# Dependencies ----------------------------------------------------------------------------------------------


def unmet(direct: Iterable[str], pins: Iterable[Pin]) -> list[str]:
    """Return the direct dependencies that no pin satisfies, or that one of their pins does not."""
    locked: dict[str, list[Requirement]] = {}
    for pin in pins:
        requirement = Requirement(pin.requirement)
        locked.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    found = []
    for declared in map(Requirement, direct):
        versions = [str(pin.specifier)[2:] for pin in locked.get(canonicalize_name(declared.name), [])]
        if not versions or not all(version in declared.specifier for version in versions):
            found.append(f"{declared}: locked {versions or 'not at all'}")
    return found


def test_lock_satisfies_what_the_project_declares() -> None:
    assert unmet(DIRECT, read_lock(LOCK)) == []


@pytest.mark.parametrize("declared", ["numpy>=99", "absent>=1"])
def test_drift_from_the_lock_is_found(declared: str) -> None:
    assert len(unmet([declared], [Pin("numpy==2.4.6", "", ("sha256:12",))])) == 1


def undeclared(package: Path, direct: Iterable[str]) -> list[str]:
    """Return the libraries that the package's modules import and that nothing declares."""
    declared = {canonicalize_name(Requirement(line).name) for line in direct}
    brought_by = packages_distributions()
    imported = {name for path in package.rglob("*.py") for name in libraries(path)}
    return sorted(
        name
        for name in imported - {*sys.stdlib_module_names, "helpers"}
        if declared.isdisjoint(map(canonicalize_name, brought_by.get(name, [])))
    )


def libraries(path: Path) -> set[str]:
    """Return the top-level names that a module imports, relative imports aside."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_what_the_package_imports_is_declared(tmp_path: Path) -> None:
    assert undeclared(ROOT / "src/helpers", DIRECT) == []
    (tmp_path / "module.py").write_text("import os\nimport numpy.linalg\nfrom plotly import io\n")
    assert undeclared(tmp_path, ["NumPy>=2"]) == ["plotly"]


def test_every_pin_is_exact_and_has_hashes() -> None:
    pins = read_lock(LOCK)
    assert len(pins) >= len(DIRECT)
    loose = [
        pin
        for pin in pins
        if not pin.hashes or not re.fullmatch(r"[\w.-]+(\[[\w,]+\])?==[\w.+!]+", pin.requirement)
    ]
    assert loose == []


def test_lock_names_no_index() -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links|\s@\s", LOCK)


def test_conda_environment_is_the_lock() -> None:
    assert (ROOT / "environment.yml").read_text() == environment_yml(LOCK), "out of date: run make lock"


# Import direction ------------------------------------------------------------------------------------------


def part_of(path: Path, package: Path) -> str:
    return path.relative_to(package).parts[0].removesuffix(".py")


def imported_by(path: Path, package: Path) -> set[str]:
    """Return the parts of `helpers` and the top-level packages that a module imports."""
    dotted = ["helpers", *path.relative_to(package).parent.parts]
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = dotted[: len(dotted) - node.level + 1] if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] if name.startswith("helpers.") else name.split(".")[0] for name in names}


def wrong_imports(package: Path) -> list[str]:
    """Return what modules of the package import against the direction."""
    watched = MAY_IMPORT.keys() | DRAWING | CONTROLS
    found = []
    for path in sorted(package.rglob("*.py")):
        part = part_of(path, package)
        allowed = MAY_IMPORT.get(part, set()) | {part}
        found += [
            f"{path.name} ({part}): {name}"
            for name in sorted((imported_by(path, package) & watched) - allowed)
        ]
    return found


def test_imports_go_one_way() -> None:
    assert wrong_imports(ROOT / "src/helpers") == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("models/estimation.py", "import plotly.graph_objects as go"),
        ("models/estimation.py", "def f():\n    from helpers.labs import engines"),
        ("models/estimation.py", "from helpers import labs"),
        ("models/estimation.py", "from ..figures.bars import draw"),
        ("models/estimation.py", "from .. import widgets"),
        ("labs/engines.py", "import helpers.figures.bars"),
        ("figures/bars.py", "from ipywidgets import VBox"),
        ("figures/bars.py", "import traitlets"),
        ("grading/checks.py", "from helpers.labs.engines import sqlite"),
        ("design.py", "from helpers.figures import bars"),
        ("one_page/web_page.py", "from helpers.widgets import explorer"),
        ("widgets/explorer.py", "from helpers.site import static_view"),
        ("__init__.py", "import ipywidgets"),
    ],
)
def test_an_import_against_the_direction_is_found(module: str, source: str, tmp_path: Path) -> None:
    path = tmp_path / module
    path.parent.mkdir(exist_ok=True)
    path.write_text(source)
    assert len(wrong_imports(tmp_path)) == 1


def test_imports_in_the_direction_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "widgets").mkdir()
    lines = [
        "import ipywidgets",
        "from helpers.figures import bars",
        "from ..models import api",
        "from . import row",
    ]
    (tmp_path / "widgets/explorer.py").write_text("\n".join(lines))
    assert wrong_imports(tmp_path) == []


# No machine's names ----------------------------------------------------------------------------------------


def forbidden_words(root: Path, names: Iterable[str]) -> list[str]:
    """Return `file: word` for each file that holds a word that must not be in the project."""
    found = []
    for name in names:
        path = root / name
        text = path.read_text(encoding="utf-8", errors="ignore") if path.is_file() else ""
        found += [f"{name}: {word}" for word in FORBIDDEN if word in text]
    return found


def test_no_file_names_a_registry_or_a_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git repository: clone the project with git")
    names = listed.stdout.split("\0")
    assert "pyproject.toml" in names
    assert forbidden_words(ROOT, filter(None, names)) == []


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_forbidden_word_is_found(word: str, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(f"see {word}simple")
    assert forbidden_words(tmp_path, ["notes.md"]) == [f"notes.md: {word}"]
