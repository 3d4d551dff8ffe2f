"""`save-set`: a list of names becomes a set that a run can start from."""

from mtal.datasets.registry import DATASETS
from mtal.engine.stages.start_set import images_of_start_set
from mtal.runs.jobs.launch import create
from mtal.runs.store.run import Run
from tests.real_runs import tiny_config

DRAWN = ("--set", "dataset=drawn", "--set", "data=24+8", "--set", "size=33x47")


def saved(mtal, tmp_path, text, *words):
    names = tmp_path / "names.txt"
    names.write_text(text)
    return mtal("save-set", "first walk", names, *(words or DRAWN))


def test_a_run_starts_from_the_saved_names(mtal, store, tmp_path):
    text, code = saved(mtal, tmp_path, "pool00003\n\npool00011 \n")
    assert code == 0
    assert "2 images, start_set=first walk" in text
    run = Run(create(tiny_config("start=set", "start_set=first walk"), store).folder)
    held = images_of_start_set(run, DATASETS["drawn"].load(run.config))
    assert held.nonzero()[0].tolist() == [3, 11]


def test_what_cannot_be_saved_is_said(mtal, tmp_path):
    text, code = saved(mtal, tmp_path, "pool00003\nelsewhere\n")
    assert (code, "1 name of" in text, "elsewhere" in text) == (2, True, True)
    text, code = saved(mtal, tmp_path, "\n")
    assert (code, "at least one image" in text) == (2, True)
    text, code = saved(mtal, tmp_path, "a", "--set", "dataset=nyud", "--set", "data=/nowhere")
    assert (code, "/nowhere" in text) == (2, True)
    text, code = mtal("save-set", "x", tmp_path / "none.txt", *DRAWN)
    assert (code, "cannot be read" in text) == (2, True)
