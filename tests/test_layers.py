"""Layers are a test, not a wish: who may import whom, who draws, who knows file names."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "mtal").rglob("*.py"))
SCREEN = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]
PATHS = ROOT / "mtal" / "runs" / "paths.py"

ALLOWED = {  # package -> what it may import; see docs/design.md
    "acquisition": {"config"},
    "analysis": {"analysis"},
    "analysis.statistics": {"analysis"},
    "analysis.tables": {"config", "acquisition", "analysis", "runs"},
    "analysis.text": {"config", "analysis", "analysis.statistics", "analysis.tables", "runs"},
    "cli": {
        "config",
        "datasets",
        "models",
        "training",
        "acquisition",
        "runs",
        "analysis",
        "export",
        "rooms",
    },
    "config": set(),
    "datasets": {"config", "tasks"},
    "engine": {
        "config",
        "tasks",
        "datasets",
        "models",
        "training",
        "signals",
        "acquisition",
        "runs",
    },
    "errors": set(),
    "export": {"config", "runs", "figures", "analysis"},
    "figures": {"analysis"},
    "locations": set(),
    "models": {"config", "tasks"},
    "rooms": {"config"},
    "pool_columns": set(),
    "runs": set(),
    "runs.example": {"config", "runs", "runs.jobs", "runs.store", "runs.experiments"},
    "runs.experiments": {"config", "runs", "runs.jobs", "runs.store"},
    "runs.jobs": {"config", "runs"},
    "runs.reviews": {"config", "runs", "runs.store"},
    "runs.store": {"config", "runs", "runs.jobs"},
    "seeds": set(),
    "signals": {"config", "tasks", "datasets", "models", "training", "acquisition"},
    "tasks": set(),
    "training": {"config", "tasks", "datasets", "models"},
    "ui": {
        "config",
        "datasets",
        "models",
        "signals",
        "tasks",
        "acquisition",
        "runs",
        "figures",
        "analysis",
        "export",
    },
    "version": set(),
    "__init__": set(),
    "__main__": {"cli"},
}
ANYWHERE = {"errors", "locations", "pool_columns", "seeds", "version"}
SPLIT = {name.split(".")[0] for name in ALLOWED if "." in name}  # packages with arrows inside
PAGE_FOLDERS = {"batch", "curves", "data", "experiments", "home", "inspect", "launch", "map", "run"}
LIGHT = (
    "mtal",
    "mtal.config",
    "mtal.datasets.checks.coverage",
    "mtal.datasets.checks.problems",
    "mtal.datasets.checks.report",
    "mtal.runs.store.run",
    "mtal.runs.store.index",
    "mtal.runs.experiments.experiment",
    "mtal.runs.jobs.launch",
    "mtal.runs.jobs.queue",
    "mtal.runs.reviews.review_database",
    "mtal.runs.reviews.reviewed_batch",
    "mtal.figures",
    "mtal.export.registry",
    "mtal.acquisition.registry",
    "mtal.analysis.statistics.labels_saved",
    "mtal.analysis.statistics.win_matrix",
    "mtal.analysis.text.protocol",
    "mtal.analysis.text.labels_saved",
    "mtal.export.report",
    "mtal.cli.app",
)
READ_WITH = {"runs", "figures", "analysis", "export", "acquisition"}  # what pages read with
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "tools", "core"}


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


def package(file: Path) -> str:
    """`runs` for mtal/runs/paths.py, `runs.jobs` for mtal/runs/jobs/lock.py."""
    return package_of(file.relative_to(ROOT).with_suffix("").parts)


def package_of(parts: Sequence[str]) -> str:
    """The key in ALLOWED of a module by the parts of its name: mtal, package, module."""
    inner = parts[1] in SPLIT and len(parts) > 3 and (ROOT / "mtal" / parts[1] / parts[2]).is_dir()
    return ".".join(parts[1:3]) if inner else parts[1]


def own_imports(file: Path) -> set[str]:
    """Names within mtal that a file imports."""
    return {name for name in imports_of(file) if name.startswith("mtal.")}


@cache
def tree_of(file: Path) -> ast.Module:
    """The syntax of a file."""
    return ast.parse(file.read_text())


@cache
def imports_of(file: Path) -> set[str]:
    """Full names of the modules that a file imports, anywhere in it."""
    nodes = list(ast.walk(tree_of(file)))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return plain | {
        f"{node.module}.{name.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
    }


def texts_of(file: Path) -> set[str]:
    """Every string of a file that is not a docstring or another string standing alone."""
    tree = tree_of(file)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    }


def offenders(files: Iterable[Path], offences: Callable[[Path], Iterable[str]]) -> dict[str, list]:
    """The files that break a rule, by name, with what breaks it."""
    texts_by_file = {relative(file): sorted(offences(file)) for file in files}
    return {file: texts for file, texts in texts_by_file.items() if texts}


def test_there_is_something_to_look_at():
    assert len(MODULES) > 30


def permitted(own: str, other: str) -> bool:
    """`runs` in another package's list means all of it, for `runs.jobs` its top level alone."""
    outer = other.split(".")[0]
    if outer in ANYWHERE or other == own or other in ALLOWED[own]:
        return True
    return outer in ALLOWED[own] and outer != own.split(".")[0]


