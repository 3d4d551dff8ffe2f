"""The data page's head: which folder, how its check stands, and what is there before there is a report."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st

from mtal.analysis.numbers import count
from mtal.config import Config
from mtal.runs.durations import duration
from mtal.runs.jobs.launch import request_stop
from mtal.runs.jobs.status import Status
from mtal.runs.store.data_check import DataFolder
from mtal.ui import catalog, inputs, loaders
from mtal.ui.components import run_cards
from mtal.ui.text import clock, code, plain

Report = Mapping[str, Any]  # as mtal.datasets.checks.report.Report is stored
GUESSED = "data.guessed"  # session key: where a first guess was written; until a check begins
NO_GUESS = "data.no_guess"  # session key: why none could be written


def choose_folder() -> tuple[Config, DataFolder]:
    """Kind and folder from `?dataset=` and `?folder=`. Without images or tasks the page says what is missing and ends."""
    catalog.load()
    kind, place = st.columns([1, 2])
    with kind:
        name = inputs.choose(
            "Kind of data", catalog.here_first(), "data", "dataset", catalog.title, follows=False
        )
    with place:
        text = inputs.write("Folder", "data", "folder", "Empty: the usual place.")
    source, config = catalog.datasets()[name], Config(dataset=name, data=text.strip())
    try:
        found = source.locate(config)
        tasks = source.tasks_in(config) if found else ()
    except ValueError as error:  # ConfigError and DataError
        st.error(plain(str(error)), icon=":material/error:")
        st.stop()
    if not found:
        _no_images(name, text.strip())
    if not tasks:
        _no_tasks(config, found)
    _show_guess(found)
    return config.model_copy(update={"tasks": tasks}), DataFolder(loaders.store(), name, found)


def check_bar(config: Config, folder: DataFolder) -> None:
    """Where the images are, how the check stands, and its button."""
    status, known = folder.status, folder.report()
    with st.container(horizontal=True, vertical_alignment="center", key="data.bar"):
        st.markdown(f"**{plain(catalog.title(config.dataset))}** {code(folder.folder)}")
        run_cards.show_status(
            status,
            "not checked yet"
            if status is Status.NEW
            else f"check {status.value}{_found(status, known)}",
        )
        if status.alive:
            st.button(
                "Stop",
                key="data.stop",
                icon=":material/stop_circle:",
                on_click=request_stop,
                args=(folder.paths,),
            )
        else:
            st.button(
                "Check again" if known else "Check this folder",
                key="data.check",
                icon=":material/fact_check:",
                type="secondary" if known else "primary",
                on_click=_check,
                args=(folder, config),
            )
        st.page_link(
            "pages/launch.py",
            label="Use it in a run",
            icon=":material/rocket_launch:",
            query_params={"dataset": config.dataset, "data": config.data},
        )


def _found(status: Status, report: Report | None) -> str:
    """`, 3 problems`: what a run would leave out or ignore, and pictures of both splits. Notes are none."""
    if status is not Status.FINISHED or not report:
        return ""
    from mtal.datasets.checks.problems import NOTE

    number = len(report["leaks"]) + sum(row["severity"] != NOTE for row in report["problems"])
    return f", {count(number, 'problem')}" if number else ""


def why_not_checked(folder: DataFolder) -> None:
    """Why the last check has no result. Nothing for a check that went well or goes on."""
    status = folder.status
    if status is Status.FAILED:
        st.error(
            f"The check ended with an error: {plain(folder.result.get('reason', ''))}",
            icon=":material/error:",
        )
    elif status is Status.INTERRUPTED:
        st.error(
            "The check was killed before it was done. Start it again.", icon=":material/power_off:"
        )
    elif status is Status.STOPPED:
        st.info(
            "The check was stopped. What is shown, if anything, is of an earlier one.",
            icon=":material/stop_circle:",
        )
    if status in {Status.FAILED, Status.INTERRUPTED} and folder.log_tail():
        with st.expander("Last lines of the log"):
            st.code("\n".join(folder.log_tail()), language=None, wrap_lines=True)


def report_of(config: Config, folder: DataFolder) -> Report:
    """The last report. Without one that this page can show, it says what a check does, and ends."""
    from mtal.datasets.checks.coverage import VERSION

    report = folder.report()
    if report is None:
        st.info(
            "A check reads every image and label once, in the background: what is missing or broken, which labels look "
            "wrong, copies and near copies within and across splits, what the labels hold. It also makes the thumbnails.",
            icon=":material/fact_check:",
        )
        st.stop()
    if report.get("version") != VERSION:
        st.info(
            "The last check was made by an earlier version and holds less than this page shows. Check again.",
            icon=":material/update:",
        )
        st.stop()
    new = [task for task in config.tasks if task not in report["labels"]]
    if new and not folder.status.alive:
        st.info(
            f"Labels came since the last check: {plain(', '.join(new))}. Check again to see them.",
            icon=":material/update:",
        )
    return report


def about(report: Report) -> None:
    """Sizes, when it was checked, fingerprint, and what must be said beside every figure."""
    splits = report["splits"].values()
    sizes: dict[str, int] = {}
    for split in splits:
        for size, number in split["sizes"].items():
            sizes[size] = sizes.get(size, 0) + number
    frequent = sorted(sizes.items(), key=lambda pair: -pair[1])[:6]
    shown = (
        ", ".join(f"{size.replace('x', '×')} ({number:,})" for size, number in frequent)
        or "none could be read"
    )
    took = duration(report["seconds"]) if report["seconds"] >= 1 else "less than a second"
    done = f"checked {clock(datetime.fromisoformat(report['checked']).timestamp())} in {took}"
    st.caption(
        f"Image sizes, height × width: {plain(shown)}"
        + (" and others" if len(sizes) > 6 else "")
        + f" · {done} · fingerprint {plain(report['fingerprint'])} for "
        + plain(", ".join(task["title"] for task in report["tasks"]))
    )
    if report["note"]:
        st.caption(plain(report["note"]))
    for warning in report["warnings"]:
        st.warning(plain(warning), icon=":material/info:")


def _no_images(name: str, text: str) -> None:
    where = f"in {code(text)}" if text else "in the usual place"
    st.info(
        f"No images yet: nothing of the kind *{plain(catalog.title(name))}* was found {where}. Give its folder above. "
        "It must look like this:",
        icon=":material/folder_off:",
    )
    st.code(catalog.datasets()[name].layout, language=None)
    st.button(
        "Look at the bundled rooms instead",
        key="data.rooms",
        icon=":material/chair:",
        on_click=_to_rooms,
    )
    st.stop()


def _no_tasks(config: Config, found: str) -> None:
    """A folder in which no labels were found; a first description of it is one click away where its kind has one."""
    source = catalog.datasets()[config.dataset]
    st.info(
        f"No labels found: {code(found)} is there, but nothing in it says which labels belong to its images. "
        "It must look like this:",
        icon=":material/label_off:",
    )
    st.code(source.layout, language=None)
    if reason := st.session_state.pop(NO_GUESS, ""):
        st.error(plain(reason), icon=":material/error:")
    if source.write_missing:
        st.button(
            "Write a first guess of the description",
            key="data.guess",
            icon=":material/edit_note:",
            type="primary",
            on_click=_guess,
            args=(source.write_missing, config),
            help="From the names of folders and a few files. It changes none of your files.",
        )
    st.stop()


def _guess(write: Callable[[Config], Path | None], config: Config) -> None:
    try:
        written = write(config)
    except ValueError as error:
        st.session_state[NO_GUESS] = str(error)
        return
    if written:
        st.session_state[GUESSED] = str(written)
    else:
        st.session_state[NO_GUESS] = _why_unusable(config)


def _why_unusable(config: Config) -> str:
    """What is wrong with a description that is there."""
    try:
        catalog.datasets()[config.dataset].load(config)
    except ValueError as error:
        return str(error)
    return "There is a description already; correct it in a text editor."


def _show_guess(found: str) -> None:
    """Where a first guess was written, what it says by now, and what remains to be done."""
    path = Path(st.session_state.get(GUESSED, ""))
    if path.parent != Path(found) or not path.is_file():
        return
    st.success(
        f"A first guess was written to {code(str(path))}. Read its reasons, change what is wrong in a text editor, then "
        "check the folder. Images can be checked without labels; a run needs some labels in pool and validation.",
        icon=":material/edit_note:",
    )
    st.code(path.read_text(encoding="utf-8", errors="replace"), language="yaml")


def _to_rooms() -> None:
    st.query_params.from_dict({"dataset": "rooms"})


def _check(folder: DataFolder, config: Config) -> None:
    st.session_state.pop(GUESSED, None)
    if not folder.start_check(config):
        st.toast("A check of this folder is at work already.")
