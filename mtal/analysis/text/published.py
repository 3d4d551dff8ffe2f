"""The paper's printed numbers, in words: titles, axes, and how to read them."""

import pandas as pd

from mtal.analysis.lines import Line
from mtal.analysis.numbers import listed
from mtal.analysis.statistics.areas import areas
from mtal.analysis.statistics.label_efficiency import reach_by_group
from mtal.analysis.statistics.label_efficiency import text as budget_text
from mtal.analysis.statistics.paired_tests import LEVEL, holm
from mtal.analysis.statistics.welch import welch
from mtal.analysis.tables.published import READINGS, REPEATED, SEEDS
from mtal.runs.store.run import LOSS

OURS, PARTAL, RANDOM = "Ours", "PartAL", "Random"
TITLES = {
    LOSS: "Multi-task loss",
    "semseg": "Semantic segmentation",
    "depth": "Depth",
    "normals": "Surface normals",
    "edge": "Edges",
    "human_parts": "Human parts",
    "saliency": "Saliency",
}
AXES = {
    "mIoU": "mIoU (%)",
    "odsF": "odsF (%)",
    "mErr": "mErr (°)",
    "mse": "RMSE (m), printed as mse",
    "multi-task loss": "Multi-task loss",
}
NOT_OURS = (
    "A reference, not a competitor: its backbone and schedule are not documented, nor is its loss "
    "(compare the shape only), and the depth error that it prints as mse is read as RMSE in "
    "metres. It calls its ± a variance; the size is that of a standard deviation."
)


def axis(row: pd.Series) -> str:
    """`mIoU (%) ↑`."""
    return f"{AXES[str(row['metric'])]} {_arrow(row['better'])}"


def lines(rows: pd.DataFrame) -> dict[str, Line]:
    """Map each method of a table to its title and look."""
    return {
        str(method): Line(str(method), str(strategy), 0)
        for method, strategy in zip(rows["method"], rows["strategy"], strict=True)
    }


def as_means(rows: pd.DataFrame) -> pd.DataFrame:
    """Bring a table into the form of `mtal.analysis.statistics.curves.over_seeds`.

    x is in % of the labels.
    """
    return pd.DataFrame(
        {
            "group": rows["method"],
            "cycle": rows.groupby("method").cumcount(),
            "x": rows["labelled_percent"],
            "mean": rows["mean"],
            "spread": rows["spread"],
            "n": SEEDS,
        }
    )


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """Format a table as it was printed."""
    return pd.DataFrame(
        {
            "method": rows["method"],
            "labels (%)": rows["labelled_percent"],
            "mean": rows["mean"].map("{:g}".format),
            "±": rows["spread"].map("{:g}".format),
        }
    )


def summary(rows: pd.DataFrame) -> str:
    """Say the values of a table at the largest budget, in one line."""
    last = rows[rows["labelled_percent"] == rows["labelled_percent"].max()]
    means = zip(last["method"], last["mean"], strict=True)
    return f"At 60 %: {', '.join(f'{method} {mean:g}' for method, mean in means)}"


def band_note(reading: str) -> str:
    """Say how the ± is drawn. reading: one of READINGS."""
    return (
        f"Bands: ± as {READINGS[reading]}, drawn as a standard deviation, n = {SEEDS}. The paper "
        "writes variance; the size is that of a standard deviation."
    )


def repeated_note(rows: pd.DataFrame) -> str:
    """Warn of the table in which two methods have the same means; "" where `rows` lack them."""
    dataset, task, methods = REPEATED
    in_table = (rows["dataset"] == dataset) & (rows["task"] == task)
    shown = rows[in_table & rows["method"].isin(methods)]
    if shown["method"].nunique() < 2:
        return ""
    return (
        f"The paper's {dataset} {task} table prints the same five means for {listed(methods)}: "
        "do not rank these two on it."
    )


def area_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Make a row per table: areas of three methods, and the budgets to reach each other's end."""
    results = []
    for _, of_table in rows.groupby("table", sort=True):
        curves = of_table.assign(
            group=of_table["method"], seed=0, x=of_table["labelled_percent"], value=of_table["mean"]
        )
        better, task = str(of_table["better"].iloc[0]), str(of_table["task"].iloc[0])
        area = areas(curves).set_index("group")["mean"]
        last = of_table.set_index(["method", "labelled_percent"])["mean"]
        to_random = _budgets(curves, float(last[RANDOM, 60]), better)
        to_partal = _budgets(curves, float(last[PARTAL, 60]), better)
        results.append(
            {
                "task": TITLES.get(task, task),
                "better": _arrow(better),
                **{f"AULC {name}": f"{area[name]:.3f}" for name in (OURS, PARTAL, RANDOM)},
                "Ours reaches Random@60 at": to_random[OURS],
                "PartAL reaches Random@60 at": to_random[PARTAL],
                "Ours reaches PartAL@60 at": to_partal[OURS],
            }
        )
    return pd.DataFrame(results)


def differences(rows: pd.DataFrame, corrected: bool = False) -> pd.DataFrame:
    """Test Ours against each other method at 5 % in all cells of `rows`.

    A row per method, with the cells that Ours loses by name.

    corrected: by Holm, over all tests of `rows`.
    """
    cells = rows["task"].map(TITLES) + rows["labelled_percent"].map(" at {:g} %".format)
    tests = welch(rows.assign(group=rows["method"], cell=cells, n=SEEDS), OURS)
    p = tests["p"].to_numpy()
    significant = (holm(p) if corrected else p) < LEVEL
    ahead = tests["ahead"].to_numpy() > 0
    tests = tests.assign(won=significant & ahead, lost=significant & ~ahead)
    results = []
    for other, against in tests.groupby("other", sort=False):
        won, lost = int(against["won"].sum()), int(against["lost"].sum())
        results.append(
            {
                "Ours against": other,
                "cells": len(against),
                "Ours better": won,
                "Ours worse": lost,
                "undecided": len(against) - won - lost,
                "worse at": ", ".join(against["cell"][against["lost"]]) or "–",
            }
        )
    return pd.DataFrame(results)


def _arrow(better: str) -> str:
    return "↓" if better == "lower" else "↑"


def _budgets(curves: pd.DataFrame, target: float, better: str) -> dict[str, str]:
    """Map each method to the budget at which it reaches the target, in % of the labels."""
    reached = reach_by_group(curves, target, better)
    return {
        group: budget_text(x, censor, 0 if censor else 1)
        for group, x, censor in zip(reached["group"], reached["x"], reached["censor"], strict=True)
    }
