"""The data page's blocks: which folder, its check, and what the check found."""
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from mtal.config import Config, ConfigError
from mtal.figures import data as figures
from mtal.runs.data import DataFolder
from mtal.runs.durations import duration
from mtal.runs.launch import request_stop
from mtal.runs.status import Status
from mtal.ui import cards, inputs, loaders, registry
from mtal.ui.words import clock, code, count, plain

TILES, COLUMNS = 24, 8                                      # thumbnails on a page, and in a row
Report = Mapping[str, Any]                                  # as mtal.datasets.check.Report is stored


def choose_folder() -> tuple[Config, DataFolder]:
    """Kind and folder from `?dataset=` and `?folder=`; without a folder the page says what it must hold and ends."""
    registry.load()
    kind, place = st.columns([1, 2])
    with kind:
        name = inputs.choose("Kind of data", list(registry.datasets()), "data", "dataset", registry.title, follows=False)
    with place:
        text = inputs.write("Folder", "data", "folder", "Empty: the usual place.")
    source = registry.datasets()[name]
    config = Config(dataset=name, data=text.strip(), tasks=registry.tasks_at(name, text))
    try:
        found = source.place(config)
    except ConfigError as error:
        st.error(plain(str(error)), icon=":material/error:")
        st.stop()
    if not found:
        _no_images(name, text.strip())
    return config, DataFolder(loaders.store(), name, found)


def check_bar(config: Config, folder: DataFolder) -> None:
    """Where the images are, how the check stands, and its button."""
    status, known = folder.status, folder.report()
    with st.container(horizontal=True, vertical_alignment="center", key="data.bar"):
        st.markdown(f"**{plain(registry.title(config.dataset))}** {code(folder.folder)}")
        cards.show_status(status, "not checked yet" if status is Status.NEW else f"check {status.value}")
        if status.alive:
            st.button("Stop", key="data.stop", icon=":material/stop_circle:", on_click=request_stop, args=(folder.paths,))
        else:
            st.button("Check again" if known else "Check this folder", key="data.check", icon=":material/fact_check:",
                      type="secondary" if known else "primary", on_click=_check, args=(folder, config))
        st.page_link("pages/launch.py", label="Use it in a run", icon=":material/rocket_launch:",
                     query_params={"dataset": config.dataset, "data": config.data})


def why_not_checked(folder: DataFolder) -> None:
    """Why the last check has no result. Nothing for a check that went well or goes on."""
    status = folder.status
    if status is Status.FAILED:
        st.error(f"The check ended with an error: {plain(folder.result.get('reason', ''))}", icon=":material/error:")
    elif status is Status.INTERRUPTED:
        st.error("The check was killed before it was done. Start it again.", icon=":material/power_off:")
    elif status is Status.STOPPED:
        st.info("The check was stopped. What is shown, if anything, is of an earlier one.", icon=":material/stop_circle:")
    if status in {Status.FAILED, Status.INTERRUPTED} and folder.log_tail():
        with st.expander("Last lines of the log"):
            st.code("\n".join(folder.log_tail()), language=None, wrap_lines=True)


def summary(report: Report) -> None:
    """The numbers that decide whether to go on."""
    splits, problems, leaks = report["splits"], report["problems"], report["leaks"]
    tiles = st.container(key="data.tiles").columns(4)
    tiles[0].metric("Pool images", f"{splits['pool']['images']:,}", border=True, help="Images to choose from.")
    tiles[1].metric("Validation images", f"{splits['validation']['images']:,}", border=True, help="Images to measure on.")
    tiles[2].metric("Problems", f"{len(problems):,}", border=True, help="Missing, broken or repeated files; listed below.")
    tiles[3].metric("In both splits", f"{len(leaks):,}", border=True, help="In pool and validation: results would flatter.")
    sizes = {size: sum(split["sizes"].get(size, 0) for split in splits.values())
             for split in splits.values() for size in split["sizes"]}
    frequent = sorted(sizes.items(), key=lambda pair: -pair[1])[:6]
    shown = ", ".join(f"{size.replace('x', '×')} ({number:,})" for size, number in frequent)
    done = f"checked {clock(datetime.fromisoformat(report['checked']).timestamp())} in {duration(report['seconds'])}"
    st.caption(f"Image sizes, height × width: {plain(shown)}" + (" and others" if len(sizes) > 6 else "")
               + f" · {done} · fingerprint for {plain(', '.join(task['title'] for task in report['tasks']))}: "
               + code(report["fingerprint"]))
    if report["note"]:
        st.caption(plain(report["note"]))


