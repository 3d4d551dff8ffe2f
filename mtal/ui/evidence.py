"""What the network saw in one image: predictions before and after refinement, and where they disagree. Shows files only."""
from html import escape
from math import isfinite
from pathlib import Path

import pandas as pd
import streamlit as st

from mtal.config import Config
from mtal.figures.scores import pool_percentile, task_bars
from mtal.runs.run import Run, TaskFacts
from mtal.ui import inputs, loaders
from mtal.ui.gallery import show_tiles
from mtal.ui.sentences import driving_task, figures, members, ordinal, otherwise, speaking_member, verdict
from mtal.ui.words import decimals, plain

POOL_SCALE, OWN_SCALE = "whole pool", "this image"
GAP = {POOL_SCALE: "gap", OWN_SCALE: "gapself"}             # which picture belongs to which scale
PICTURE_PX = 250                                            # width of a picture on screen
Picture = tuple[str, Path]                                  # title, file
MANY = 12                                                   # legends longer than this are folded away


def suggest_describing(run: Run, cycle: int, pool: pd.DataFrame) -> None:
    """That the strategy needed no disagreement or no embedding, and how to have them all the same; nothing if both are there."""
    missing = [*([] if any(members(pool, task.name) for task in run.tasks) else ["no disagreement of the tasks"]),
               *([] if run.cycle(cycle).embedding.exists() else ["no embedding, so neither neighbours nor a map"])]
    if not missing:
        return
    st.info(f"Here is {' and '.join(missing)}: the strategy `{run.config.strategy}` does without. A run has both beside any "
            f"strategy where the setting “{Config.model_fields['describe'].title}” is *always*.", icon=":material/info:")
    st.page_link("pages/launch.py", label="Open Launch with the settings of this run", icon=":material/rocket_launch:",
                 query_params={"like": run.name})


def show_other_rules(pool: pd.DataFrame, image: int) -> None:
    """The image's rank under other rules, and what follows from it; nothing where the parts were not measured."""
    ranks = otherwise(pool, image)
    if not ranks:
        return
    picked = int(pool["picked"].sum())
    st.markdown(plain(verdict(ranks, int(pool["rank"].iloc[image]), picked)))
    st.dataframe(pd.DataFrame({"rule": ranks.keys(), "rank": ranks.values(),
                               "picked": ["yes" if rank <= picked else "no" for rank in ranks.values()]}),
                 key="inspect.rules", hide_index=True, width="content", height="content",
                 column_config={"rank": st.column_config.NumberColumn(help="In a plain ranking, without the greedy update")},
                 alt="Rank of this image under other rules")


def bar_rows(pool: pd.DataFrame, image: int, tasks: tuple[TaskFacts, ...], committee: str) -> pd.DataFrame:
    """Rows for `task_bars`: each task's score s_k and, under it, the members m_{k,l} of its committee."""
    free, driver = pool[pool["open"]], driving_task(pool, image)
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
    """Task scores with the pool's percentiles; nothing where no disagreement was measured."""
    rows = bar_rows(pool, image, run.tasks, run.config.committee)
    if rows.empty:
        return
    st.subheader("Task scores", anchor=False)
    st.plotly_chart(task_bars(rows, f"{run.name}/{cycle}"), key="inspect.bars", alt="Task scores of this image: " + ", ".join(
        f"{row.label} {row.text}" for row in rows.itertuples()))
    labelled = " It was labelled already, so it is not one of them." if not pool["open"].iloc[image] else ""
    st.caption(f"Bars: the share of the images not yet labelled in cycle {cycle} whose value is lower than this image's."
               f"{labelled} ◀ and hatching: the member that gave the task's score ({run.config.committee} over the committee) "
               "and the task that is highest after normalising.")


def show_strips(run: Run, cycle: int, image: int) -> None:
    """Per task its predictions, then where they disagree, with a switch of these maps' scale where there are such maps."""
    st.subheader("What the network saw", anchor=False)
    evidence = loaders.evidence(run, cycle)
    if not evidence or image not in evidence["images"]:
        _say_nothing_drawn(evidence)
        return
    scale = _choose_scale() if any(f".{GAP[OWN_SCALE]}." in name for name in evidence["pictures"]) else POOL_SCALE
    for task in run.tasks:
        st.markdown(f"**{plain(task.title)}**")
        predictions, maps = strips(run, cycle, image, task.name, scale, evidence["pictures"])
        _show_pictures(task, image, predictions)
        _show_pictures(task, image, maps)
        measured = any(name.startswith(f"{task.name}.{GAP[scale]}.") for name in evidence["pictures"])
        _legend(task, scale, evidence["scales"].get(task.name) if measured else None)


