"""Blocks of the Launch page: presets, strategies x seeds, ablations, and the other settings."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mtal.config import PRESETS, Config, ConfigError, find
from mtal.runs.experiments.plan import Cell
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import failure_of
from mtal.runs.store.index import find_run
from mtal.ui import catalog, loaders
from mtal.ui.components import ablation_choice, strategy_cards
from mtal.ui.launch import setting_field, settings_form
from mtal.ui.launch.settings_form import key
from mtal.ui.text import code, plain

SEEDS = 3  # of a comparison, as in the paper
COMPARISONS = ("paper", "all")  # `?compare=` of the address
REFUSED = "launch.refused"  # session key: setting of the address -> its error, the value shown
OWN = "own settings"  # option of the preset box that fills in nothing


def begin_form() -> None:
    """Fill the form from the address (`?like=RUN`, `?preset=NAME`, `?epochs=20`) or the defaults.

    A warning names what cannot be used; nothing starts before it is changed or accepted.
    """
    catalog.load()
    asked = repr(sorted(st.query_params.to_dict().items()))
    if key("dataset") not in st.session_state or st.session_state.get("launch.filled") != asked:
        wrong = _fill_as_asked()
        st.session_state[REFUSED] = {
            name: (text, st.session_state.get(key(name))) for name, text in wrong.items()
        }
        st.session_state["launch.filled"] = asked
    refused = _refused()
    if refused:
        errors = "; ".join(
            f"**{name}** {plain(text)}" if name else plain(text) for name, text in refused.items()
        )
        st.warning(
            f"The address of this page asks for what cannot be: {errors}. The form shows something "
            "else there.",
            icon=":material/link_off:",
        )
        st.button("Go on with what the form shows", key="launch.accept", on_click=forget_refused)


def copied() -> tuple[str, ...]:
    """Say why the run that is copied (`?like=RUN`) failed, and return the settings to change."""
    name = st.query_params.get("like", "")
    run = next((run for run in loaders.runs() if run.name == name), None)
    if run is None or run.status not in {Status.FAILED, Status.INTERRUPTED}:
        return ()
    failure = failure_of(run)
    verb = "failed" if run.status is Status.FAILED else "was interrupted"
    st.warning(
        f"A copy of {code(name)}, which {verb}: *{failure.title}*. {failure.advice}",
        icon=":material/content_copy:",
    )
    return failure.settings


def presets() -> None:
    """Draw the box of presets and the buttons of comparisons."""
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
            strategies = _compared(which)
            names = plain(", ".join(titles[name] for name in strategies))
            st.button(
                f"{label.format(len(strategies))} × {SEEDS} seeds",
                key=key(f"compare.{which}"),
                on_click=_compare,
                args=(which,),
                icon=":material/compare_arrows:",
                help=f"{names}: all that can choose for these tasks.",
            )


def read_plan() -> tuple[dict[str, str], list[Cell]]:
    """Read the form: setting -> error, and the plan; one of them is empty."""
    refused = _refused()
    try:
        cells = settings_form.plan()
    except ConfigError as error:
        return refused | settings_form.by_setting(error), []
    return refused, [] if refused else cells


def strategies_and_seeds(wrong: Mapping[str, str]) -> None:
    """Draw strategies, seeds and ablations. wrong: setting -> error."""
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
        help="A run for each, all from the same start.",
    )
    setting_field.show_wrong("strategy", wrong)
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
    setting_field.show_wrong("seed", wrong)
    varied = set(st.session_state.get("launch.vary", ())) & set(
        ablation_choice.used_settings(chosen)
    )
    heading = "Ablations: vary settings, one at a time or together"
    if varied:
        heading += f" ({len(varied)})"
    with st.expander(heading, key="launch.ablations"):
        st.caption(
            "Each value is a variant of its own beside the plain settings, for the strategies that "
            "use the setting."
        )
        ablation_choice.choose_varied(chosen, settings_form.read(), "launch")


def fields(
    section: str, names: Sequence[str], wrong: Mapping[str, str], to_change: Sequence[str]
) -> None:
    """Draw the settings of a section that most plans change; the others are folded.

    section, names: title and settings; wrong: setting -> error; to_change: settings that a copy
    should change. A folded setting that is wrong or should change opens its box.
    """
    first = [name for name in names if name in settings_form.FIRST]
    rest = [name for name in names if name not in settings_form.FIRST]
    _grid(first, wrong, to_change)
    if rest:
        with st.expander(
            f"All settings of {section.lower()} ({len(rest)} more)",
            expanded=any(name in wrong or name in to_change for name in rest),
            key=f"launch.more.{section}",
        ):
            _grid(rest, wrong, to_change)


def _grid(names: Sequence[str], wrong: Mapping[str, str], to_change: Sequence[str]) -> None:
    """Draw settings two or three in a row; lists of names have a row of their own."""
    wide = [name for name in names if setting_field.is_wide(name)]
    small = [name for name in names if name not in wide]
    in_a_row = {1: 1, 2: 2, 4: 2}.get(len(small), 3)
    columns = st.columns(in_a_row)
    for number, name in enumerate(small):
        with columns[number % in_a_row]:
            setting_field.draw(name, wrong)
            if name in to_change:
                st.markdown(f":orange[:material/arrow_upward: **{name}** change this]")
    for name in wide:
        setting_field.draw(name, wrong)


def _compared(which: str) -> list[str]:
    """Strategies of a comparison that can choose for the tasks in the form."""
    allowed = strategy_cards.allowed(st.session_state[key("tasks")])
    if which == "paper":
        return [name for name in strategy_cards.the_seven() if name in allowed]
    return allowed


def _fill_as_asked() -> dict[str, str]:
    """Fill the form from the address; setting -> error, "" for an unknown run or preset."""
    try:
        wrong = settings_form.fill_valid(_asked_settings())
    except ConfigError as error:
        settings_form.fill(settings_form.initial_settings())
        return {"": str(error)}
    which = st.query_params.get("compare", "")
    if which in COMPARISONS:
        _compare(which)
    return wrong


def _refused() -> dict[str, str]:
    """Errors of the address, without settings that were changed in the form since."""
    refused = st.session_state.get(REFUSED, {})
    return {
        name: text
        for name, (text, shown) in refused.items()
        if not name or st.session_state[key(name)] == shown
    }


def forget_refused() -> None:
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
    return settings_form.with_defaults(preset | given)


def _take_preset() -> None:
    name = st.session_state[key("preset")]
    strategies = st.session_state[key("strategy")]
    preset = PRESETS[name][1] if name in PRESETS else {}
    settings_form.fill(settings_form.initial_settings() | preset)
    forget_refused()
    st.session_state[key("strategy")] = strategies


def _compare(which: str) -> None:
    st.session_state[key("strategy")] = _compared(which)
    st.session_state[key("seed")], st.session_state[key("seeds")] = 0, SEEDS
