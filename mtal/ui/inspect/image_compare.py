"""Two pictures of one image over each other, mixed in the browser, with the values under the pointer. See mtal/ui/inspect/image_compare.js."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui.components.image_layers import IMAGE, Layer
from mtal.ui.image_routes import picture_url

WITHOUT_VALUES = (
    "This run stored pictures only, no values behind them: it is older than this comparison."
)
HALF = 50  # percent of the upper picture, so that both are seen
BELOW, ABOVE = "below", "above"  # names in the address
KEY = "inspect.compare"

_component = st.components.v2.component(
    "mtal.compare",
    html=Path(__file__).with_suffix(".html").read_text(encoding="utf-8"),
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def show_comparison(
    run: Run,
    cycle: int,
    image: int,
    task: TaskFacts,
    shown: Sequence[Layer],
    values: dict[str, Any],
    legends: dict[str, str],
    ahead: Sequence[dict[str, Any]],
) -> None:
    """The comparison of one task. `values`, `legends`: by the layer's id.

    `ahead`: images that may be next, the likeliest first; keys: key (that leads there), name, label, pictures (layer -> address),
    below, above. They are fetched once this image is shown, so that a step shows them at once, before the page has come with the
    rest.
    """
    address = {layer.id: picture_url(run, cycle, image, layer.picture) for layer in shown}
    rows = [
        {
            "id": layer.id,
            "title": layer.title,
            "src": address[layer.id],
            "blocks": layer.blocks,
            "alt": f"{task.title}: {layer.title}, pool image {image}",
            "legend": legends.get(layer.id, ""),
        }
        for layer in shown
    ]
    _component(
        key=KEY,
        on_chosen_change=_to_url,
        data={
            "name": compared_name(run, cycle, image, task.name),
            "label": compared_label(run, image, task.name),
            "size": list(run.config.size),
            "layers": rows,
            "values": values,
            BELOW: chosen_layer(BELOW, shown),
            ABOVE: chosen_layer(ABOVE, shown),
            "mix": HALF,
            "next": list(ahead),
            "without": WITHOUT_VALUES,
        },
    )


def compared_name(run: Run, cycle: int, image: int, task: str) -> str:
    """What is shown, for programs."""
    return f"{run.name}/{cycle}/{image}/{task}"


def compared_label(run: Run, image: int, task: str) -> str:
    """What is shown, for people: `0828 · depth`."""
    return f"{run.facts.pool[image]} · {task}"


def _to_url() -> None:
    """Once somebody has chosen layers, they stand in the address; the browser has shown them already."""
    chosen = st.session_state[KEY]["chosen"]
    if isinstance(chosen, dict):
        st.query_params.update(
            {where: str(chosen[where]) for where in (BELOW, ABOVE) if where in chosen}
        )


def chosen_layer(where: str, shown: Sequence[Layer]) -> str:
    """The layer that the address names, else the usual one: the image below, the first disagreement or prediction above."""
    ids = [layer.id for layer in shown]
    usual = (
        IMAGE if where == BELOW else next((id_ for id_ in ids if id_.startswith("gap.")), ids[-1])
    )
    asked = st.query_params.get(where, usual)
    return asked if asked in ids else usual if usual in ids else ids[0]
