"""What the network saw in one image: predictions before and after refinement, and where they disagree. Shows files only."""
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from mtal.figures.scores import pool_percentile, task_bars
from mtal.runs.run import Run, TaskFacts
from mtal.ui import loaders
from mtal.ui.gallery import show_tiles
from mtal.ui.sentences import driving_task, figures, members, speaking_member
from mtal.ui.words import plain

POOL_SCALE, OWN_SCALE = "whole pool", "this image"
GAP = {POOL_SCALE: "gap", OWN_SCALE: "gapself"}             # which picture belongs to which scale
MANY = 12                                                   # legends longer than this are folded away


def bar_rows(pool: pd.DataFrame, image: int, tasks: tuple[TaskFacts, ...], committee: str) -> pd.DataFrame:
    """Rows for `task_bars`: each task's score s_k and, under it, the members m_{k,l} of its committee."""
    free, driver = pool[~pool["labelled"]], driving_task(pool, image)
    rows = []
    for task in tasks:
        if f"s.{task.name}" in pool:                        # not under strategies that only have the committee described
            rows.append(_bar(free, pool, image, f"s.{task.name}", task, task.title, "task", task.name == driver))
        speaker = speaking_member(pool, image, task.name, committee)
        rows += [_bar(free, pool, image, f"m.{task.name}.{partner}", task, f"{task.name} from {partner}", "member",
                      partner == speaker and f"s.{task.name}" in pool)
                 for partner in members(pool, task.name)]
    return pd.DataFrame(rows, columns=["label", "percentile", "text", "kind", "speaks"])


