"""The launch page's blocks: presets, strategies x seeds, what the plan will do, its YAML, and the button that starts it."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.protocol import budget_text
from mtal.analysis.text.plan import shape
from mtal.config import PRESETS, SELECTION, Config, ConfigError, find
from mtal.runs.durations import span
from mtal.runs.experiments.experiment import Cell
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import cause
from mtal.runs.store.index import find_run
from mtal.ui import catalog, loaders
from mtal.ui.components import ablation_choice, strategy_cards
from mtal.ui.launch import experiment_plan, settings_form, start
from mtal.ui.launch.estimate import all_labelled, forecast, known_pool
from mtal.ui.launch.settings_form import key
from mtal.ui.text import code, plain

__all__ = [
    "SELECTION",
    "begin_form",
    "copied",
    "fields",
    "look",
    "presets",
    "strategies_and_seeds",
    "summary",
    "yaml_view",
]
SEEDS = 3  # of a comparison, as in the paper
COMPARISONS = ("paper", "all")  # `?compare=` of the address
SHOWN = 4  # runs that are there already and named
REFUSED = "launch.refused"  # session key: setting of the address -> what is wrong, what is shown
OWN = "own settings"  # the preset box when nothing is filled in


def begin_form() -> None:
    """Defaults on the first visit; or what the address asks for: `?like=RUN`, `?preset=NAME`, `?epochs=20`.

    What cannot be used is said, and nothing starts before it was mended or the form was accepted as it is.
    """
    catalog.load()
    asked = repr(sorted(st.query_params.to_dict().items()))
    if key("dataset") not in st.session_state or st.session_state.get("launch.filled") != asked:
        wrong = _fill_as_asked()
        st.session_state[REFUSED] = {
            name: (text, st.session_state.get(key(name))) for name, text in wrong.items()
        }
        st.session_state["launch.filled"] = asked
    if refused := _refused():
        said = "; ".join(
            f"**{name}** {plain(text)}" if name else plain(text) for name, text in refused.items()
        )
        st.warning(
            f"The address of this page asks for what cannot be: {said}. The form shows something else there.",
            icon=":material/link_off:",
        )
        st.button("Go on with what the form shows", key="launch.accept", on_click=_forget_refused)


def copied() -> tuple[str, ...]:
    """Says why the run that is copied (`?like=RUN`) ended badly, and gives the settings that a copy should change."""
    name = st.query_params.get("like", "")
    run = next((run for run in loaders.runs() if run.name == name), None)
    if run is None or run.status not in {Status.FAILED, Status.INTERRUPTED}:
        return ()
    found = cause(run)
    st.warning(
        f"A copy of {code(name)}, which {run.status}: *{found.title}*. {found.advice}",
        icon=":material/content_copy:",
    )
    return found.settings


def presets() -> None:
    """Fill all settings at once."""
    st.selectbox(
        "Preset",
        [OWN, *PRESETS],
        key=key("preset"),
        on_change=_take_preset,
        persist_state="session",
        format_func=lambda name: f"{name}: {PRESETS[name][0]}" if name in PRESETS else OWN,
        help="Fills all settings below; change what you like afterwards.",
    )
    titles = strategy_cards.titles()
    with st.container(horizontal=True):
        for which, label in (("paper", "The paper's {} methods"), ("all", "All {} strategies")):
            found = _compared(which)
            st.button(
                f"{label.format(len(found))} × {SEEDS} seeds",
                key=key(f"compare.{which}"),
                on_click=_compare,
                args=(which,),
                icon=":material/compare_arrows:",
                help=f"{plain(', '.join(titles[name] for name in found))}: what can choose for these tasks.",
            )


def look() -> tuple[dict[str, str], list[Cell]]:
    """Setting -> what is wrong with it, and the plan; one of them is empty."""
    refused = _refused()
    try:
        cells = settings_form.plan()
    except ConfigError as error:
        return refused | settings_form.by_setting(error), []
    return refused, [] if refused else cells


def strategies_and_seeds(wrong: Mapping[str, str]) -> None:
    """What is compared: a run for each strategy and seed."""
    titles = strategy_cards.titles()
    st.session_state[key("strategy")] = [
        name for name in st.session_state[key("strategy")] if name in titles
    ]
    st.multiselect(
        "Strategies",
        list(titles),
        key=key("strategy"),
        persist_state="session",
        format_func=titles.__getitem__,
        help="A run for each, all from the same random start.",
    )
    settings_form.show_wrong("strategy", wrong)
    strategy_cards.say_unusable()
    chosen = st.session_state[key("strategy")]
    if chosen:
        with st.container(horizontal=True, gap="xsmall", key="launch.methods"):
            for name in chosen:
                strategy_cards.card_button(name, "launch")
    seeds, first = st.columns(2)
    seeds.number_input(
        "Seeds",
        1,
        20,
        key=key("seeds"),
        persist_state="session",
        help="Runs per strategy. One seed has no error estimate; the paper takes three.",
    )
    first.number_input(
        "First seed",
        0,
        key=key("seed"),
        persist_state="session",
        help="The others count up from it.",
    )
    settings_form.show_wrong("seed", wrong)
    varied = set(st.session_state.get("launch.vary", ())) & set(ablation_choice.heeded(chosen))
    with st.expander(
        "Ablations: vary one setting at a time" + f" ({len(varied)})" * bool(varied),
        key="launch.ablations",
    ):
        st.caption(
            "Each value is a variant of its own beside the plain settings, only for the strategies that heed it."
        )
        ablation_choice.choose_varied(chosen, settings_form.read(), "launch")


def fields(
    section: str, names: Sequence[str], wrong: Mapping[str, str], to_change: Sequence[str]
) -> None:
    """The few settings that most plans change, the rest folded; unfolded if something in it is wrong or should change."""
    first, rest = (
        [name for name in names if name in settings_form.FIRST],
        [name for name in names if name not in settings_form.FIRST],
    )
    _grid(first, wrong, to_change)
    if rest:
        with st.expander(
            f"All settings of {section.lower()} ({len(rest)} more)",
            expanded=any(name in wrong or name in to_change for name in rest),
            key=f"launch.more.{section}",
        ):
            _grid(rest, wrong, to_change)


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
            text = settings_form.to_yaml(
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


def _grid(names: Sequence[str], wrong: Mapping[str, str], to_change: Sequence[str]) -> None:
    """Two or three in a row; lists of names need a row of their own."""
    wide = [name for name in names if settings_form.is_wide(name)]
    small = [name for name in names if name not in wide]
    columns = st.columns(len(small) if len(small) in {1, 2} else 2 if len(small) == 4 else 3)
    for place, name in enumerate(small):
        with columns[place % len(columns)]:
            settings_form.draw(name, wrong)
            if name in to_change:
                st.markdown(f":orange[:material/arrow_upward: **{name}** change this]")
    for name in wide:
        settings_form.draw(name, wrong)


def _say(cells: Sequence[Cell]) -> None:
    configs = [cell.config for cell in cells]
    config, will = configs[0], forecast(configs, known_pool(configs[0]))
    parts = [
        shape(cells),
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


def _compared(which: str) -> list[str]:
    """Strategies of a comparison, as far as they can choose for the tasks in the form."""
    able = strategy_cards.allowed(st.session_state[key("tasks")])
    return (
        [name for name in strategy_cards.the_seven() if name in able] if which == "paper" else able
    )


def _fill_as_asked() -> dict[str, str]:
    """Fill the form; setting -> what is wrong with it in the address, "" for a run or preset that is not there."""
    try:
        wrong = settings_form.fill_valid(_asked_settings())
    except ConfigError as error:
        settings_form.fill(settings_form.usual())
        return {"": str(error)}
    if (which := st.query_params.get("compare")) in COMPARISONS:
        _compare(which)
    return wrong


def _refused() -> dict[str, str]:
    """What is wrong in the address, without the settings that were changed in the form since."""
    refused = st.session_state.get(REFUSED, {})
    return {
        name: text
        for name, (text, shown) in refused.items()
        if not name or st.session_state[key(name)] == shown
    }


def _forget_refused() -> None:
    st.session_state[REFUSED] = {}


def _asked_settings() -> Mapping[str, object]:
    given = {
        setting: text
        for setting, text in st.query_params.to_dict().items()
        if setting in Config.model_fields
    }
    if "like" in st.query_params:
        return find_run(loaders.store(), st.query_params["like"]).config.changed() | given
    name = st.query_params.get("preset")
    preset = find(PRESETS, name, "preset")[1] if name else {}
    return settings_form.begun_with(preset | given)


def _take_preset() -> None:
    name = st.session_state[key("preset")]
    strategies = st.session_state[key("strategy")]
    settings_form.fill(settings_form.usual() | (PRESETS[name][1] if name in PRESETS else {}))
    _forget_refused()
    st.session_state[key("strategy")] = strategies


def _compare(which: str) -> None:
    st.session_state[key("strategy")] = _compared(which)
    st.session_state[key("seed")], st.session_state[key("seeds")] = 0, SEEDS


def _take_text() -> None:
    try:
        settings_form.from_yaml(st.session_state["launch.paste"])
        _forget_refused()
        st.toast("The form is filled.")
    except ConfigError as error:
        st.toast(f"Not taken: {plain(str(error))}", icon=":material/error:")
