"""The contents of a page as tests read them: texts, address, charts, tables and tiles."""

import json
import re

from streamlit.testing.v1 import AppTest

from mtal.runs.store.run import Run


def texts(app) -> str:
    """All text of a page, without the escapes of Markdown."""
    parts = [app.markdown, app.caption, app.info, app.warning, app.error, app.subheader, app.title]
    return "\n".join(element.value for kind in parts for element in kind).replace("\\", "")


def address(app) -> dict[str, str]:
    """The query of the address; AppTest gives a text or a list for each name."""
    return {
        name: value if isinstance(value, str) else value[-1]
        for name, value in app.query_params.items()
    }


def shown(app) -> str:
    """The image in the address."""
    return address(app)["sample"]


def charts(app) -> list:
    """The charts of a page: those of Streamlit, which take selections, then `figures`."""
    return [*app.get("plotly_chart"), *figures(app)]


def figures(app) -> list[dict]:
    """The figures that update in place: plotly's JSON in `figure`, their data in `csv`."""
    data = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    return [values for values in data if "figure" in values and "csv" in values]


def drawn_rows(app, kind: str) -> str:
    """HTML of the first chart drawn as a table (`bars`, `dots`) or of the small charts (`cycles`).

    "" where the page has none.
    """
    bodies = [element.proto.body for element in app.get("html")]
    return next((body for body in bodies if f'{kind}"' in body.partition(">")[0]), "")


def rows_of_tiles(app) -> list[list[dict[str, str]]]:
    """The tiles in each row of small pictures."""
    return [row["tiles"] for row in components(app, "mtal.thumbnail_strip")]


def tiles(app) -> list[str]:
    """The ids of all tiles that are HTML, in their order."""
    html = "".join(element.proto.body for element in app.get("html"))
    return re.findall(r'data-open="([^"]*)"', html)


def picks(run: Run, cycle: int) -> list[int]:
    """The images of a batch in the order of their acquisition, from the file of the engine."""
    return list(dict.fromkeys(run.picked(cycle)[:, 0].tolist()))


def text_of(app: AppTest) -> str:
    """All text of a page: its elements, buttons and HTML."""
    headings, messages = ("title", "subheader"), ("info", "warning", "error", "success")
    kinds = (*headings, "markdown", "caption", *messages, "code", "badge")
    elements = [element for kind in kinds for element in app.get(kind)]
    values = [str(element.value) for element in elements if hasattr(element, "value")]
    labels = [str(button.label) for button in app.button]
    return "\n".join([*values, *labels, *(element.proto.body for element in app.get("html"))])


def components(app, name: str) -> list[dict]:
    """The data of every component of a name."""
    return [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == name
    ]


def comparison(app) -> dict:
    """The data of the comparison of pictures on the Inspect page."""
    (data,) = components(app, "mtal.image_compare")
    return data
