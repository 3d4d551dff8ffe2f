"""`doctor`: every finding, with machines that are not ready."""

from mtal.cli.doctor import free_space, packages, python_version, store_works
from mtal.runs.paths import StorePaths
from tests.runs.made_run import made_run


def test_doctor_names_what_is_wrong():
    assert python_version((3, 10, 4)).level == "fail"
    assert python_version((3, 11, 0)).level == "ok"
    assert free_space("disk", 1.0, 5, "free some") == ("warn", "disk: 1.0 GB free", "free some")
    versions = {"numpy": "1.20", "torch": "2.11.0+cpu"}
    findings = list(
        packages(["# a comment", "numpy>=1.26,<3  # why", "torch>=2.11,<3"], versions.__getitem__)
    )
    assert [finding.level for finding in findings] == ["fail"]
    assert "numpy 1.20" in findings[0].text
    assert [finding.level for finding in packages(["numpy>=1.26"], lambda name: "2.4.0")] == ["ok"]
    assert "is missing" in next(packages(["no-such-package-at-all>=1"])).text


def test_doctor_tries_the_store(tmp_path):
    assert store_works(StorePaths(tmp_path / "new")).level == "ok"
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "file").touch()
    assert store_works(StorePaths(tmp_path / "file")).level == "fail"


def test_doctor_of_a_run_names_its_damaged_files(mtal, store):
    run = made_run(store.folder)
    text, code = mtal("doctor", run.name)
    assert (code, text.split()[0]) == (0, "ok")
    run.cycle(1).network.write_bytes(b"")
    text, code = mtal("doctor", run.name)
    assert code == 1
    assert "network.safetensors cannot be read (it had 64 bytes" in text
