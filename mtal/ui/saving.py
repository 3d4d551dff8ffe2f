"""Labels to reach a value, and what each line saves against a reference, with intervals over seeds."""
import pandas as pd
import streamlit as st

from mtal.figures.curves import AXES
from mtal.figures.savings import savings
from mtal.reading.curves import lines, reference_of
from mtal.reading.numbers import decimals
from mtal.reading.saving import METHOD, REFERENCE, headline, saved_rows, table, usual_target
from mtal.runs.lines import apart, tasks_in_order
from mtal.ui import inputs
from mtal.ui.chart import show_figure
from mtal.ui.comparison import Style
from mtal.ui.words import plain


def show_saving(rows: pd.DataFrame, style: Style, page: str) -> None:
    """Choose task, reference and value; the chart, and the table. `rows`: of one data set, with the column x."""
    curves, _ = apart(rows)
    titles = dict(zip(curves["task"], curves["name"], strict=True))
    named, usual = lines(curves), reference_of(curves) or str(curves["group"].iloc[0])
    left, right = st.columns(2)
    with left:
        task = inputs.choose("Task", tasks_in_order(curves), page, "task", lambda name: titles[name], follows=False)
    with right:
        reference = inputs.choose("Held against", list(named), page, "reference", lambda group: named[group].title,
                                  default=usual, follows=False)
    one = curves[curves["task"] == task]
    target = choose_target(one, reference, page)
    if target is None:
        st.info(f"{plain(named[reference].title)} has no point yet to be held against.", icon=":material/hourglass_empty:")
        return
    found, axis = saved_rows(one, reference, str(one["better"].iloc[0]), target), AXES[style.x]
    said = headline(found, named[reference].title, axis, target)
    st.markdown(plain(said))
    drawn = found[found["note"] != REFERENCE]
    if drawn["share"].notna().any():
        show_figure(savings(drawn, f"{axis}: saved against {named[reference].title} (%)", f"{page}.{task}"), drawn,
                    f"saved-{task}-{style.x}", f"{page}.saved", said)
    st.dataframe(table(found, axis), key=f"{page}.saved.table", hide_index=True, height="content",
                 alt="What each line needs to reach the value, and what it saves")
    st.caption(METHOD)


def choose_target(one: pd.DataFrame, reference: str, page: str) -> float | None:
    """The value to reach: the reference's last mean unless another is typed; None where the reference has no point."""
    usual = usual_target(one, reference)
    if usual is None:
        return None
    low, high = float(one["value"].min()), float(one["value"].max())
    places = decimals([low, high])
    return float(st.number_input(f"Value to reach ({one['axis'].iloc[0]}; the reference ends at {usual:.{places}f})", value=usual,
                                 step=max((high - low) / 20, 10.0 ** -places), format=f"%.{places}f",
                                 key=f"{page}.target.{one['task'].iloc[0]}.{reference}"))