def _choose_scale() -> str:
    """How bright a disagreement is drawn: comparable between images, or with all the detail of this one."""
    return inputs.switch("Colour scale of the disagreement maps", [POOL_SCALE, OWN_SCALE], "inspect", "scale",
                         "Whole pool: the same scale for every image. This image: up to its own 99th percentile.")


def strips(run: Run, cycle: int, image: int, task: str, scale: str, names: list[str]) -> tuple[list[Picture], list[Picture]]:
    """A task's predictions in the order of reading (initial, refined by each partner, final), and its disagreement maps."""
    partners = [name.split(".", 2)[2] for name in names if name.startswith(f"{task}.from.")]
    predictions = {"initial": f"{task}.initial", **{f"refined by {partner}": f"{task}.from.{partner}" for partner in partners},
                   "final": f"{task}.final"}
    maps = {f"disagreement with {name.split('.', 2)[2]}": name for name in names if name.startswith(f"{task}.{GAP[scale]}.")}
    first, second = ([(title, run.picture(cycle, image, name)) for title, name in found.items() if name in names]
                     for found in (predictions, maps))
    return first, second


def show_neighbours(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> None:
    """Nearest labelled images and nearest earlier picks, with distances; and both diversities. Nothing without an embedding."""
    near = loaders.nearest(run, cycle, image)
    if near.empty:
        return
    st.subheader("Diversity", anchor=False)
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
    if "diversity" not in row or not row["open"]:
        return
    at_start, now = float(row["diversity_start"]), float(row["diversity"])
    left, right = st.columns(2)
    left.metric("Diversity at the start of the batch", figures(at_start))
    right.metric("When it was picked" if row["picked"] else "After the whole batch", figures(now),
                 delta=None if abs(at_start - now) < 1e-9 else f"{now - at_start:.{decimals([at_start], 3)}f}", delta_color="off",
                 help="Every pick counts as labelled at once, so images near it lose diversity.")


def _bar(free: pd.DataFrame, pool: pd.DataFrame, image: int, column: str, task: TaskFacts, label: str, kind: str,
         speaks: bool) -> dict[str, object]:
    value = float(pool[column].iloc[image])
    share = pool_percentile(free[column], value)
    place = f", {ordinal(round(share))}" if isfinite(share) else ""
    return {"label": label, "percentile": share, "text": f"{figures(value)} {task.distance_unit}".strip() + place, "kind": kind,
            "speaks": speaks}


def _show_pictures(task: TaskFacts, image: int, pictures: list[Picture]) -> None:
    """Side by side, four in a row on a usual screen, fewer on a narrow one."""
    with st.container(horizontal=True):
        for title, path in pictures:
            if path.exists():
                st.image(str(path), caption=title, width=PICTURE_PX, alt=f"{task.title}: {title}, pool image {image}")


def _say_nothing_drawn(evidence: dict[str, object]) -> None:
    if not evidence:
        st.caption("No pictures were drawn in this cycle.")
    else:
        st.caption("No pictures were drawn for this image: they are stored for the picked images and a few near misses only.")


def _legend(task: TaskFacts, scale: str, top: float | None) -> None:
    """What colours mean. `top`: of the pool-wide scale of disagreement, None where none was measured."""
    if top is not None:
        end = f"0 to {figures(top)} {task.distance_unit}, the 99th percentile over all drawn images"
        own = f"0 to this image's own 99th percentile, in {task.distance_unit}"
        st.caption(f"Disagreement of the initial with a refined prediction: {plain(task.distance)}, dark to bright = "
                   f"{plain(end if scale == POOL_SCALE else own)}.")
    if len(task.legend) > MANY:
        with st.expander(f"Colours of {task.title.lower()}"):
            st.html(legend_html(task))
    elif task.legend:
        st.html(legend_html(task))


def legend_html(task: TaskFacts) -> str:
    """A patch per colour; where values have a unit, their colours are steps of a scale and become one continuous bar."""
    steps = [(text, colour) for text, colour in task.legend if task.value_unit and text[0].isdigit()]
    bar = ""
    if steps:
        colours, texts = ", ".join(colour for _, colour in steps), "".join(f"<span>{escape(text)}</span>" for text, _ in steps)
        bar = (f'<div style="max-width:{PICTURE_PX * 2}px"><div aria-hidden="true" style="height:11px;border:1px solid #8888;'
               f'background:linear-gradient(to right, {escape(colours)})"></div>'
               f'<div style="display:flex;justify-content:space-between">{texts}</div></div>')
    patch = "display:inline-block;width:11px;height:11px;margin-right:4px;border:1px solid #8888;background:"
    chips = "".join(f'<span style="margin-right:12px;white-space:nowrap"><i aria-hidden="true" style="{patch}{escape(colour)}">'
                    f"</i>{escape(text)}</span> " for text, colour in task.legend if (text, colour) not in steps)
    return f'<div style="font-size:.85rem;line-height:1.7;white-space:normal">{bar}{chips}</div>'

