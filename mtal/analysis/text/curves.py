"""Learning curves in words: titles, the reference, the numbers behind a figure, and notes."""

from collections.abc import Iterable, Mapping

import pandas as pd

from mtal.analysis.lines import AXES, Level, Line
from mtal.analysis.numbers import decimals, fixed
from mtal.analysis.statistics.curves import SPREADS
from mtal.analysis.tables.published import SEEDS
from mtal.analysis.tables.run_groups import split_all_labels

NO_CURVE = "There is no curve to compare: these runs trained once, on all labels."
ALONE = "n=1: one seed gives no error estimate."
RANDOM = "random"
POINT_COLUMNS = (
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
    "Seed by seed at equal x, with the sign turned so that higher is better for every task; every "
    "task counts the same. Only where all tasks were measured and the reference reaches so far; "
    "nothing is extrapolated."
)
CHANGE_LACKS = "No line has a seed in common with it at equal labels, so nothing can be compared."
FULL_NOTE = "Dotted line: networks trained once on the labels of the whole pool."
UNEQUAL_SEEDS = (
    "Open marks on dotted lines are means over fewer seeds than the rest of their line: a step "
    "there may come from the seeds, not from the labels."
)
UNEQUAL_STARTS = (
    "These runs do not start with the same number of labelled images, so their curves are not "
    "comparable."
)

FROZEN_NOTE = (
    "Frozen backbone: only the heads were trained, on features that stayed as they are. These "
    "figures do not compare with those of fine-tuned networks."
)
FROZEN_AND_TUNED = (
    "Some of these runs keep their backbone frozen and others fine-tune it, so their figures are "
    "not comparable."
)


def lines(rows: pd.DataFrame) -> dict[str, Line]:
    """Map each group to its title and look.

    rows: as of `mtal.analysis.tables.run_groups.curve_rows`.
    """
    first = rows.drop_duplicates("group")
    return {
        str(group): Line(str(title), str(strategy), int(variant))
        for group, title, strategy, variant in zip(
            first["group"], first["title"], first["strategy"], first["variant"], strict=True
        )
    }


def reference_of(rows: pd.DataFrame) -> str | None:
    """Choose the group to compare with: Random with the plainest settings; None without one."""
    random_rows = rows[rows["strategy"] == RANDOM].sort_values("variant", kind="stable")
    return None if random_rows.empty else str(random_rows["group"].iloc[0])


def full_levels(whole: pd.DataFrame) -> list[Level]:
    """Average what runs on all labels reach, a level per group.

    whole: rows of one task, the second of `split_all_labels`.
    """
    by_group = whole.dropna(subset="value").groupby("group", sort=False)
    return [
        Level(f"{rows['title'].iloc[0]} (n={len(rows)})", float(rows["value"].mean()))
        for _, rows in by_group
    ]


def point_table(
    curves: pd.DataFrame,
    mean: pd.DataFrame,
    whole: pd.DataFrame,
    published: pd.DataFrame | None,
    band: str,
) -> pd.DataFrame:
    """Collect the data of one task's figure: POINT_COLUMNS, a row per point.

    kind is seed, mean, all labels or published; spread and n belong to means.

    curves, whole: as of `split_all_labels`.
    mean: as of `over_seeds`.
    published: rows of the paper, or None.
    band: the kind of spread, one of SPREADS.
    """
    titles = {group: line.title for group, line in lines(curves).items()}
    tables = [
        mean.assign(kind="mean", title=mean["group"].map(titles), value=mean["mean"], band=band),
        curves.assign(kind="seed"),
        whole.assign(kind="all labels"),
    ]
    if published is not None and len(published):
        tables.append(
            published.assign(
                kind="published",
                title=published["method"],
                x=published["labelled_percent"],
                percent=published["labelled_percent"],
                value=published["mean"],
                n=SEEDS,
            )
        )
    first = (curves if len(curves) else whole).iloc[0]
    points = pd.concat([table for table in tables if len(table)], ignore_index=True)
    points = points.assign(task=first["task"], metric=first["metric"])
    return points.reindex(columns=list(POINT_COLUMNS))


def table(mean: pd.DataFrame, named: Mapping[str, Line], x: str, band: str) -> pd.DataFrame:
    """Format mean, spread and n per group and cycle.

    mean: as of `over_seeds`.
    named: group -> line.
    x: one of AXES.
    band: the kind of spread, one of SPREADS.
    """
    precision = decimals(mean["mean"])
    spreads = [
        "" if n < 2 else fixed(spread, precision)
        for spread, n in zip(mean["spread"], mean["n"], strict=True)
    ]
    return pd.DataFrame(
        {
            "strategy": [named[group].title for group in mean["group"]],
            "n": mean["n"],
            "cycle": mean["cycle"],
            "mean": [fixed(value, precision) for value in mean["mean"]],
            band: spreads,
            AXES[x]: mean["x"],
        }
    )


def summary(mean: pd.DataFrame, named: Mapping[str, Line], name: str) -> str:
    """Say what the last points are, for those who cannot see the chart.

    mean: as of `over_seeds`.
    named: group -> line.
    name: title of the task.
    """
    last, precision = mean.groupby("group", sort=False).tail(1), decimals(mean["mean"])
    columns = (last[column] for column in ("group", "mean", "x", "n"))
    points = [
        f"{named[group].title} {fixed(value, precision)} at {x:.5g} (n={n})"
        for group, value, x, n in zip(*columns, strict=True)
    ]
    return f"{name}, last values: {'; '.join(points)}"


def band_note(rows: pd.DataFrame, band: str, thin: bool) -> str:
    """Say how to read the bands; "" where no line has one.

    band: one of SPREADS.
    thin: single seeds are drawn too.
    """
    if not (rows.groupby("group")["run"].nunique() > 1).any():
        return ""
    seeds = "; thin lines: single seeds" if thin else ""
    return (
        f"Bands: mean ± {SPREADS[band]} over n seeds, only where there are at least two{seeds}. "
        "Nothing is smoothed."
    )


def unequal_seeds(rows: pd.DataFrame) -> bool:
    """Say whether some points of a line are means over fewer seeds than its others."""
    seeds = (
        rows.dropna(subset="value")
        .groupby(["task", "group", "cycle"])["seed"]
        .nunique()
        .groupby(["task", "group"])
    )
    return bool((seeds.min() < seeds.max()).any())


def single_seed_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the first row of every group that has one run only."""
    seeds = rows.groupby("group")["run"].nunique()
    return rows[rows["group"].isin(seeds[seeds < 2].index)].drop_duplicates("group")


def backbone_note(frozen: Iterable[bool]) -> str:
    """Say whether runs kept their backbone frozen; "" where all were fine-tuned."""
    kinds = set(frozen)
    if True not in kinds:
        return ""
    return FROZEN_AND_TUNED if False in kinds else FROZEN_NOTE


def unequal_starts(rows: pd.DataFrame) -> bool:
    """Say whether curves of one seed begin with different numbers of labelled images."""
    curves, _ = split_all_labels(rows)
    starts = curves[curves["cycle"] == 0].groupby(["dataset", "seed"])["images"]
    return bool((starts.nunique() > 1).any())
