"""What a report is made of: paragraphs, tables, figures with the numbers behind them, and the page that needs no network."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
from plotly.io import to_html
from plotly.offline import get_plotlyjs

from mtal.figures.style import Drawing

GENERATOR = '<meta name="generator" content="mtal report">'
# Nothing is fetched, whatever a title or a setting may say.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
CONFIG = {"displaylogo": False, "responsive": True}


def paragraph(text: str, kind: str = "") -> str:
    """Plain text; nothing for "". `kind`: a class of report.css."""
    about = f' class="{kind}"' if kind else ""
    return f"<p{about}>{escape(text)}</p>\n" if text else ""


def bullets(texts: Iterable[str]) -> str:
    """A list of plain texts; nothing where there are none."""
    found = "".join(f"<li>{escape(text)}</li>\n" for text in texts)
    return f"<ul>\n{found}</ul>\n" if found else ""


def table(frame: pd.DataFrame, caption: str = "") -> str:
    """A row per row; the first column names it. Values are escaped."""
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in frame.columns)
    rows = "".join(
        f"<tr>{''.join(_cell(value, place) for place, value in enumerate(row))}</tr>\n"
        for row in frame.itertuples(index=False, name=None)
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="scroll"><table>{title}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n'


def chart(
    figure: go.Figure | Drawing, title: str, alt: str, numbers: pd.DataFrame, key: str
) -> str:
    """A figure with what it shows in words for those who cannot see it, and its numbers. `key`: unique in the page."""
    drawn = to_html(
        figure,
        full_html=False,
        include_plotlyjs=False,
        config=CONFIG,
        div_id=f"chart-{slug(key)}",
        default_height=f"{figure['layout']['height']}px",
        validate=False,
    )
    return (
        f'<figure>\n<figcaption>{escape(title)}</figcaption>\n<div role="group" aria-label="{escape(alt)}">{drawn}</div>\n'
        f"<details><summary>Numbers: {escape(title)}</summary>{table(numbers)}</details>\n</figure>\n"
    )


def section(title: str, content: str) -> str:
    """With its heading; nothing where there is no content."""
    return (
        f'<section id="{slug(title)}">\n<h2>{escape(title)}</h2>\n{content}</section>\n'
        if content
        else ""
    )


def contents(titles: Iterable[str]) -> str:
    """Leads to the sections of the page."""
    links = "".join(f'<li><a href="#{slug(title)}">{escape(title)}</a></li>\n' for title in titles)
    return f'<nav aria-label="Contents">\n<ul>\n{links}</ul>\n</nav>\n'


def page(title: str, top: str, sections: Mapping[str, str]) -> str:
    """The whole file. `top`: what stands before the contents; `sections`: title -> HTML, left out where that is empty."""
    there = {name: content for name, content in sections.items() if content}
    body = contents(there) + "".join(section(name, content) for name, content in there.items())
    style, script = (
        Path(__file__).with_name(f"report.{kind}").read_text(encoding="utf-8")
        for kind in ("css", "js")
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'{GENERATOR}\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n<script>{get_plotlyjs()}</script>\n"
        f"<script>\n{script}</script>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n"
        "<noscript><p>The charts need JavaScript. The tables under them hold the same numbers.</p></noscript>\n"
        f"{top}{body}</main>\n</body>\n</html>\n"
    )


def slug(text: str) -> str:
    """Fit for an id of the page."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _cell(value: object, place: int) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    text = escape(f"{value:.5g}" if isinstance(value, float) else str(value))
    if place == 0:
        return f'<th scope="row">{text}</th>'
    return f'<td class="number">{text}</td>' if number else f"<td>{text}</td>"
