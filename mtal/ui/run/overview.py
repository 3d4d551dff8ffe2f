"""One run: metrics with their change, cycles, the last batch, times and origin."""

import json
from math import isnan
from typing import Any

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count, decimals, fixed
from mtal.config import MACHINE_FIELDS, Config
from mtal.figures.timings import stage_seconds
from mtal.runs.durations import duration
from mtal.runs.jobs.progress import STAGES
from mtal.runs.store.run import LOSS, Run
from mtal.ui import loaders
from mtal.ui.components.chart import show_figure
from mtal.ui.components.image_table import caption, show_tiles, with_driver
from mtal.ui.text import code, plain

STRIP = 8


def show_metrics(metrics: pd.DataFrame) -> None:
    """Draw a tile per task and for the multi-task loss: last value, change and course."""
    names = list(metrics["task"].unique())
    columns = st.container(key="run.metrics").columns(len(names))
    for column, name in zip(columns, names, strict=True):
        rows = metrics[metrics["task"] == name]
        last, values = rows.iloc[-1], rows["value"].astype(float).tolist()
        tile = column.container(border=True, height="stretch", gap=None)
        tile.markdown(f"**{plain(str(last['title']))}**")
        label = "weighted sum of losses ↓" if name == LOSS else plain(str(last["axis"]))
        precision = decimals(values)
        delta, since, course = None, None, None
        if len(values) > 1:
            change = values[-1] - values[-2]
            delta, course = f"{change:+.{precision}f}", values
            verdict = _verdict(change, str(last["better"]))
            since = f"since cycle {rows['cycle'].iloc[-2]}, {verdict}"
        tile.metric(
            label,
            fixed(values[-1], precision),
            delta,
            delta_color="off",
            delta_description=since,
            chart_data=course,
            help=f"After cycle {last['cycle']}; small line: all cycles so far",
        )


def show_cycles(run: Run, metrics: pd.DataFrame, seconds: pd.DataFrame) -> None:
    """Draw a row per complete cycle: labelled images, metrics, time, and a link to its batch."""
    wide = metrics.pivot_table(
        index=["cycle", "images", "labels", "percent"], columns="task", values="value", sort=False
    )
    table = wide.reset_index()
    spent = seconds.groupby("cycle")["seconds"].sum()
    table["time"] = [duration(float(spent.get(cycle, 0))) for cycle in table["cycle"]]
    table["batch"] = [
        f"/batch?run={run.name}&cycle={cycle}" if run.cycle(cycle).pick.exists() else ""
        for cycle in table["cycle"]
    ]
    repeated = loaders.redundancies(run).set_index("cycle").reindex(table["cycle"])
    table["near_duplicates"] = 100 * (repeated["near_duplicates"] / repeated["images"]).to_numpy()
    table["sequences"] = repeated["sequences"].to_numpy()
    repeats = [name for name in ("near_duplicates", "sequences") if table[name].notna().any()]
    axes = {str(row["task"]): row for _, row in metrics.drop_duplicates("task").iterrows()}
    order = [LOSS, *[name for name in axes if name != LOSS]]
    columns = st.column_config
    st.dataframe(
        table,
        key="run.cycles",
        hide_index=True,
        column_order=["cycle", "images", "percent", "labels", "batch", *repeats, *order, "time"],
        column_config={
            "images": columns.NumberColumn("images", help="Images labelled"),
            "labels": columns.NumberColumn(
                "task labels", help="Available labels, each task counted by itself"
            ),
            "percent": columns.ProgressColumn(
                "% of labels", format="%.1f %%", min_value=0, max_value=100, color="gray"
            ),
            "batch": columns.LinkColumn(
                "batch", display_text="Open", help="What this cycle picked"
            ),
            "near_duplicates": columns.NumberColumn(
                "near-duplicates",
                format="%.0f %%",
                help="Share of the batch that resembles a labelled image or an earlier pick",
            ),
            "sequences": columns.NumberColumn(
                "sequences", format="%d", help="Sequences that the batch reaches"
            ),
            **{
                name: columns.NumberColumn(
                    _short_axis(row),
                    format=f"%.{decimals(table[name].astype(float))}f",
                    help=plain(str(row["title"])),
                )
                for name, row in axes.items()
            },
        },
        alt=f"{len(table)} complete cycles of {run.name}",
    )