def labels(report: Report) -> None:
    """How many images have a label for each task, and what the labels hold."""
    titles = {task["name"]: task["title"] for task in report["tasks"]}
    rows = pd.DataFrame([{"task": titles[task], "split": name, "images": split["images"], "labelled": number}
                         for name, split in report["splits"].items() for task, number in split["coverage"].items()])
    left, right = st.container(key="data.labels").columns(2, gap="large")
    with left:
        st.subheader("Labels per task")
        st.plotly_chart(figures.coverage(rows), key="data.coverage", alt="Share of images with a label, per task and split")
    with right:
        st.subheader("What the labels hold")
        st.dataframe(_statistics(report), hide_index=True, key="data.statistics", alt="Range and mean of each task's labels",
                     column_config={"valid pixels (%)": st.column_config.NumberColumn(format="%.1f")})
    with_classes = [task for task, facts in report["labels"].items() if facts["classes"]]
    if with_classes:
        _classes(report, with_classes, titles)


def problems(report: Report) -> None:
    """What is wrong, as tables that can be searched and downloaded."""
    if report["leaks"]:
        st.subheader("In both splits")
        st.warning(f"{count(len(report['leaks']), 'validation image')} also in the pool: measurements would flatter.",
                   icon=":material/content_copy:")
        st.dataframe(pd.DataFrame(report["leaks"]), hide_index=True, key="data.leaks")
    if not report["problems"]:
        st.success("Every image and label could be read.", icon=":material/check_circle:")
        return
    st.subheader("Problems")
    st.dataframe(pd.DataFrame(report["problems"]), hide_index=True, key="data.problems",
                 column_config={"problem": st.column_config.TextColumn("problem", width="large")})


def samples(folder: DataFolder, report: Report) -> None:
    """Thumbnails, a page at a time; files that the check made."""
    st.subheader("Images")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = st.segmented_control("Split", list(report["splits"]), default="pool", required=True, key="data.split") or "pool"
        ids = report["splits"][split]["ids"]
        page = st.pagination(max(1, -(-len(ids) // TILES)), key="data.page")
    first = (page - 1) * TILES
    shown = [name for name in ids[first:first + TILES] if folder.thumb(split, name).exists()]
    if not shown:
        st.info("No thumbnails on this page yet; the check makes them last.", icon=":material/hourglass_empty:")
    columns = st.columns(COLUMNS)
    for place, name in enumerate(shown):
        columns[place % COLUMNS].image(str(folder.thumb(split, name)), caption=plain(name), width="stretch",
                                       alt=f"{split} image {name}")


def _no_images(name: str, text: str) -> None:
    where = f"in {code(text)}" if text else "in the usual place"
    st.info(f"No images yet: nothing of the kind *{plain(registry.title(name))}* was found {where}. Give its folder above. "
            "It must look like this:", icon=":material/folder_off:")
    st.code(registry.datasets()[name].layout, language=None)
    st.button("Look at drawn shapes instead", key="data.drawn", icon=":material/draw:", on_click=_to_drawn)
    st.stop()


def _to_drawn() -> None:
    st.query_params.from_dict({"dataset": "drawn"})


def _check(folder: DataFolder, config: Config) -> None:
    if not folder.start_check(config):
        st.toast("A check of this folder is at work already.")


def _statistics(report: Report) -> pd.DataFrame:
    """What values there are, as text, and the share of pixels that count."""
    rows = []
    for task in report["tasks"]:
        facts = report["labels"][task["name"]]
        rows.append({"task": task["title"], "values": _values(facts, task["unit"]), "valid pixels (%)": facts["valid_percent"]})
    return pd.DataFrame(rows)


def _values(facts: Mapping[str, Any], unit: str) -> str:
    """`0.725 to 9.96 m, mean 2.85 m`; numbers of classes and vectors have no range."""
    if facts["classes"]:
        return count(len(facts["classes"]), "class", "classes")
    if facts["min"] is None:
        return "–"
    low, high, mean = (f"{facts[name]:.3g} {unit}".rstrip() for name in ("min", "max", "mean"))
    return f"{low} to {high}, mean {mean}"


def _classes(report: Report, tasks: list[str], titles: Mapping[str, str]) -> None:
    task = tasks[0]
    if len(tasks) > 1:
        task = st.segmented_control("Classes of", tasks, default=task, required=True, key="data.classes",
                                    format_func=lambda one: titles[one]) or task
    else:
        st.markdown(f"**Classes of {plain(titles[task])}**")
    rows = pd.DataFrame(report["labels"][task]["classes"], columns=["class", "percent"])
    st.plotly_chart(figures.classes(rows, f"classes {task}"), key="data.class_chart",
                    alt=f"Share of valid pixels per class of {titles[task]}")
