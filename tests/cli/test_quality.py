"""`quality`: correlations as a table and as JSON."""

import json
import re

from mtal.analysis.tables.worth import worth
from mtal.analysis.text.worth import HEADING
from mtal.runs.store.run import QUALITY_COLUMNS
from tests.runs.made_run import TASKS, made_run, write_quality, write_worth


def test_quality_is_a_table_of_correlations_with_their_intervals(mtal, store):
    run = made_run(store.folder)
    assert mtal("quality", run.name)[0].startswith(
        f"{run.name}: no signal quality. It is measured in cycles that pick"
    )
    write_quality(run, 0, 0.5)
    write_quality(run, 1, 0.75)
    text, code = mtal("quality", run.name)
    heading, *rows = text.splitlines()
    assert code == 0
    assert re.split(r"  +", heading) == [
        "cycle",
        "signal",
        *TASKS,
        "loss, mean",
        "loss, max",
        "loss",
        "images",
    ]
    assert len(rows) == 4
    assert re.split(r"  +", rows[2]) == [
        "1",
        "entropy",
        *["0.75 (0.65 to 0.85)"] * 2,
        "none",
        *["0.75 (0.65 to 0.85)"] * 2,
        "10 to 12",
    ]
    assert re.split(r"  +", rows[1]) == [
        "0",
        "diversity (auto-encoder)",
        "-0.25 (-0.70 to 0.35)",
        "12",
    ]
    assert mtal("quality", run.name, "--cycle", "1")[0].splitlines()[1:] == rows[2:]


def test_quality_as_json_has_a_record_per_number(mtal, store):
    run = made_run(store.folder)
    assert json.loads(mtal("quality", run.name, "--json")[0]) == []
    write_quality(run, 1, 0.75)
    records = json.loads(mtal("quality", run.name, "--cycle", "1", "--json")[0])
    assert len(records) == len(TASKS) + 3
    assert list(records[0]) == ["cycle", *QUALITY_COLUMNS, "over"]
    assert {record["over"] for record in records} == {"unlabelled"}
    assert (records[0]["cycle"], records[0]["rho"], records[0]["n"]) == (1, 0.75, 12)
    assert (records[2]["rho"], records[2]["low"]) == (None, None)


def test_below_stands_what_scores_were_worth_on_the_labels_just_bought(mtal, store):
    run = made_run(store.folder)
    write_quality(run, 0)
    without = mtal("quality", run.name)[0]
    assert HEADING not in without
    write_worth(run, 1)
    write_worth(run, 2)
    text, code = mtal("quality", run.name)
    above, below = text.split(f"\n{HEADING}\n")
    heading, *rows = below.splitlines()
    assert (above, code) == (without, 0)
    assert re.split(r"  +", heading) == ["cycle", "signal", *TASKS, "loss", "images"]
    assert [row.split()[0] for row in rows] == ["0"] * 3 + ["1"] * 3
    first = worth(run).iloc[0]
    assert f"{first['rho']:.2f} ({first['low']:.2f} to {first['high']:.2f})" in rows[0]
    only = mtal("quality", run.name, "--cycle", "1")[0]
    assert only.startswith(f"{run.name}: no signal quality in cycle 1.")
    below = only.split(f"\n{HEADING}\n")[1].splitlines()[1:]
    assert [row.split() for row in below] == [row.split() for row in rows[3:]]


def test_worth_is_in_the_json_too_and_says_over_which_images(mtal, store):
    run = made_run(store.folder)
    write_quality(run, 0)
    write_worth(run, 1)
    records = json.loads(mtal("quality", run.name, "--json")[0])
    bought = [record for record in records if record["over"] == "bought"]
    assert len(records) - len(bought) == len(TASKS) + 3
    assert len(bought) == len(worth(run))
    assert list(bought[0]) == list(records[0])
