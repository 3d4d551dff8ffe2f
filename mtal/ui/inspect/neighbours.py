"""What an image is close to: labelled images, earlier picks, and the images next to it at the cut-off."""

import numpy as np
import pandas as pd
import streamlit as st

from mtal.analysis.numbers import decimals, figures, ordinal, pool_percentile
from mtal.runs.store.pool_table import driving_tasks
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.thumbnail_strip import show_row
from mtal.ui.text import plain

NEAR_MISSES = 10


def show_neighbours(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> None:
    """Nearest labelled images and nearest earlier picks, with distances; and both diversities. Nothing without an embedding."""
    near = loaders.nearest(run, cycle, image)
    if near.empty:
        return
    st.subheader("Diversity", anchor=False)
    _two_diversities(pool.iloc[image])
    coverage = covered(pool, image)
    if coverage:
        st.markdown(plain(coverage))
    batch = (
        "Nearest images picked earlier in this batch"
        if pool["picked"].iloc[image]
        else "Nearest images picked in this batch"
    )
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
    """How well the labelled images cover this one, in words; "" where no distance is known.

    From the distances to the nearest labelled image before the pick, and once the batch counts as labelled.
    """
    before = (
        "nearest" if "nearest" in pool else "diversity_start" if "diversity_start" in pool else ""
    )
    if not before or not pool["open"].iloc[image]:
        return ""
    free, gap = pool[pool["open"]], float(pool[before].iloc[image])
    share = pool_percentile(free[before], gap)
    if not np.isfinite(share):
        return ""
    word = (
        "badly covered"
        if share >= 75
        else "well covered"
        if share < 25
        else "covered about as well as most"
    )
    text = (
        f"Before the pick it was {word}: its distance to the nearest labelled image is at the pool's "
        f"{ordinal(round(share))} percentile."
    )
    if "nearest_after" not in pool or pool["picked"].iloc[image]:
        return text
    after = float(pool["nearest_after"].iloc[image])
    moved = (
        f"went down to {figures(after)}"
        if after < gap
        else "did not change: nothing in the batch is nearer"
    )
    return f"{text} With the whole batch labelled, that distance of {figures(gap)} {moved}."


def show_near_misses(run: Run, cycle: int, pool: pd.DataFrame) -> None:
    """The images just below the cut-off, each one click away; nothing where there is no ranking."""
    missed = near_misses(pool)
    if "score" not in pool:
        return
    st.subheader("Near misses", anchor=False)
    if missed.empty:
        st.caption("None: every image that could be picked was picked.")
        return
    st.caption(
        "The next ranks below the cut-off, as they stood once the whole batch counted as labelled. J and K step through "
        "the picks and on into these; any other image of the pool opens from the field at the top."
    )
    drivers = driving_tasks(pool.loc[missed.index])
    notes = [
        f"{figures(score)} · {driver}" if driver else figures(score)
        for score, driver in zip(missed["score"], drivers, strict=True)
    ]
    labels = [f"{rank:,} · {name}" for rank, name in zip(missed["rank"], missed["id"], strict=True)]
    show_row(run, cycle, [int(image) for image in missed.index], labels, notes, "inspect.near")


def near_misses(pool: pd.DataFrame) -> pd.DataFrame:
    """The first rows of the pool below the cut-off, by rank."""
    return pool[~pool["picked"] & (pool["rank"] > 0)].nsmallest(NEAR_MISSES, "rank")


def _two_diversities(row: pd.Series) -> None:
    if "diversity" not in row or not row["open"]:
        return
    at_start, now = float(row["diversity_start"]), float(row["diversity"])
    left, right = st.columns(2)
    left.metric("Diversity at the start of the batch", figures(at_start))
    right.metric(
        "When it was picked" if row["picked"] else "After the whole batch",
        figures(now),
        delta=None
        if abs(at_start - now) < 1e-9
        else f"{now - at_start:.{decimals([at_start], 3)}f}",
        delta_color="off",
        help="Every pick counts as labelled at once, so images near it lose diversity.",
    )
