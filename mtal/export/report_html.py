"""The page of a report, which needs no network.

report.html escapes whatever the blocks hold. Only what plotly writes and our own style sheet and
script go in as they are.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from plotly.offline import get_plotlyjs

from mtal.export.report_blocks import Block, is_empty, slug

GENERATOR = '<meta name="generator" content="mtal report">'
# Nothing is fetched, whatever a title or a setting may say.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:"
)
FOLDER = Path(__file__).parent  # of report.html, report.css and report.js


def page(title: str, top: Sequence[Block], sections: Mapping[str, Sequence[Block]]) -> str:
    """Write the whole file.

    top: stands before the contents.
    sections: title -> blocks; a section with nothing to show is left out.
    """
    shown = {name: _not_empty(blocks) for name, blocks in sections.items()}
    return _template().render(
        title=title,
        top=_not_empty(top),
        sections={name: blocks for name, blocks in shown.items() if blocks},
        generator=GENERATOR,
        policy=POLICY,
        style=_own_file("report.css"),
        script=_own_file("report.js"),
        plotly=get_plotlyjs(),
    )


def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["slug"] = slug
    return environment.get_template("report.html")


def _not_empty(blocks: Sequence[Block]) -> list[Block]:
    return [block for block in blocks if not is_empty(block)]


def _own_file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
