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
from mtal.ui.launch.estimate import Forecast, all_labelled, forecast, known_pool
from mtal.ui.launch.plan_form import forget_refused
from mtal.ui.launch.settings_form import key
from mtal.ui.text import code, plain

SHOWN = 4  # existing runs that are named
FEW_SEEDS = 3  # below them differences between strategies can be chance


def summary(wrong: Mapping[str, str], cells: Sequence[Cell]) -> None:
    """Draw what the plan will do, its name if it is several runs, and the button that starts it.

    wrong: setting -> error; cells: the plan, empty if a setting is wrong.
    """
    with st.container(border=True, key="launch.summary"):
        st.markdown("##### What will happen")
        if not cells:
            errors = [
                f"**{name}** {plain(text)}" if name else plain(text) for name, text in wrong.items()
            ]
            st.error("Not ready: " + "; ".join(errors), icon=":material/error:")
        else:
            _say(cells)
        name, title = experiment_plan.name_and_title(cells) if len(cells) > 1 else ("", "")
        ready, label = False, "Start"
        if cells:
            config, label = cells[0].config, f"Start {count(len(cells), 'run')}"
            ready = _data_available(config) and _can_choose(config)
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
    """Draw the plan as YAML to copy, download or start from the command line; fill it from YAML."""
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
            "Paste settings here", key="launch.paste", placeholder="steps: 800\nbackbone: hrnet18"
        )
        st.button(
            "Fill the form from this",
            key="launch.take",
            on_click=_take_text,
            disabled=not pasted.strip(),
        )


def _say(cells: Sequence[Cell]) -> None:
    """Draw what the plan will do: its size, runs that exist already, and the time it takes."""
    configs = [cell.config for cell in cells]
    config, plan = configs[0], forecast(configs, known_pool(configs[0]))
    st.markdown(" · ".join([f"**{plan_text(cells)}**", *_sizes(config, plan)]))
    _say_existing({config.name for config in configs})
    if plan.seconds is None:
        st.markdown(
            ":material/schedule: Time unknown: no run of each strategy was timed here with the "
            "same tasks, image size and network settings."
        )
    else:
        most = "At most" if config.may_end_early else "About"
        st.markdown(
            f":material/schedule: {most} **{span(*plan.seconds)}**, one run at a time on each "
            f"device (from {count(plan.earlier, 'earlier run')} with the same tasks, image size "
            "and network settings)."
        )
    seeds = {config.seed for config in configs}
    strategies = {config.strategy for config in configs}
    if len(seeds) < FEW_SEEDS and len(strategies) > 1:
        st.caption("With fewer than three seeds a difference between strategies can be chance.")


def _sizes(config: Config, plan: Forecast) -> list[str]:
    """Cycles, budget and labels per cycle."""
    cycles = f"{count(plan.cycles, 'cycle')} each"
    if config.may_end_early:
        cycles = f"at most {cycles}"
    tasks = count(len(config.tasks), "task")
    labels = f"{config.step_percent:g} % of the pool × {tasks} per cycle"
    if plan.labels_per_cycle is not None:
        images = f"{count(plan.images_per_cycle or 0, 'image')} of {plan.pool:,}"
        labels = f"about {count(plan.labels_per_cycle, 'label')} per cycle ({images}, {tasks})"
    return [cycles, budget_text(config), labels]


def _say_existing(names: set[str]) -> None:
    """Name the runs of the plan that exist already, and say what Start does with them."""
    existing = [run for run in loaders.runs() if run.name in names]
    if not existing:
        return
    verb = "is" if len(existing) == 1 else "are"
    text = ", ".join(f"{code(run.name)} ({run.status})" for run in existing[:SHOWN])
    if len(existing) > SHOWN:
        text += f" and {len(existing) - SHOWN} more"
    st.markdown(
        f":material/content_copy: With these settings there {verb} {text}. Start goes on with "
        "what is not finished; for a new run change a setting or the seed."
    )


def _data_available(config: Config) -> bool:
    """Say whether the worker would find the data folder, and draw an error if not."""
    try:
        path = catalog.locate(config)
    except ConfigError as error:
        st.error(f"**data** {plain(str(error))}", icon=":material/error:")
        return False
    if not path:
        title = plain(catalog.title(config.dataset))
        st.error(
            f"**data** the folder of *{title}* was not found. Enter its path in the form, see on "
            "the Data page what it must hold, or choose drawn shapes.",
            icon=":material/folder_off:",
        )
    return bool(path)


def _can_choose(config: Config) -> bool:
    """Say whether a run that starts from labelled images may pick any; draw a warning if not."""
    if config.start != "labelled" or not all_labelled(config):
        return True
    st.warning(
        "**start** the last check found a label for every task of every pool image: nothing to "
        "choose. Start from *random* to simulate; if images were added since, check the folder "
        "again on the Data page.",
        icon=":material/label_off:",
    )
    return False


def _start(config: Config) -> None:
    ((run, message),) = start.start_runs([config])
    st.markdown(f"- {code(run.name)} {message}")
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