def show_last_pick(run: Run) -> None:
    """Draw the first images of the newest batch, with links, or say why there is none yet."""
    cycles = [cycle for cycle in range(run.cycles_done()) if run.cycle(cycle).pick.exists()]
    if not cycles:
        st.caption("No batch yet: the complete cycles only measured.")
        return
    cycle = cycles[-1]
    pool = loaders.pool(run, cycle)
    batch = pool[pool["picked"]].sort_values("rank")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(f"Picked in cycle {cycle}", anchor=False)
        st.page_link(
            "pages/batch.py",
            label=f"All {len(batch)} images",
            icon=":material/grid_view:",
            query_params={"run": run.name, "cycle": str(cycle)},
        )
    shown = with_driver(pool, batch.head(STRIP))
    show_tiles(
        run,
        cycle,
        [int(image) for image in shown.index],
        [caption(row) for _, row in shown.iterrows()],
        [f"{int(row['rank'])} · {plain(str(row['id']))}" for _, row in shown.iterrows()],
        "run",
        STRIP,
    )


def show_times(run: Run, seconds: pd.DataFrame) -> None:
    """Draw the seconds per stage and cycle."""
    total = float(seconds["seconds"].sum())
    show_figure(
        stage_seconds(seconds, STAGES, run.name),
        seconds,
        f"{run.name}-times",
        f"Time per stage · {run.name}",
        "run.times",
        f"Time per stage and cycle, {duration(total)} in all",
    )
    text = f"{duration(total)} for {count(run.cycles_done(), 'complete cycle')}."
    waited = loaders.waited_for_data(run)
    if waited is not None:
        text += f" Training waited for images to be read {waited:.1%} of its time."
    st.caption(text)


def show_provenance(run: Run, metrics: pd.DataFrame) -> None:
    """Draw the settings that differ from the defaults, versions, and the data's fingerprint."""
    left, right = st.columns(2)
    with left:
        changed = run.config.changed()
        st.markdown(
            "**Settings that differ from the defaults**"
            if changed
            else "**All settings are the defaults**"
        )
        rows = [
            {
                "setting": name,
                "here": _text(value),
                "default": _text(Config.model_fields[name].default),
                "counts": "where it ran only" if name in MACHINE_FIELDS else "part of the result",
            }
            for name, value in changed.items()
        ]
        if rows:
            st.dataframe(
                rows,
                key="run.settings",
                hide_index=True,
                height="content",
                alt="Settings that differ from the defaults",
            )
    with right:
        facts = run.facts
        versions = ", ".join(
            f"{plain(str(name))} {plain(str(version))}" for name, version in facts.versions.items()
        )
        st.markdown(
            f"Run {code(run.name)}, one seed of {code(run.config.group)}  \n"
            f"Fingerprint of the data for {plain(', '.join(task.title for task in run.tasks))}: "
            f"{code(facts.fingerprint or 'unknown')}{_data_changes(run)}  \n"
            f"Computed on {plain(facts.device_name or 'unknown')}, {plain(facts.precision)}  \n"
            f"Versions: {versions or 'unknown'}"
        )
        st.download_button(
            "Settings, origin and metrics as JSON",
            lambda: as_json(run, metrics),
            f"{run.name}.json",
            "application/json",
            key="run.json",
            icon=":material/download:",
            on_click="ignore",
        )


def _data_changes(run: Run) -> str:
    """Say before which cycles the data changed while the run went on."""
    return "".join(
        f", before cycle {change.cycle} it was {code(change.before)}"
        for change in run.facts.data_changes
    )


def as_json(run: Run, metrics: pd.DataFrame) -> str:
    """Settings, facts and metrics, to cite or repeat a run, without the names of images."""
    facts: dict[str, Any] = {
        name: value
        for name, value in run.facts.to_json().items()
        if name not in {"pool", "validation", "start"}
    }
    return json.dumps(
        {
            "run": run.name,
            "group": run.config.group,
            "status": run.status.value,
            "config": run.config.model_dump(mode="json"),
            "facts": facts,
            "metrics": metrics.to_dict(orient="records"),
        },
        indent=1,
        default=float,
    )


def _short_axis(row: pd.Series) -> str:
    """`Normals, mErr (°) ↓`, so that all columns fit; the multi-task loss is not named twice."""
    if row["task"] == LOSS:
        return str(row["axis"])
    return f"{str(row['task']).replace('_', ' ').capitalize()}, {row['axis']}"


def _verdict(change: float, better: str) -> str:
    """Say whether a change is better or worse, since up is not always good."""
    if isnan(change):
        return "unknown"
    if change == 0:
        return "unchanged"
    return "better" if (change > 0) == (better == "higher") else "worse"


def _text(value: Any) -> str:
    if value in ("", [], {}, ()):
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
