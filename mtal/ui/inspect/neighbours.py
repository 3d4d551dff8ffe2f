"""Nearest labelled images and picks of an image, how well it is covered, and the near misses."""

import numpy as np
import pandas as pd
import streamlit as st

from mtal.analysis.numbers import decimals, figures, ordinal, pool_percentile
from mtal.runs.store.pool_table import driving_tasks, near_misses
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.thumbnail_strip import show_row
from mtal.ui.text import plain

NEAR_MISSES = 10


def show_neighbours(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> None:
    """Draw both diversities and the nearest labelled images and picks, with distances.

    Nothing where the cycle has no embedding.
    """
    near = loaders.nearest(run, cycle, image)
    if near.empty:
        return
    st.subheader("Diversity", anchor=False)
    _two_diversities(pool.iloc[image])
    coverage = covered(pool, image)
    if coverage:
        st.markdown(plain(coverage))
    batch = "Nearest images picked in this batch"
    if pool["picked"].iloc[image]:
        batch = "Nearest images picked earlier in this batch"
    for kind, title in (("labelled", "Nearest labelled images"), ("picked", batch)):
        rows = near[near["kind"] == kind]
        st.markdown(f"**{title}**")
        if rows.empty:
            st.caption("None: nothing was picked before it." if kind == "picked" else "None.")
        else:
            show_row(
                run,
                cycle,
                rows["index"].tolist(),
                [str(name) for name in rows["id"]],
                [f"distance {figures(gap)}" for gap in rows["distance"]],
                f"inspect.{kind}",
            )


def covered(pool: pd.DataFrame, image: int) -> str:
    """How well the labelled images cover this one, in words; "" where no distance was stored.

    From the distances to the nearest labelled image before the pick, and with the batch labelled.
    """
    column = "nearest" if "nearest" in pool else "diversity_start"  # old runs have the latter only
    if column not in pool or not pool["open"].iloc[image]:
        return ""
    free, distance = pool[pool["open"]], float(pool[column].iloc[image])
    percentile = pool_percentile(free[column], distance)
    if not np.isfinite(percentile):
        return ""
    grade = "covered about as well as most"
    if percentile >= 75:
        grade = "badly covered"
    elif percentile < 25:
        grade = "well covered"
    text = (
        f"Before the pick it was {grade}: its distance to the nearest labelled image is at the "
        f"pool's {ordinal(round(percentile))} percentile."
    )
    if "nearest_after" not in pool or pool["picked"].iloc[image]:
        return text
    after = float(pool["nearest_after"].iloc[image])
    course = "did not change: nothing in the batch is nearer"
    if after < distance:
        course = f"went down to {figures(after)}"
    return f"{text} With the whole batch labelled, that distance of {figures(distance)} {course}."


def show_near_misses(run: Run, cycle: int, pool: pd.DataFrame) -> None:
    """Draw the images just below the cut-off as links; nothing where there is no ranking."""
    if "score" not in pool:
        return
    picks = pool.index[pool["picked"]]
    missed = pool.iloc[near_misses(pool, picks, NEAR_MISSES)]
    st.subheader("Near misses", anchor=False)
    if missed.empty:
        st.caption("None: every image that could be picked was picked.")
        return
    st.caption(
        "The next ranks below the cut-off, with the whole batch counted as labelled. J and K step "
        "through the picks and on into these; any other image opens from the field at the top."
    )
    drivers = driving_tasks(pool.loc[missed.index])
    notes = [
        f"{figures(score)} · {driver}" if driver else figures(score)
        for score, driver in zip(missed["score"], drivers, strict=True)
    ]
    labels = [f"{rank:,} · {name}" for rank, name in zip(missed["rank"], missed["id"], strict=True)]
    show_row(run, cycle, [int(image) for image in missed.index], labels, notes, "inspect.near")


def _two_diversities(row: pd.Series) -> None:
    if "diversity" not in row or not row["open"]:
        return
    at_start, when_picked = float(row["diversity_start"]), float(row["diversity"])
    change = when_picked - at_start
    left, right = st.columns(2)
    left.metric("Diversity at the start of the batch", figures(at_start))
    right.metric(
        "When it was picked" if row["picked"] else "After the whole batch",
        figures(when_picked),
        delta=None if abs(change) < 1e-9 else f"{change:.{decimals([at_start], 3)}f}",
        delta_color="off",
        help="Every pick counts as labelled at once, so images near it lose diversity.",
    )
