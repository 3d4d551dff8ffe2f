"""`check`: the report for people and for programs."""

import json
import re
from dataclasses import replace

from mtal.cli.data import readable
from mtal.datasets.checks.report import Report
from tests.datasets.any_folder import write_folder


def test_the_report_of_a_check_is_readable():
    row = {
        "split": "pool",
        "id": "0007",
        "what": "depth",
        "file": "",
        "kind": "truncated",
        "severity": "label ignored",
        "problem": "it is cut off",
    }
    report = Report(
        "nyud",
        "NYU",
        "/photos",
        "",
        "f",
        "now",
        1.0,
        [],
        {
            "pool": {
                "images": 3,
                "ids": [],
                "sizes": {"120x160": 2, "60x80": 1},
                "coverage": {"depth": 2},
            }
        },
        {
            "depth": {
                "both": {
                    "min": 0.5,
                    "max": None,
                    "mean": 2.0,
                    "valid_percent": 81.25,
                    "classes": [],
                }
            }
        },
        [row] * 30
        + [row | {"id": "", "kind": "other unit", "severity": "note", "problem": "all of them"}],
        [{"pool": "0001", "validation": "0002", "how": "same picture", "bits": 0}],
        [{"pool": ["0001", "3"], "validation": ["0002"]}],
        ["3 files have no image"],
    )
    text = readable(report)
    assert re.search(r"pool +3 +120x160 and 1 more +2\n", text)
    assert re.search(r"depth +81.2 % +0.5 +2\n", text)
    remedy = "The end of the file is missing: copy or save it again."
    assert f"LABEL IGNORED  depth: truncated, 30 times. {remedy}" in text
    assert text.count("it is cut off") == 5
    assert "and 25 more; --json lists them all" in text
    assert "NOTE  depth: other unit, once." in text
    assert "(the whole set): all of them" in text
    assert text.index("LABEL IGNORED") < text.index("NOTE") < text.index("LEAK")
    assert "pool 0001, validation 0002: same picture" in text
    assert "3 images in 1 group; the largest has 3: 0001, 3, 0002" in text
    assert "NOTE  3 files have no image" in text
    assert report.harmful
    sound = replace(report, problems=report.problems[-1:], leaks=[])
    assert not sound.harmful
    assert "Nothing is wrong." in readable(replace(sound, problems=[]))


def test_check_of_a_folder_without_a_description_writes_a_first_guess(mtal, tmp_path):
    folder = write_folder(tmp_path / "rooms")
    written = folder.resolve() / "tasks.yaml"
    written.unlink()
    words = ("check", "--set", "dataset=folder", "--set", f"data={folder}")
    text, code = mtal(*words)
    assert code == 0
    assert f"a first guess was written to {written}" in text
    assert "human_parts" in text  # all tasks that it has, since none was named
    before = written.read_text()
    text, code = mtal(*words, "--set", "tasks=depth", "--json")
    assert code == 0
    assert list(json.loads(text)["labels"]) == ["depth"]  # and nothing else is said
    assert written.read_text() == before


def test_check_of_a_folder_without_images_is_one_line(mtal, tmp_path):
    text, code = mtal("check", "--set", "dataset=folder", "--set", f"data={tmp_path}")
    assert code == 2
    assert text.count("\n") == 1
    assert "holds no images" in text
