"""The map of a pool with what is selected on it. The selection lives in a fragment of its own, which nothing polls."""
from functools import partial

import pandas as pd
import streamlit as st

from mtal.config import Config
from mtal.figures.embedding import HEIGHT_PX, by_state, by_value, states
from mtal.runs.run import Run
from mtal.ui import inputs
from mtal.ui.evidence import suggest_describing
from mtal.ui.gallery import show_pages, with_driver
from mtal.ui.sentences import tasks_of

STATE = "state"
CHOSEN = "chosen"                                           # the selected images in the address, by id
LINKED = 200                                                # selected images that still fit into an address


def say_no_map(run: Run, cycle: int, pool: pd.DataFrame) -> None:
    """Why a cycle has no map."""
    if run.config.projection == "none":
        st.info(f"This cycle has no map: in the settings of this run, “{Config.model_fields['projection'].title}” is *none*.",
                icon=":material/scatter_plot:")
    suggest_describing(run, cycle, pool)


def points(pool: pd.DataFrame, layout: pd.DataFrame) -> pd.DataFrame:
    """The frame that the figures want: pool columns with x, y, image, state and, where there is none, a score of NaN."""
    found = pool.assign(x=layout["x"].to_numpy(), y=layout["y"].to_numpy(), image=range(len(pool)), state=states(pool))
    return found if "score" in found else found.assign(score=float("nan"))


def colourings(pool: pd.DataFrame) -> dict[str, str]:
    """Column -> title of what points can be coloured by."""
    whole = {"score": "score", "inconsistency": "inconsistency", "diversity_start": "diversity at the start"}
    found = {STATE: "state"} | {name: title for name, title in whole.items() if name in pool and pool[name].notna().any()}
    return found | {f"s.{task}": f"score of {task}" for task in tasks_of(pool, "s")}


def chosen_images(event: object) -> list[int]:
    """Positions in the pool from a selection event. Item access, since injected events are plain dictionaries."""
    found = event["selection"]["points"]  # type: ignore[index]
    values = [point.get("customdata") for point in found]
    return [int(value[0]) if isinstance(value, list | tuple) else int(value) for value in values if value is not None]


@st.fragment
def show_map(run: Run, cycle: int, pool: pd.DataFrame, layout: pd.DataFrame) -> None:
    """Colour choice, map, and the selected images as tiles."""
    names = colourings(pool)
    left, right = st.columns([5, 2])
    with left:
        column = inputs.choose("Colour", list(names), "map", "colour", lambda name: names[name], follows=False,
                               widget=partial(st.selectbox, width=260))
    frame, view = points(pool, layout), f"{run.name}/{cycle}"
    figure = by_state(frame, view) if column == STATE else by_value(frame, column, names[column], view)
    clears, chosen, ids = f"map.clears.{run.name}", f"map.chosen.{run.name}", pool["id"].tolist()
    chart = f"map.chart.{run.name}.{cycle}.{st.session_state.get(clears, 0)}"
    event = left.plotly_chart(figure, key=chart, on_select=partial(_remember, chart, chosen, ids),
                              selection_mode=("points", "box", "lasso"), config={"scrollZoom": True, "displaylogo": False},
                              alt=f"Map of {len(pool)} pool images, {int(pool['picked'].sum())} of them picked in cycle {cycle}")
    linked = [ids.index(name) for name in st.query_params.get_all(CHOSEN) if name in ids]
    images = chosen_images(event) or st.session_state.get(chosen, linked)
    with right.container(height=HEIGHT_PX + 80, border=True):
        if not images:
            st.caption("Click a point, or draw a lasso or a box around some (tools at the upper right of the map): "
                       "their images appear here.")
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{len(images)} selected.**", width="content")
            st.button("Clear", key="map.clear", icon=":material/close:", on_click=_clear, args=(clears, chosen))
        if len(images) > LINKED:
            st.caption(f"More than {LINKED} do not fit into the address: a link shows none of them.")
        show_pages(run, cycle, with_driver(pool, pool.iloc[images]), "map", in_a_row=2)


def _remember(chart: str, chosen: str, ids: list[str]) -> None:
    """A selection is only told once: keep it, since another colour is another chart. Clearing the map clears it too."""
    images = st.session_state[chosen] = chosen_images(st.session_state[chart])
    if 0 < len(images) <= LINKED:
        st.query_params[CHOSEN] = [ids[image] for image in images]
    else:
        st.query_params.pop(CHOSEN, None)


def _clear(clears: str, chosen: str) -> None:
    """Forget the selection. The browser keeps what is drawn of it in a chart, so the next one is a new chart."""
    st.session_state[clears] = st.session_state.get(clears, 0) + 1
    st.session_state[chosen] = []
    st.query_params.pop(CHOSEN, None)
