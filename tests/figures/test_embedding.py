"""The map: every image once, known by its position in the pool, told apart by shape as well as colour."""
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from mtal.figures.embedding import WEBGL_FROM, by_state, by_value, states


def made(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    pool = pd.DataFrame({"labelled": np.arange(count) % 5 == 0, "picked": np.arange(count) % 5 == 1})
    return pool.assign(x=rng.normal(size=count), y=rng.normal(size=count), image=np.arange(count),
                       id=[f"i{n}" for n in range(count)], state=states(pool), rank=np.arange(count),
                       score=np.where(pool["labelled"], np.nan, rng.random(count)))


@pytest.mark.parametrize("draw", [lambda points: by_state(points, "v"), lambda points: by_value(points, "score", "score", "v")])
def test_custom_data_is_the_position_of_the_image(draw):
    points = made(40)
    figure = draw(points)
    seen = {}
    for trace in figure.data:
        seen |= {int(image): (x, y) for image, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)}
    assert sorted(seen) == list(range(40))
    assert seen[17] == pytest.approx((points["x"][17], points["y"][17]), rel=1e-6)


def test_states_differ_in_shape_and_colour():
    traces = by_state(made(40), "v").data
    assert len({trace.marker.symbol for trace in traces}) == len({trace.marker.color for trace in traces}) == 3
    assert [len(trace.x) for trace in traces] == [24, 8, 8]


@pytest.mark.parametrize(("count", "kind"), [(WEBGL_FROM - 1, go.Scatter), (WEBGL_FROM, go.Scattergl)])
def test_webgl_only_where_it_is_needed(count, kind):
    assert all(isinstance(trace, kind) for trace in by_state(made(count), "v").data)


def test_colours_go_by_rank_and_images_without_a_value_are_grey():
    points = made(40)
    points.loc[points["score"].idxmax(), "score"] = 1000.0  # one far value must not take the scale from the others
    by_name = {trace.marker.symbol: trace for trace in by_value(points, "score", "score", "v").data}
    known = points["score"].dropna()
    marker = by_name["circle"].marker
    assert (marker.cmin, marker.cmax) == (0, 100)
    assert (marker.colorbar.ticktext[0], marker.colorbar.ticktext[-1]) == (f"{known.min():.3g}", "1e+03")
    assert isinstance(by_name["square"].marker.color, str)
    assert list(by_name["star"].marker.color) == pytest.approx(
        [100 * (known <= score).mean() for score in points[points["picked"]]["score"]])


def test_hover_tells_name_rank_and_score():
    points = made(10)
    text = next(trace for trace in by_state(points, "v").data if trace.marker.symbol == "star").text[0]
    assert "i1" in text
    assert "picked 1." in text
    assert f"{points['score'][1]:.3g}" in text
