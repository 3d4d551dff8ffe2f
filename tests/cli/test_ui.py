"""`ui`: the server that takes its place. tests/test_package.py starts a real one."""

import os
import sys

import pytest

from mtal.locations import APP


@pytest.fixture
def executed(monkeypatch):
    """Command lines that would have taken the place of this process."""
    commands = []
    monkeypatch.setattr(os, "execv", lambda program, command: commands.append(command))
    return commands


def test_it_serves_app_py_with_the_options_of_streamlit(mtal, executed):
    assert mtal("ui", "--port", "8600", "--server.baseUrlPath=/mtal") == ("", 0)
    server = [sys.executable, "-P", "-m", "streamlit", "run", str(APP)]
    assert executed == [[*server, "--server.port=8600", "--server.baseUrlPath=/mtal"]]


def test_without_options_the_config_file_beside_app_py_decides(mtal, executed, store):
    mtal("ui")
    assert executed == [[sys.executable, "-P", "-m", "streamlit", "run", str(APP)]]
    assert os.environ["MTAL_RUNS"] == str(store.folder)


def test_another_store_is_handed_to_the_server(mtal, executed, tmp_path):
    mtal("ui", "--runs", tmp_path / "other")
    assert os.environ["MTAL_RUNS"] == str(tmp_path / "other")
