"""Two pictures of one image over each other, with the values under the pointer.

They are mixed in the browser, by mtal/ui/inspect/image_compare.js.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui.components.image_layers import IMAGE, Layer
from mtal.ui.image_routes import picture_url

WITHOUT_VALUES = "This run stored pictures without their values: it was made by an earlier version."
HALF = 50  # percent of the upper picture, so that both are seen
BELOW, ABOVE = "below", "above"  # names in the address
KEY = "inspect.compare"

_component = st.components.v2.component(
    "mtal.image_compare",
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
    """Draw the comparison of one task.

    run, cycle, image, task: what is shown. shown: its layers. values: of a layer, by its id; see
    `image_layers.values_of`. legends: HTML by the layer's id. ahead: images that may be next, the
    likeliest first, with the keys `key` (that leads there), `name`, `label`, `pictures`
    (layer -> address), `below` and `above`. The browser fetches them once this image is shown, so
    that a step shows them at once, before the page has sent the rest.
    """
    rows = [
        {
            "id": layer.id,
            "title": layer.title,
            "src": picture_url(run, cycle, image, layer.picture),
            "blocks": layer.blocks,
            "alt": f"{task.title}: {layer.title}, pool image {image}",
            "legend": legends.get(layer.id, ""),
        }
        for layer in shown
    ]
    _component(
        key=KEY,
        on_layers_change=_to_url,
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
    """A key of what is shown, `run/3/828/depth`, for programs."""
    return f"{run.name}/{cycle}/{image}/{task}"


def compared_label(run: Run, image: int, task: str) -> str:
    """A title of what is shown, `0828 · depth`."""
    return f"{run.facts.pool[image]} · {task}"


def _to_url() -> None:
    """Write the layers that were chosen in the browser, and are shown there, to the address."""
    layers = st.session_state[KEY]["layers"]
    if isinstance(layers, dict):
        st.query_params.update(
            {side: str(layers[side]) for side in (BELOW, ABOVE) if side in layers}
        )


def chosen_layer(side: str, shown: Sequence[Layer]) -> str:
    """Id of the layer on a side, BELOW or ABOVE: that of the address, else the usual one.

    Usual is the image below, and above it the first disagreement, else the last layer.
    """
    ids = [layer.id for layer in shown]
    if side == BELOW:
        usual = IMAGE
    else:
        usual = next((id_ for id_ in ids if id_.startswith("gap.")), ids[-1])
    for id_ in (st.query_params.get(side, usual), usual):
        if id_ in ids:
            return id_
    return ids[0]
