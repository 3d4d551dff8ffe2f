"""Learning curves in words: what the lines are called, which one the others are held against, and what the points say."""

from collections.abc import Mapping

import pandas as pd

from mtal.analysis.lines import AXES, Level, Line
from mtal.analysis.numbers import decimals, fixed
from mtal.analysis.statistics.curves import SPREADS
from mtal.analysis.tables.published import SEEDS
from mtal.analysis.tables.run_groups import apart

NO_CURVE = "There is no curve to compare: these runs trained once, on all labels."
ALONE = "n=1: one seed gives no error estimate."
RANDOM = "random"
POINT = (
    "kind",
    "title",
    "run",
    "seed",
    "cycle",
    "images",
    "labels",
    "percent",
    "hours",
    "x",
    "task",
    "metric",
    "value",
    "spread",
    "band",
    "n",
)
CHANGE_AXIS = "Better by (%) ↑"
CHANGE_NOTE = (
    "Seed by seed at equal x, with the sign turned so that higher is better for every task; every task counts the "
    "same. Only where all tasks were measured and the reference reaches so far; nothing is extrapolated."
)
CHANGE_LACKS = "No line has a seed in common with it at equal labels, so nothing can be compared."
FULL_NOTE = "Dotted line: networks trained once on the labels of the whole pool."
UNEQUAL_SEEDS = (
    "Open marks on dotted lines are means over fewer seeds than the rest of their line: a step there may come from "
    "the seeds, not from the labels."
)
UNEQUAL_STARTS = "These runs do not start with the same number of labelled images, so their curves are not comparable."


def lines(rows: pd.DataFrame) -> dict[str, Line]:
    """Group -> how it is called and drawn. `rows` as `mtal.analysis.tables.run_groups.curve_rows` gives them."""
    first = rows.drop_duplicates("group")
    return {
        str(group): Line(str(title), str(strategy), int(variant))
        for group, title, strategy, variant in zip(
            first["group"], first["title"], first["strategy"], first["variant"], strict=True
        )
    }


def reference_of(rows: pd.DataFrame) -> str | None:
    """The group that others are held against: Random with the plainest settings; None without one."""
    found = rows[rows["strategy"] == RANDOM].sort_values("variant", kind="stable")
    return None if found.empty else str(found["group"].iloc[0])


def full(whole: pd.DataFrame) -> list[Level]:
    """What runs that trained on all labels reach, a level per group: rows of one task, as `apart` gives them second."""
    known = whole.dropna(subset="value")
    return [
        Level(f"{one['title'].iloc[0]} (n={len(one)})", float(one["value"].mean()))
        for _, one in known.groupby("group", sort=False)
    ]


def behind(
    curves: pd.DataFrame,
    mean: pd.DataFrame,
    whole: pd.DataFrame,
    printed: pd.DataFrame | None,
    band: str,
) -> pd.DataFrame:
    """The data of one task's figure, a row per point: kind (seed, mean, all labels or published), title, run, seed, cycle, x,
    value, spread and n (of means; band says of what kind), and what each point cost. Curves and whole as `apart` gives them,
    mean as `over_seeds`."""
    titles = {group: line.title for group, line in lines(curves).items()}
    tables = [
        mean.assign(kind="mean", title=mean["group"].map(titles), value=mean["mean"], band=band),
        curves.assign(kind="seed"),
        whole.assign(kind="all labels"),
    ]
    if printed is not None and len(printed):
        tables.append(
            printed.assign(
                kind="published",
                title=printed["method"],
                x=printed["labelled_percent"],
                percent=printed["labelled_percent"],
                value=printed["mean"],
                n=SEEDS,
            )
        )
    first = curves if len(curves) else whole
    found = pd.concat([table for table in tables if len(table)], ignore_index=True).assign(
        task=first["task"].iloc[0], metric=first["metric"].iloc[0]
    )
    return found.reindex(columns=[*POINT])


def table(mean: pd.DataFrame, named: Mapping[str, Line], x: str, band: str) -> pd.DataFrame:
    """Mean, spread and n per group and cycle, for people. `mean` as `over_seeds` gives it; `x`: one of AXES."""
    places = decimals(mean["mean"])
    spreads = [
        "" if n < 2 else fixed(spread, places)
        for spread, n in zip(mean["spread"], mean["n"], strict=True)
    ]
    return pd.DataFrame(
        {
            "strategy": [named[group].title for group in mean["group"]],
            "n": mean["n"],
            "cycle": mean["cycle"],
            "mean": [fixed(value, places) for value in mean["mean"]],
            band: spreads,
            AXES[x]: mean["x"],
        }
    )


def message(mean: pd.DataFrame, named: Mapping[str, Line], name: str) -> str:
    """What the last points say, for those who cannot see the chart. `mean` as `over_seeds` gives it."""
    last, places = mean.groupby("group", sort=False).tail(1), decimals(mean["mean"])
    return f"{name}, last values: " + "; ".join(
        f"{named[group].title} {fixed(value, places)} at {x:.5g} (n={n})"
        for group, value, x, n in zip(
            last["group"], last["mean"], last["x"], last["n"], strict=True
        )
    )


def band_note(rows: pd.DataFrame, band: str, thin: bool) -> str:
    """How the bands are to be read; "" where no line has one. `thin`: whether single seeds are drawn too."""
    if not (rows.groupby("group")["run"].nunique() > 1).any():
        return ""
    seeds = "; thin lines: single seeds" if thin else ""
    return f"Bands: mean ± {SPREADS[band]} over n seeds, only where there are at least two{seeds}. Nothing is smoothed."


def unequal_seeds(rows: pd.DataFrame) -> bool:
    """Whether a line has points that fewer of its seeds have reached than others."""
    seeds = (
        rows.dropna(subset="value")
        .groupby(["task", "group", "cycle"])["seed"]
        .nunique()
        .groupby(["task", "group"])
    )
    return bool((seeds.min() < seeds.max()).any())


def alone(rows: pd.DataFrame) -> pd.DataFrame:
    """The first row of every group that has one run only."""
    seeds = rows.groupby("group")["run"].nunique()
    return rows[rows["group"].isin(seeds[seeds < 2].index)].drop_duplicates("group")


def unequal_starts(rows: pd.DataFrame) -> bool:
    """Whether curves of one seed begin with different numbers of labelled images: they say little about each other."""
    curves, _ = apart(rows)
    return bool(
        (curves[curves["cycle"] == 0].groupby(["dataset", "seed"])["images"].nunique() > 1).any()
    )
