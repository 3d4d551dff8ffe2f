"""Text of users in figures, which read tags: it must stay text."""

import pandas as pd
import plotly.graph_objects as go

from mtal.analysis.lines import Line
from mtal.figures.curves import learning_curve
from mtal.figures.labels_saved import labels_saved_chart
from mtal.figures.matrix import square

EVIL, SAFE = (
    '<a href="https://evil.example">x</a> & y',
    '&lt;a href="https://evil.example"&gt;x&lt;/a&gt; &amp; y',
)


def test_titles_of_lines_and_axes():
    mean = pd.DataFrame(
        {"group": ["g"], "cycle": [0], "x": [1.0], "mean": [2.0], "spread": [0.1], "n": [2]}
    )
    drawn = go.Figure(learning_curve(mean, {"g": Line(EVIL, "ours", 0)}, "labels", EVIL, "view"))
    assert drawn.layout.yaxis.title.text == SAFE
    assert {trace.legendgroup for trace in drawn.data} == {SAFE}
    assert "<a" not in drawn.to_json().replace("\\u003c", "<")


def test_rows_of_savings_and_squares():
    rows = pd.DataFrame(
        [
            {
                "title": EVIL,
                "strategy": "ours",
                "variant": 0,
                "share": 1.0,
                "low": 0.0,
                "high": 2.0,
                "censor": "",
                "note": "1 %",
            }
        ]
    )
    square_of = pd.DataFrame([[0.5]], [EVIL], [EVIL])
    evil = square_of.map(lambda _: EVIL)
    for drawn in (
        labels_saved_chart(rows, EVIL, "view"),
        square(square_of, 1, "u", "view", words=evil, texts=evil),
    ):
        assert "<a" not in drawn.to_json().replace("\\u003c", "<")
