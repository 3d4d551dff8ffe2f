"""The matrix of an experiment: a row per strategy and variant, a column per seed."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from mtal.analysis.text.protocol import status_word
from mtal.runs.experiments.plan import ALL_LABELS
from mtal.runs.experiments.state import CellState, Experiment
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import failure_of
from mtal.ui.components import run_cards
from mtal.ui.experiments.titles import REFERENCE_TITLE, strategy_title

BROKEN = (Status.FAILED, Status.INTERRUPTED)


def matrix(experiment: Experiment, states: Sequence[CellState]) -> str:
    """HTML table: a row per strategy and variant, a column per seed.

    A cell shows the state of its run and links to it. Strategies are in the order of the plan, the
    variants of each below it, the reference on all labels last.
    """
    cells = {(state.cell.strategy, state.cell.variant, state.cell.seed): state for state in states}
    lines = list(dict.fromkeys((strategy, variant) for strategy, variant, _ in cells))
    order = list(experiment.strategies)
    lines.sort(key=lambda line: len(order) if line[1] == ALL_LABELS else order.index(line[0]))
    heads = "".join(f'<th scope="col">seed {seed}</th>' for seed in experiment.seeds)
    rows = []
    for strategy, variant in lines:
        row = [f'<th scope="row">{_row_title(strategy, variant)}</th>']
        row += [
            _cell(experiment, cells.get((strategy, variant, seed))) for seed in experiment.seeds
        ]
        rows.append(f"<tr>{''.join(row)}</tr>")
    head = f'<thead><tr><th scope="col">strategy</th>{heads}</tr></thead>'
    return f'<table class="matrix">{head}<tbody>{"".join(rows)}</tbody></table>'


def _row_title(strategy: str, variant: str) -> str:
    if variant == ALL_LABELS:
        return REFERENCE_TITLE
    title = escape(strategy_title(strategy))
    return f"{title}<small>{escape(variant)}</small>" if variant else title


def _cell(experiment: Experiment, state: CellState | None) -> str:
    if state is None:
        return '<td class="none">–</td>'
    run = experiment.run(state.cell)
    text = escape(f"{run_cards.SIGNS[state.status][1]} {status_word(state.status)}")
    partial = 0 < state.cycles_done < state.cycles and state.status is not Status.FINISHED
    if run is not None and state.status in BROKEN:
        text += f"<small>{escape(failure_of(run).title)}</small>"
    elif partial or state.status is Status.RUNNING:
        text += f"<small>{state.cycles_done} of {state.cycles} cycles</small>"
    if run is not None:
        text = f'<a href="run?{escape(urlencode({"run": run.name}))}">{text}</a>'
    bar = f'<span class="bar"><i style="width:{state.fraction:.0%}"></i></span>'
    return f'<td class="{state.status}">{bar}{text}</td>'
