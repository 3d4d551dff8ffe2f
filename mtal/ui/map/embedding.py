"""Which map is shown, and whether closeness in an embedding means anything."""

import streamlit as st

from mtal.analysis.text import embedding as words
from mtal.runs.store.run import FROZEN, Run
from mtal.ui import inputs, loaders
from mtal.ui.components.auto_encoder import AUTO_ENCODER, show_fit

MAPS = {FROZEN: "frozen feature, the same in all cycles", AUTO_ENCODER: "auto-encoder's embedding"}


def choose_map(run: Run, cycle: int) -> str | None:
    """The signal whose map is shown, from `?map=`; None if the cycle has no map."""
    signals = [signal for signal in MAPS if not loaders.layout(run, cycle, signal).empty]
    if len(signals) < 2:
        return signals[0] if signals else None
    return inputs.choose("Map of", signals, "map", "map", MAPS.__getitem__, follows=False)


def show_worth(run: Run, cycle: int, signal: str) -> None:
    """Say how many neighbours agree in the map's feature, and in the one that the strategy used.

    signal: of the map.
    """
    if run.facts.embedding != signal:
        st.caption(f"The run compares images in {words.TITLES[run.facts.embedding]}.")
    facts = run.neighbours(cycle)
    for name in dict.fromkeys((signal, run.facts.embedding)):
        of_signal = facts.get(name, {})
        if warning := words.distrust(name, of_signal):
            st.warning(warning, icon=":material/scatter_plot:")
        if text := words.agreement(name, of_signal):
            st.caption(text)
    if AUTO_ENCODER in (signal, run.facts.embedding):
        show_fit(run, cycle)