def show_bars(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> None:
    """Task scores with the pool's percentiles, or why there are none."""
    rows = bar_rows(pool, image, run.tasks, run.config.committee)
    if rows.empty:
        st.info("This strategy measures no disagreement. Set `describe=always` to have it measured beside any strategy.",
                icon=":material/bar_chart_off:")
        return
    st.plotly_chart(task_bars(rows, f"{run.name}/{cycle}"), key="inspect.bars", alt="Task scores of this image: " + ", ".join(
        f"{row.label} {row.text}" for row in rows.itertuples()))
    st.caption(f"Bars: where this image's value lies among the unlabelled pool. ◀ and hatching: the member that gave the task's "
               f"score ({run.config.committee} over the committee) and the task that is highest after normalising.")


def show_strips(run: Run, cycle: int, image: int) -> None:
    """A row of pictures per task, with a switch of the disagreement maps' scale where there are such maps."""
    evidence = loaders.evidence(run, cycle)
    if not evidence or image not in evidence["images"]:
        _say_nothing_drawn(evidence)
        return
    scale = _choose_scale() if any(f".{GAP[OWN_SCALE]}." in name for name in evidence["pictures"]) else POOL_SCALE
    for task in run.tasks:
        st.markdown(f"**{plain(task.title)}**")
        pictures = strip(run, cycle, image, task.name, scale, evidence["pictures"])
        for column, (title, path) in zip(st.columns(max(6, len(pictures))), pictures, strict=False):
            if path.exists():
                column.image(str(path), caption=title, width="stretch", alt=f"{task.title}: {title}, pool image {image}")
        measured = any(name.startswith(f"{task.name}.{GAP[scale]}.") for name in evidence["pictures"])
        _legend(task, scale, evidence["scales"].get(task.name) if measured else None)


def _choose_scale() -> str:
    """How bright a disagreement is drawn: comparable between images, or with all the detail of this one."""
    return st.segmented_control(
        "Colour scale of the disagreement maps", [POOL_SCALE, OWN_SCALE], default=POOL_SCALE, required=True, key="inspect.scale",
        help="Whole pool: the same scale for every image. This image: up to its own 99th percentile.")


def strip(run: Run, cycle: int, image: int, task: str, scale: str, names: list[str]) -> list[tuple[str, Path]]:
    """(title, file) of a task's pictures in the order of reading: input, initial, refined by each partner, final, maps."""
    partners = [name.split(".", 2)[2] for name in names if name.startswith(f"{task}.from.")]
    found = [("image", "image"), ("initial", f"{task}.initial"),
             *[(f"refined by {partner}", f"{task}.from.{partner}") for partner in partners], ("final", f"{task}.final"),
             *[(f"disagreement with {partner}", name) for name in names if name.startswith(f"{task}.{GAP[scale]}.")
               for partner in [name.split(".", 2)[2]]]]
    return [(title, run.picture(cycle, image, name)) for title, name in found if name in names]


def show_neighbours(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> None:
    """Nearest labelled images and nearest earlier picks, with distances; and both diversities."""
    near = loaders.nearest(run, cycle, image)
    if near.empty:
        st.info("No embedding was computed in this cycle, so there are no neighbours to show. This strategy does not need one; "
                "set `describe=always` to have it computed.", icon=":material/scatter_plot:")
        return
    _two_diversities(pool.iloc[image])
    batch = "Nearest images picked earlier in this batch" if pool["picked"].iloc[image] else "Nearest images picked in this batch"
    for kind, title in (("labelled", "Nearest labelled images"), ("picked", batch)):
        rows = near[near["kind"] == kind]
        st.markdown(f"**{title}**")
        if rows.empty:
            st.caption("None: nothing was picked before it." if kind == "picked" else "None.")
        else:
            show_tiles(run, cycle, rows["index"].tolist(), [f"distance {figures(gap)}" for gap in rows["distance"]],
                       [plain(str(name)) for name in rows["id"]], f"inspect.{kind}", in_a_row=5)


def _two_diversities(row: pd.Series) -> None:
    if "diversity" not in row or row["labelled"]:
        return
    at_start, now = float(row["diversity_start"]), float(row["diversity"])
    left, right = st.columns(2)
    left.metric("Diversity at the start of the batch", figures(at_start))
    right.metric("When it was picked" if row["picked"] else "After the whole batch", figures(now),
                 delta=None if abs(at_start - now) < 1e-9 else f"{now - at_start:.3g}", delta_color="off",
                 help="Every pick counts as labelled at once, so images near it lose diversity.")


def _bar(free: pd.DataFrame, pool: pd.DataFrame, image: int, column: str, task: TaskFacts, label: str, kind: str,
         speaks: bool) -> dict[str, object]:
    value = float(pool[column].iloc[image])
    share = pool_percentile(free[column], value)
    return {"label": label, "percentile": share, "text": f"{figures(value)} {task.distance_unit}".strip(), "kind": kind,
            "speaks": speaks}


def _say_nothing_drawn(evidence: dict[str, object]) -> None:
    if not evidence:
        st.info("No pictures were drawn in this cycle.", icon=":material/hide_image:")
    else:
        st.info("No pictures were drawn for this image: they are stored for the picked images and a few near misses only. "
                "Its scores and neighbours are on this page.", icon=":material/hide_image:")


def _legend(task: TaskFacts, scale: str, top: float | None) -> None:
    """What colours mean. `top`: of the pool-wide scale of disagreement, None where none was measured."""
    if top is not None:
        end = f"0 to {figures(top)} {task.distance_unit}, the 99th percentile over all drawn images"
        own = f"0 to this image's own 99th percentile, in {task.distance_unit}"
        st.caption(f"Disagreement of the initial with a refined prediction: {plain(task.distance)}, dark to bright = "
                   f"{plain(end if scale == POOL_SCALE else own)}.")
    if not task.legend:
        return
    patch = "display:inline-block;width:11px;height:11px;margin-right:4px;border:1px solid #8888;background:"
    chips = "".join(f'<span style="margin-right:12px;white-space:nowrap"><i aria-hidden="true" style="{patch}{escape(colour)}">'
                    f"</i>{escape(text)}</span> " for text, colour in task.legend)
    if len(task.legend) > MANY:
        with st.expander(f"{len(task.legend)} colours of {task.title.lower()}"):
            st.html(f'<div style="font-size:.85rem;line-height:1.7;white-space:normal">{chips}</div>')
    else:
        st.html(f'<div style="font-size:.85rem">{chips}</div>')