def test_imports_point_down():
    def upward(file: Path) -> list[str]:
        own = package(file)
        names = own_imports(file)
        return [name for name in names if not permitted(own, package_of(name.split(".")))]

    assert offenders(MODULES, upward) == {}


def test_no_page_folder_imports_another():
    crossing = {
        (relative(file), name)
        for file in MODULES
        if package(file) == "ui"
        for name in own_imports(file)
        if name.startswith("mtal.ui.")
        and name.split(".")[2] in PAGE_FOLDERS
        and file.relative_to(ROOT / "mtal" / "ui").parts[0] != name.split(".")[2]
    }
    assert not crossing


def test_every_page_folder_is_there():
    assert {path.name for path in (ROOT / "mtal" / "ui").iterdir() if path.is_dir()} >= PAGE_FOLDERS


def test_imports_are_absolute():
    def relatives(file: Path) -> list[str]:
        nodes = ast.walk(tree_of(file))
        return [ast.unparse(node) for node in nodes if getattr(node, "level", 0)]

    assert offenders([*MODULES, *SCREEN], relatives) == {}


def test_pages_import_the_screen_and_the_store_only():
    allowed = {"ui", "figures", "runs", "config", "locations", "analysis"}

    def others(file: Path) -> set[str]:
        return {name.split(".")[1] for name in own_imports(file)} - allowed

    assert offenders(SCREEN, others) == {}


def roots(file: Path) -> set[str]:
    """The outermost packages that a file imports from."""
    return {name.split(".")[0] for name in imports_of(file)}


def test_only_the_screen_knows_streamlit():
    files = [file for file in MODULES if package(file) != "ui"]
    assert offenders(files, lambda file: roots(file) & {"streamlit"}) == {}


def test_what_pages_read_with_imports_no_torch():
    files = [file for file in MODULES if package(file).split(".")[0] in READ_WITH]
    assert files
    assert offenders(files, lambda file: roots(file) & {"torch", "torchvision", "timm"}) == {}


def test_importing_it_leaves_torch_out():
    """In one process, one after another: the first that brings torch or streamlit is named."""
    code = f"""
import importlib, sys
for module in {LIGHT!r}:
    importlib.import_module(module)
    heavy = {{"torch", "streamlit"}} & set(sys.modules)
    if heavy:
        sys.exit(f"{{module}} brings {{sorted(heavy)}}")
"""
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_names_say_something():
    def vague(file: Path) -> set[str]:
        return VAGUE & {part.removesuffix(".py") for part in file.relative_to(ROOT).parts}

    assert offenders([*MODULES, *SCREEN], vague) == {}


def test_file_names_of_the_run_store_stand_in_one_place():
    owned = {
        text
        for text in texts_of(PATHS)
        if re.fullmatch(r"[\w.]+\.(json|jsonl|npy|parquet|safetensors|sqlite|txt)", text)
    }
    assert {"config.json", "pick.npy", "pool.parquet"} <= owned
    elsewhere = [
        (relative(file), text)
        for file in [*MODULES, *SCREEN]
        if file != PATHS
        for text in texts_of(file)
        for name in owned
        if re.search(rf"(^|/){re.escape(name)}$", text)
    ]
    assert elsewhere == []


def test_the_worker_is_named_and_never_imported():
    files = [file for file in [*MODULES, *SCREEN] if "engine" not in file.relative_to(ROOT).parts]

    def engine(file: Path) -> list[str]:
        return [name for name in imports_of(file) if name.startswith("mtal.engine")]

    assert offenders(files, engine) == {}


def test_git_ignores_no_source_file():
    """A pattern such as `runs/` would hide mtal/runs too; it must be `/runs/`."""
    if not shutil.which("git"):
        pytest.skip("git is not here")
    files = [relative(file) for file in [*MODULES, *SCREEN, *(ROOT / "tests").rglob("*.py")]]
    asked = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=ROOT,
        input="\n".join(files),
        text=True,
        capture_output=True,
        check=False,
    )
    if asked.returncode == 128:
        pytest.skip("this is not a git checkout")
    assert asked.stdout.split() == []
