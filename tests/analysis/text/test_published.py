"""What follows from the paper's tables, against a plain loop and numbers known by hand."""

import pytest
from scipy import stats

from mtal.analysis.tables.published import READINGS, SEEDS, published_values
from mtal.analysis.text.published import area_table, differences


@pytest.mark.parametrize("reading", list(READINGS))
@pytest.mark.parametrize("dataset", ["NYU", "PASCAL"])
def test_differences_are_those_of_a_loop(dataset, reading):
    rows = published_values(reading=reading)
    rows = rows[rows["dataset"] == dataset]
    cells = rows.set_index(["method", "table", "labelled_percent"])
    for other in differences(rows).itertuples(index=False):
        counts = [0, 0, 0]
        for table, percent in cells.loc["Ours"].index:
            if (other[0], table, percent) not in cells.index:
                continue
            ours, theirs = (cells.loc[(name, table, percent)] for name in ("Ours", other[0]))
            p = stats.ttest_ind_from_stats(
                ours["mean"], ours["spread"], SEEDS, theirs["mean"], theirs["spread"], SEEDS, False
            ).pvalue
            ahead = (ours["mean"] > theirs["mean"]) == (ours["better"] == "higher")
            outcome = 0 if ahead else 1
            counts[outcome if p < 0.05 else 2] += 1
        assert list(other[1:-1]) == [sum(counts), *counts]
        assert len(other[-1].split(", ")) == max(1, counts[1])  # those that it loses are named


def test_the_lost_cell_is_named_and_correction_leaves_fewer_differences():
    rows = published_values()
    plain, corrected = (
        differences(rows[rows["dataset"] == "PASCAL"], holm).set_index("Ours against")
        for holm in (False, True)
    )
    assert (corrected["Ours better"] <= plain["Ours better"]).all()
    assert corrected["Ours better"].sum() < plain["Ours better"].sum()
    assert (
        corrected["cells"] == corrected[["Ours better", "Ours worse", "undecided"]].sum(axis=1)
    ).all()


def test_areas_and_budgets_of_a_table():
    rows = published_values()
    areas = area_table(rows[rows["dataset"] == "NYU"]).set_index("task")
    assert areas.loc["Multi-task loss"].tolist() == [
        "↓",
        "7.750",
        "7.975",
        "8.588",
        "34.0",
        "38.0",
        "48.0",
    ]
    assert areas.loc["Depth"].tolist()[4:] == ["≤20", "≤20", "43.3"]
