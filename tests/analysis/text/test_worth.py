"""Sentences about the worth of scores."""

import pandas as pd

from mtal.analysis.tables.worth import TASK_SCORE, WORTH_COLUMNS
from mtal.analysis.text.worth import last_batch_text
from mtal.runs.store.run_facts import TaskFacts

NAN = float("nan")


def tasks(*names):
    about = dict.fromkeys(("metric", "axis", "unit", "better", "distance"), "")
    about |= dict.fromkeys(("distance_unit", "note", "value_unit"), "")
    return [
        TaskFacts(name=name, title=name.capitalize(), weight=1, legend=(), **about)
        for name in names
    ]


def test_the_last_batch_is_named_with_interval_and_number_of_images():
    rows = [
        (0, TASK_SCORE, TASK_SCORE, "depth", "", 0.9, 0.8, 0.95, 48),
        (1, TASK_SCORE, TASK_SCORE, "depth", "", 0.42, 0.1, 0.66, 48),
        (1, TASK_SCORE, TASK_SCORE, "normals", "", -0.4, -0.6, -0.1, 48),
        (1, TASK_SCORE, TASK_SCORE, "edge", "", 0.1, -0.2, 0.4, 48),
        (1, TASK_SCORE, TASK_SCORE, "semseg", "", NAN, NAN, NAN, 3),
        (1, "entropy", "entropy", "depth", "", 0.3, 0.1, 0.5, 48),
    ]
    frame = pd.DataFrame(rows, columns=list(WORTH_COLUMNS))
    assert last_batch_text(frame, tasks("depth", "normals", "edge", "semseg")) == (
        "Did the scores predict the losses on the labels that cycle 1 bought? "
        "Depth ρ 0.42 (0.10 to 0.66, n=48), yes; "
        "Normals ρ -0.40 (-0.60 to -0.10, n=48), the wrong way round; "
        "Edge ρ 0.10 (-0.20 to 0.40, n=48), not beyond chance; Semseg unknown (n=3)."
    )
    assert last_batch_text(frame[:0], tasks("depth")) == ""
