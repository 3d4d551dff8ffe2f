"""The map of a pool with what is selected on it. The selection lives in a fragment of its own, which nothing polls."""
from functools import partial

import pandas as pd
import streamlit as st

from mtal.figures.embedding import by_state, by_value, states
from mtal.runs.run import Run
from mtal.ui.gallery import show_pages, with_driver
from mtal.ui.sentences import tasks_of

STATE, HEIGHT_PX = "state", 680


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
    column = left.selectbox("Colour", list(names), key="map.colour", format_func=lambda name: names[name], width=260)
    frame, view = points(pool, layout), f"{run.name}/{cycle}"
    figure = by_state(frame, view) if column == STATE else by_value(frame, column, names[column], view)
    chart, chosen = f"map.chart.{run.name}.{cycle}", f"map.chosen.{run.name}.{cycle}"
    event = left.plotly_chart(figure, key=chart, on_select=partial(_remember, chart, chosen),
                              selection_mode=("points", "box", "lasso"), config={"scrollZoom": True, "displaylogo": False},
                              alt=f"Map of {len(pool)} pool images, {int(pool['picked'].sum())} of them picked in cycle {cycle}")
    images = chosen_images(event) or st.session_state.get(chosen, [])
    with right.container(height=HEIGHT_PX, border=True):
        if not images:
            st.caption("Click a point, or draw a lasso or a box around some (tools at the upper right of the map): "
                       "their images appear here.")
            return
        st.markdown(f"**{len(images)} selected.** A double click on the map clears the selection.")
        show_pages(run, cycle, with_driver(pool, pool.iloc[images]), "map", in_a_row=2)


def _remember(chart: str, chosen: str) -> None:
    """A selection is only told once: keep it, since another colour is another chart. Clearing the map clears it too."""
    st.session_state[chosen] = chosen_images(st.session_state[chart])
