"""What a plan will do, its YAML, and the button that starts it."""
from collections.abc import Mapping, Sequence

import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.protocol import budget_text
from mtal.analysis.text.plan import plan_text
from mtal.config import Config, ConfigError
from mtal.runs.durations import span
from mtal.runs.experiments.plan import Cell
from mtal.ui import catalog, loaders
from mtal.ui.launch import experiment_plan, settings_yaml, start
from mtal.ui.launch.estimate import all_labelled, forecast, known_pool
from mtal.ui.launch.plan_form import forget_refused
from mtal.ui.launch.settings_form import key
from mtal.ui.text import code, plain

SHOWN = 4  # runs that are there already and named


def summary(wrong: Mapping[str, str], cells: Sequence[Cell]) -> None:
    """What the plan will do, how it is called if it is more than one run, and the button."""
    with st.container(border=True, key="launch.summary"):
        st.markdown("##### What will happen")
        if not cells:
            found = [
                f"**{name}** {plain(text)}" if name else plain(text) for name, text in wrong.items()
            ]
            st.error("Not ready: " + "; ".join(found), icon=":material/error:")
        else:
            _say(cells)
        name, title = experiment_plan.name_and_title(cells) if len(cells) > 1 else ("", "")
        ready = (
            bool(cells)
            and _data_is_there(cells[0].config)
            and _something_to_choose(cells[0].config)
        )
        label = f"Start {count(len(cells), 'run')}" if cells else "Start"
        if st.button(
            label,
            key="launch.go",
            type="primary",
            icon=":material/rocket_launch:",
            disabled=not ready,
        ):
            if len(cells) > 1:
                experiment_plan.start(name, title, cells)
            else:
                _start(cells[0].config)


def yaml_view(cells: Sequence[Cell]) -> None:
    """The same plan as text: to keep, to send, to start from the command line, or to paste."""
    with st.expander("As YAML", icon=":material/data_object:", key="launch.yaml"):
        if cells:
            text = settings_yaml.to_yaml(
                cells, st.session_state.get(key("name")) or experiment_plan.proposed_name(cells)
            )
            st.code(text, language="yaml")
            st.download_button(
                "Download",
                text,
                "plan.yaml",
                "application/yaml",
                key="launch.download",
                icon=":material/download:",
            )
        pasted = st.text_area(
            "Paste settings here", key="launch.paste", placeholder="epochs: 40\nbackbone: hrnet18"
        )
        st.button(
            "Fill the form from this",
            key="launch.take",
            on_click=_take_text,
            disabled=not pasted.strip(),
        )


def _say(cells: Sequence[Cell]) -> None:
    configs = [cell.config for cell in cells]
    config, will = configs[0], forecast(configs, known_pool(configs[0]))
    parts = [
        plan_text(cells),
        "at most " * config.may_end_early + count(will.cycles, "cycle") + " each",
        budget_text(config),
    ]
    parts.append(
        f"about {count(will.labels_per_cycle, 'label')} per cycle "
        f"({count(will.images_per_cycle or 0, 'image')} of {will.pool:,}, "
        f"{count(len(config.tasks), 'task')})"
        if will.labels_per_cycle is not None
        else f"{config.step_percent:g} % of the pool × {count(len(config.tasks), 'task')} per cycle"
    )
    st.markdown(
        " · ".join(f"**{part}**" if place == 0 else part for place, part in enumerate(parts))
    )
    there = [run for run in loaders.runs() if run.name in {one.name for one in configs}]
    if there:
        named = ", ".join(f"{code(run.name)} ({run.status})" for run in there[:SHOWN])
        named += f" and {len(there) - SHOWN} more" * (len(there) > SHOWN)
        st.markdown(
            f":material/content_copy: With these settings there {'is' if len(there) == 1 else 'are'} {named}. Start goes "
            "on with what is not finished; for a new run change a setting or the seed."
        )
    if will.seconds is None:
        st.markdown(
            ":material/schedule: No estimate: that takes an earlier run of each strategy with the same tasks, image size "
            "and network settings."
        )
    else:
        most = "At most" if config.may_end_early else "About"
        st.markdown(
            f":material/schedule: {most} **{span(*will.seconds)}** on one device, one run after the other "
            f"(from {count(will.earlier, 'earlier run')} with the same tasks, image size and network settings)."
        )
    if len({one.seed for one in configs}) < 3 and len({one.strategy for one in configs}) > 1:
        st.caption("With fewer than three seeds a difference between strategies can be chance.")


def _data_is_there(config: Config) -> bool:
    """Whether the worker would find the images; if not, say what a folder must look like."""
    try:
        place = catalog.locate(config)
    except ConfigError as error:
        st.error(f"**data** {plain(str(error))}", icon=":material/error:")
        return False
    if not place:
        st.error(
            f"**data** no folder of {plain(catalog.title(config.dataset))} was found. Give its folder in the form, look at "
            "what it must hold on the Data page, or choose drawn shapes.",
            icon=":material/folder_off:",
        )
    return bool(place)


def _something_to_choose(config: Config) -> bool:
    """Whether images without labels may be there, where those are what a run picks; if not, say so."""
    if config.start != "labelled" or not all_labelled(config):
        return True
    st.warning(
        "**start** the last check found that every pool image has its labels: nothing to choose. Start from *random* to "
        "simulate; if images were added since, check the folder again on the Data page.",
        icon=":material/label_off:",
    )
    return False


def _start(config: Config) -> None:
    ((run, said),) = start.begin([config])
    st.markdown(f"- {code(run.name)} {said}")
    st.success("The run goes on when this page is closed.", icon=":material/check_circle:")
    with st.container(horizontal=True):
        st.page_link(
            "pages/run.py",
            label="Open it",
            icon=":material/timeline:",
            query_params={"run": run.name},
        )
        st.page_link("pages/jobs.py", label="Watch it on Jobs", icon=":material/work_history:")


def _take_text() -> None:
    try:
        settings_yaml.from_yaml(st.session_state["launch.paste"])
        forget_refused()
        st.toast("The form is filled.")
    except ConfigError as error:
        st.toast(f"Not taken: {plain(str(error))}", icon=":material/error:")
