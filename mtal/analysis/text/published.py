"""The paper's printed numbers, in words: titles, axes, and what must be known to read them."""

import pandas as pd

from mtal.analysis.lines import Line
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
    "A reference, not a competitor: its backbone and schedule are not documented, nor is its loss (compare the shape "
    "only), and the depth error that it prints as mse is read as RMSE in metres. It calls its ± a variance; the size is "
    "that of a standard deviation."
)


def axis(row: pd.Series) -> str:
    """`mIoU (%) ↑`"""
    return f"{AXES[str(row['metric'])]} {'↓' if row['better'] == 'lower' else '↑'}"


def lines(one: pd.DataFrame) -> dict[str, Line]:
    """Method -> how it is drawn; rows of one table."""
    return {
        str(method): Line(str(method), str(strategy), 0)
        for method, strategy in zip(one["method"], one["strategy"], strict=True)
    }


def as_means(one: pd.DataFrame) -> pd.DataFrame:
    """Rows of one table as `mtal.analysis.statistics.curves.over_seeds` gives measured ones; x in % of the labels."""
    return pd.DataFrame(
        {
            "group": one["method"],
            "cycle": one.groupby("method").cumcount(),
            "x": one["labelled_percent"],
            "mean": one["mean"],
            "spread": one["spread"],
            "n": SEEDS,
        }
    )


def table(one: pd.DataFrame) -> pd.DataFrame:
    """Rows of one table for people, as they were printed."""
    return pd.DataFrame(
        {
            "method": one["method"],
            "labels (%)": one["labelled_percent"],
            "mean": one["mean"].map("{:g}".format),
            "±": one["spread"].map("{:g}".format),
        }
    )


def told(one: pd.DataFrame) -> str:
    """The values at the largest budget, in one line."""
    last = one[one["labelled_percent"] == one["labelled_percent"].max()]
    return "At 60 %: " + ", ".join(
        f"{method} {mean:g}" for method, mean in zip(last["method"], last["mean"], strict=True)
    )


def band_note(reading: str) -> str:
    """How the ± is drawn. `reading`: one of READINGS."""
    return (
        f"Bands: ± as {READINGS[reading]}, drawn as a standard deviation, n = {SEEDS}. The paper writes variance; the size "
        "is that of a standard deviation."
    )


def repeated_note(rows: pd.DataFrame) -> str:
    """A doubt about the table in which two methods have the same means; "" where `rows` do not show them both."""
    dataset, task, methods = REPEATED
    shown = rows[
        (rows["dataset"] == dataset) & (rows["task"] == task) & rows["method"].isin(methods)
    ]
    if shown["method"].nunique() < 2:
        return ""
    return (
        f"The paper's {dataset} {task} table prints the same five means for {' and '.join(methods)}: do not rank these "
        "two on it."
    )


def reduced(rows: pd.DataFrame) -> pd.DataFrame:
    """A row per table: areas of three methods, and who reaches whose last value with how much."""
    found = []
    for _, one in rows.groupby("table", sort=True):
        tidy = one.assign(group=one["method"], seed=0, x=one["labelled_percent"], value=one["mean"])
        better, task = str(one["better"].iloc[0]), str(one["task"].iloc[0])
        area = areas(tidy).set_index("group")["mean"]
        last = one.set_index(["method", "labelled_percent"])["mean"]
        to_random = _budgets(tidy, float(last[RANDOM, 60]), better)
        found.append(
            {
                "task": TITLES.get(task, task),
                "better": "↓" if better == "lower" else "↑",
                **{f"AULC {name}": f"{area[name]:.3f}" for name in (OURS, PARTAL, RANDOM)},
                "Ours reaches Random@60 at": to_random[OURS],
                "PartAL reaches Random@60 at": to_random[PARTAL],
                "Ours reaches PartAL@60 at": _budgets(tidy, float(last[PARTAL, 60]), better)[OURS],
            }
        )
    return pd.DataFrame(found)


def differences(rows: pd.DataFrame, corrected: bool = False) -> pd.DataFrame:
    """Ours against each other method over all cells of `rows` at 5 %, for people; the cells that it loses by name. `corrected`:
    by Holm, over all tests of `rows`."""
    names = rows["task"].map(TITLES) + rows["labelled_percent"].map(" at {:g} %".format)
    tests = welch(rows.assign(group=rows["method"], cell=names, n=SEEDS), OURS)
    clear, ahead = (
        (holm(tests["p"].to_numpy()) if corrected else tests["p"].to_numpy()) < LEVEL,
        tests["ahead"] > 0,
    )
    return pd.DataFrame(
        [
            {
                "Ours against": other,
                "cells": len(place),
                "Ours better": int((clear & ahead)[place].sum()),
                "Ours worse": int((clear & ~ahead)[place].sum()),
                "undecided": int((~clear)[place].sum()),
                "worse at": ", ".join(tests["cell"][place][(clear & ~ahead)[place]]) or "–",
            }
            for other, place in tests.groupby("other", sort=False).groups.items()
        ]
    )


def _budgets(tidy: pd.DataFrame, target: float, better: str) -> dict[str, str]:
    found = reach_by_group(tidy, target, better)
    return {
        group: budget_text(x, censor, 0 if censor else 1)
        for group, x, censor in zip(found["group"], found["x"], found["censor"], strict=True)
    }
