"""The package as users get it: a wheel, installed into an empty environment, used from elsewhere.

The environment is empty but for a path to the packages of the one that runs the tests, so that
nothing is downloaded.
"""

import importlib.metadata
import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from mtal.runs.paths import STORE_VARIABLE, StorePaths
from mtal.runs.store.run import Run
from mtal.version import VERSION
from tests.real_runs import TINY, wait
from tests.test_layers import MODULES, SCREEN, relative, texts_of

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOT_PACKED = {"assets/screenshot.png"}
SMALL = [
    word
    for setting in (*TINY[2:], "epochs=1", "pair_epochs=1", "start_percent=2", "cycles=1")
    for word in ("--set", setting)
]  # of the bundled rooms
PATIENCE_S = 120


def tracked(*folders: str) -> set[str]:
    """Files of the checkout that a wheel carries."""
    files = {path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()}
    names = {str(path.relative_to(ROOT)) for path in files if path.suffix != ".pyc"}
    return names - NOT_PACKED


def requirement_lines(path: Path) -> list[str]:
    lines = [line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line]


def test_requirements_txt_lists_the_dependencies_of_the_package():
    assert requirement_lines(ROOT / "requirements.txt") == PROJECT["project"]["dependencies"]


def test_every_imported_package_is_a_dependency():
    """Also one that comes with another today. pydantic_core belongs to pydantic in step."""
    files = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "mtal").rglob("*.py")]
    imports = {
        name
        for file in files
        for name in re.findall(
            r"^\s*(?:from|import) (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    owners = importlib.metadata.packages_distributions()
    project = PROJECT["project"]
    extras = [text for extra in project["optional-dependencies"].values() for text in extra]
    listed = {
        Requirement(text).name.lower().replace("_", "-")
        for text in [*project["dependencies"], *extras]
    }
    missing = {
        owner
        for name in imports - sys.stdlib_module_names - {"mtal", "pydantic_core"}
        for owner in owners.get(name, [])
        if owner.lower().replace("_", "-") not in listed
    }
    assert missing == set()


def test_texts_for_users_fit_an_installed_package_too():
    """Commands are named by `locations.COMMAND`, packages by themselves."""
    only_here = r"python -m mtal|requirements\.txt|streamlit run|\bmake (demo|app|clean)"
    checkout = [
        (relative(file), text)
        for file in [*MODULES, *SCREEN]
        if relative(file) not in {"mtal/locations.py", "mtal/cli/doctor.py"}
        for text in texts_of(file)
        if re.search(only_here, text)
    ]
    assert checkout == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return path


@pytest.mark.slow
def test_the_wheel_carries_the_package_and_the_dashboard_and_nothing_else(wheel):
    assert wheel.name == f"mtal-{VERSION}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    info = {name for name in names if name.startswith(f"mtal-{VERSION}.dist-info/")}
    dashboard = {f"mtal/dashboard/{name}" for name in tracked("pages", "assets", ".streamlit")}
    assert names - info == tracked("mtal") | dashboard | {"mtal/dashboard/app.py"}
    assert "mtal/py.typed" in names


class Installation:
    """mtal in an environment of its own, used from an empty folder by a user with an empty home."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.environment, self.home, self.elsewhere = (
            folder / name for name in ("environment", "home", "elsewhere")
        )
        venv.create(self.environment, symlinks=True)
        self.home.mkdir()
        self.elsewhere.mkdir()
        python = self.environment / "bin" / "python"
        [packages] = self.environment.glob("lib/python*/site-packages")
        (packages / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
        install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
        subprocess.run([*install, "--no-deps", "--no-index", str(wheel)], check=True)
        self.program = self.environment / "bin" / "mtal"
        self.package = packages / "mtal"
        data = self.home / "data"
        self.variables = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
        self.variables |= {"HOME": str(self.home), "XDG_DATA_HOME": str(data)}
        self.store = data / "mtal" / "runs"

    def mtal(self, *words: str, **variables: str) -> str:
        """Run a command and return what it prints; it must succeed."""
        done = subprocess.run(
            [str(self.program), *words],
            cwd=self.elsewhere,
            env=self.variables | variables,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("installed"), wheel)


@pytest.mark.slow
def test_commands_work_from_another_folder_and_name_themselves(installation):
    assert "Usage: mtal " in installation.mtal("--help")
    report = installation.mtal("doctor")
    assert f"ok    packages: all {len(PROJECT['project']['dependencies'])} are in range" in report
    assert f"run store {installation.store}: writable" in report
    assert "dashboard: `mtal ui`" in report
    assert "fail" not in report
    assert installation.mtal("status") == f"No runs in {installation.store}\n"


@pytest.mark.slow
def test_the_store_that_the_environment_names_comes_first(installation, tmp_path):
    named = {STORE_VARIABLE: str(tmp_path / "named")}
    assert installation.mtal("status", **named) == f"No runs in {tmp_path / 'named'}\n"


@pytest.mark.slow
def test_the_demo_runs_on_the_bundled_rooms(installation):
    text = installation.mtal("demo", *SMALL)
    assert "Demo on the bundled rooms" in text
    assert text.count(": started\n") == 2
    assert text.endswith("`mtal ui` opens the dashboard\n")
    store = StorePaths(installation.store)
    for paths in store.runs():
        wait(Run(paths.folder), PATIENCE_S)
    states = json.loads(installation.mtal("status", "--json"))
    assert [(state["status"], state["reason"]) for state in states] == [("finished", None)] * 2
    assert {state["strategy"] for state in states} == {"random", "ours"}
    assert {Path(state["folder"]).parent for state in states} == {installation.store}
    facts = store.run(states[0]["name"]).facts
    assert str(installation.package) in facts.read_text()  # not the images of the checkout


@pytest.mark.slow
def test_ui_serves_the_dashboard_of_the_package(installation):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = installation.home / "server.txt"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(installation.program), "ui", "--port", str(port)],
            cwd=installation.elsewhere,
            env=installation.variables,
            stdout=output,
            stderr=output,
        )
    try:
        assert answer(port, "_stcore/health", server, log) == b"ok"
        assert b"<title>" in answer(port, "", server, log)
        assert b"plotly.js" in answer(port, "plotly.js", server, log)[:400]  # a route of app.py
    finally:
        server.kill()
        server.wait()


def answer(port: int, path: str, server: subprocess.Popen[bytes], log: Path) -> bytes:
    """Return what the server answers, once it does."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            pytest.fail(f"/{path}: {error}\n{log.read_text(errors='replace')}")
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return pytest.fail(f"the dashboard did not start:\n{log.read_text(errors='replace')}")
