"""Head of the Data page: the folder, the state of its check, and advice before a first report."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st

from mtal.analysis.numbers import count, listed
from mtal.config import Config
from mtal.datasets.checks import coverage
from mtal.datasets.checks.problems import NOTE
from mtal.runs.durations import duration
from mtal.runs.jobs.launch import request_stop
from mtal.runs.jobs.status import Status
from mtal.runs.store.data_check import DataFolder
from mtal.ui import catalog, inputs, loaders
from mtal.ui.components import run_cards
from mtal.ui.text import clock, code, plain

Report = Mapping[str, Any]  # as mtal.datasets.checks.report.Report is stored
GUESSED = "data.guessed"  # session key: path of a written description, until a check begins
NO_GUESS = "data.no_guess"  # session key: why none could be written
FREQUENT = 6  # image sizes that are named


def choose_folder() -> tuple[Config, DataFolder]:
    """Ask for kind and folder, from `?dataset=` and `?folder=`.

    Without images or labels the page says what is missing and stops.
    """
    catalog.load()
    kind_column, folder_column = st.columns([1, 2])
    with kind_column:
        name = inputs.choose(
            "Kind of data", catalog.ready_first(), "data", "dataset", catalog.title, follows=False
        )
    with folder_column:
        text = inputs.write("Folder", "data", "folder", "Leave empty to use the default folder")
    source, config = catalog.datasets()[name], Config(dataset=name, data=text.strip())
    try:
        path = source.locate(config)
        tasks = source.tasks_in(config) if path else ()
    except ValueError as error:  # ConfigError and DataError
        st.error(plain(str(error)), icon=":material/error:")
        st.stop()
    if not path:
        _no_images(name, text.strip())
    if not tasks:
        _no_tasks(config, path)
    _show_description(path)
    return config.model_copy(update={"tasks": tasks}), DataFolder(loaders.store(), name, path)


def check_bar(config: Config, folder: DataFolder) -> None:
    """Draw the folder, the state of its check, and buttons that start or stop one."""
    status, report = folder.status, folder.report()
    state = "not checked yet"
    if status is not Status.NEW:
        state = f"check {status.value}{_problem_count(status, report)}"
    with st.container(horizontal=True, vertical_alignment="center", key="data.bar"):
        st.markdown(f"**{plain(catalog.title(config.dataset))}** {code(folder.folder)}")
        run_cards.show_status(status, state)
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
                "Check again" if report else "Check this folder",
                key="data.check",
                icon=":material/fact_check:",
                type="secondary" if report else "primary",
                on_click=_check,
                args=(folder, config),
            )
        st.page_link(
            "pages/launch.py",
            label="Use it in a run",
            icon=":material/rocket_launch:",
            query_params={"dataset": config.dataset, "data": config.data},
        )


def _problem_count(status: Status, report: Report | None) -> str:
    """`, 3 problems`: data that a run leaves out or ignores, and images in both splits."""
    if status is not Status.FINISHED or not report:
        return ""
    number = len(report["leaks"]) + sum(row["severity"] != NOTE for row in report["problems"])
    return f", {count(number, 'problem')}" if number else ""


def why_not_checked(folder: DataFolder) -> None:
    """Say why the last check has no result; draw nothing for one that finished or still runs."""
    status = folder.status
    if status is Status.FAILED:
        st.error(
            f"The check ended with an error: {plain(folder.result.get('reason', ''))}",
            icon=":material/error:",
        )
    elif status is Status.INTERRUPTED:
        st.error("The check was cut short. Start it again.", icon=":material/power_off:")
    elif status is Status.STOPPED:
        st.info(
            "The check was stopped. What is shown below is of an earlier check, if there was one.",
            icon=":material/stop_circle:",
        )
    if status in {Status.FAILED, Status.INTERRUPTED} and folder.log_tail():
        with st.expander("Last lines of the log"):
            st.code("\n".join(folder.log_tail()), language=None, wrap_lines=True)


def report_of(config: Config, folder: DataFolder) -> Report:
    """Return the last report. Without one that this page can show, explain checks and stop."""
    report = folder.report()
    if report is None:
        st.info(
            "A check reads every image and label once, in the background: what is missing or "
            "broken, which labels look wrong, copies and near copies within and across splits, "
            "what the labels hold. It also makes the thumbnails.",
            icon=":material/fact_check:",
        )
        st.stop()
    if report.get("version") != coverage.VERSION:
        st.info(
            "The last check was made by an earlier version and holds less than this page shows. "
            "Check again.",
            icon=":material/update:",
        )
        st.stop()
    new = [task for task in config.tasks if task not in report["labels"]]
    if new and not folder.status.alive:
        st.info(
            f"Labels arrived since the last check: {plain(', '.join(new))}. Check again to see "
            "them.",
            icon=":material/update:",
        )
    return report


def about(report: Report) -> None:
    """Draw image sizes, time of the check, fingerprint, and notes on the data."""
    numbers: Counter[str] = Counter()
    for split in report["splits"].values():
        numbers.update(split["sizes"])
    sizes = ", ".join(
        f"{size.replace('x', '×')} ({number:,})" for size, number in numbers.most_common(FREQUENT)
    )
    if len(numbers) > FREQUENT:
        sizes += " and others"
    took = duration(report["seconds"]) if report["seconds"] >= 1 else "less than a second"
    checked = clock(datetime.fromisoformat(report["checked"]).timestamp())
    tasks = ", ".join(task["title"] for task in report["tasks"])
    parts = [
        f"Image sizes, height × width: {plain(sizes or 'none could be read')}",
        f"checked {checked} in {took}",
        f"fingerprint {plain(report['fingerprint'])} for {plain(tasks)}",
    ]
    st.caption(" · ".join(parts))
    if report["note"]:
        st.caption(plain(report["note"]))
    for warning in report["warnings"]:
        st.warning(plain(warning), icon=":material/info:")


def _no_images(name: str, text: str) -> None:
    """Say that a folder has no images of this kind and how it must look, and stop."""
    folder = f"in {code(text)}" if text else "in the default folder"
    st.info(
        f"No images yet: nothing of the kind *{plain(catalog.title(name))}* was found {folder}. "
        "Enter its folder above. It must hold:",
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


def _no_tasks(config: Config, path: str) -> None:
    """Say that a folder has no labels and what helps, and stop.

    A kind of data with a description offers to write one. Other kinds have a fixed layout, so a
    folder that differs is most likely the user's own data.
    """
    source = catalog.datasets()[config.dataset]
    if source.write_missing is None:
        titles = [kind.title for kind in catalog.datasets().values() if kind.write_missing]
        own = f"'{plain(listed(titles, 'or'))}'"
        st.info(
            f"No labels found: {code(path)} is not a folder of the kind *{plain(source.title)}*. "
            f"Is it your own data? Choose {own} above. Layout of this kind:",
            icon=":material/label_off:",
        )
        st.code(source.layout, language=None)
        st.stop()
    st.info(
        f"No labels found: {code(path)} exists, but nothing in it says which labels belong to its "
        "images. It must hold:",
        icon=":material/label_off:",
    )
    st.code(source.layout, language=None)
    reason = st.session_state.pop(NO_GUESS, "")
    if reason:
        st.error(plain(reason), icon=":material/error:")
    st.button(
        "Describe this folder for me (writes tasks.yaml)",
        key="data.guess",
        icon=":material/edit_note:",
        type="primary",
        on_click=_describe,
        args=(source.write_missing, config),
        help="From the names of folders and a few files. It changes none of your files.",
    )
    st.stop()


def _describe(write: Callable[[Config], Path | None], config: Config) -> None:
    """Write a description of the folder, and note for the page where, or why not."""
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
    """Say what is wrong with a description that exists."""
    try:
        catalog.datasets()[config.dataset].load(config)
    except ValueError as error:
        return str(error)
    return "There is a description already; correct it in a text editor."


def _show_description(folder: str) -> None:
    """Show the description that was written for a folder, and say what is left to do."""
    path = Path(st.session_state.get(GUESSED, ""))
    if path.parent != Path(folder) or not path.is_file():
        return
    st.success(
        f"A first guess was written to {code(str(path))}. Read its reasons, change what is wrong "
        "in a text editor, then check the folder. Images can be checked without labels; a run "
        "needs some labels in pool and validation.",
        icon=":material/edit_note:",
    )
    st.code(path.read_text(encoding="utf-8", errors="replace"), language="yaml")


def _to_rooms() -> None:
    st.query_params.from_dict({"dataset": "rooms"})


def _check(folder: DataFolder, config: Config) -> None:
    st.session_state.pop(GUESSED, None)
    if not folder.start_check(config):
        st.toast("A check of this folder is running already.")
