"""The calculators on the paper's numbers: its table of areas and budgets, to the last digit."""

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

import pandas as pd
import pytest

from mtal.analysis.statistics.areas import areas
from mtal.analysis.statistics.label_efficiency import reach
from mtal.analysis.statistics.labels_saved import labels_saved
from mtal.analysis.tables.published import published_values

KNOWN = """
PASCAL loss        | 6.288 / 6.562 / 7.462    | 28.6 | 31.7 | 46.0
PASCAL semseg      | 61.862 / 61.238 / 57.788 | 25.9 | 28.8 | 57.6
PASCAL edge        | 71.000 / 70.050 / 67.500 | 35.0 | 42.0 | 58.0
PASCAL normals     | 17.525 / 17.638 / 18.038 | 30.0 | 40.0 | 50.0
PASCAL human_parts | 57.112 / 56.000 / 53.075 | 25.3 | 33.0 | 51.3
PASCAL saliency    | 64.175 / 63.825 / 60.862 | 28.8 | 28.4 | 47.5
NYU loss           | 7.750 / 7.975 / 8.588    | 34.0 | 38.0 | 48.0
NYU semseg         | 29.862 / 28.975 / 26.112 | 38.8 | 43.5 | 53.1
NYU depth          | 0.712 / 0.734 / 0.836    | <=20 | <=20 | 43.3
NYU normals        | 22.650 / 23.100 / 26.600 | <=20 | <=20 | 42.9
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in KNOWN.strip().splitlines()]


def table(name: str) -> tuple[pd.DataFrame, str]:
    """The rows of one task, as one seed, and its direction."""
    dataset, task = name.split()
    values = published_values()
    values = values[(values["dataset"] == dataset) & (values["task"] == task)]
    rows = values.rename(
        columns={"method": "group", "labelled_percent": "x", "mean": "value"}
    ).assign(seed=0)
    return rows[["group", "seed", "x", "value"]], values["better"].iloc[0]


def rounded(value: float, precision: int) -> set[str]:
    """Texts of a rounded number: two for a tie, which the table rounds up or down."""
    return {
        str(Decimal(f"{value:.9f}").quantize(Decimal(1).scaleb(-precision), rounding))
        for rounding in (ROUND_HALF_DOWN, ROUND_HALF_UP)
    }


@pytest.mark.parametrize(
    ("name", "method", "expected"),
    [
        (row[0], method, area.strip())
        for row in ROWS
        for method, area in zip(("Ours", "PartAL", "Random"), row[1].split("/"), strict=True)
    ],
)
def test_area_under_the_curve(name, method, expected):
    means = areas(table(name)[0]).set_index("group")
    assert expected in rounded(means.loc[method, "mean"], 3)
    assert (means["low"] == 20).all()
    assert (means["high"] == 60).all()


@pytest.mark.parametrize(
    ("name", "method", "reference", "expected"),
    [
        (row[0], method, reference, row[column])
        for row in ROWS
        for method, reference, column in (
            ("Ours", "Random", 2),
            ("PartAL", "Random", 3),
            ("Ours", "PartAL", 4),
        )
    ],
)
def test_budget_that_reaches_the_last_value_of_another(name, method, reference, expected):
    rows, better = table(name)
    last = rows[(rows["group"] == reference) & (rows["x"] == 60)]["value"].iloc[0]
    of_method = rows[rows["group"] == method]
    budget = reach(of_method["x"], of_method["value"], last, better)
    assert expected in ({f"{budget.censor}{budget.x:g}"} if budget.censor else rounded(budget.x, 1))
    assert labels_saved(rows, method, reference, better).group == budget


@pytest.mark.parametrize(("name", "percent"), [("PASCAL loss", 52), ("NYU loss", 43)])
def test_the_headline(name, percent):
    rows, better = table(name)
    saved = labels_saved(rows, "Ours", "Random", better)
    assert saved.share.censor == ""
    assert round(100 * saved.share.value) == percent
    assert saved.low is None  # one curve of means is no sample of seeds
