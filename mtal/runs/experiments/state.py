"""An experiment as values: what its plan says, and how each of its runs stands, worked out from their folders."""

from dataclasses import dataclass
from typing import Any

from mtal.runs.experiments.plan import ALL_LABELS, Cell, plain_settings
from mtal.runs.files import last_lines, read_json
from mtal.runs.jobs.progress import parse, share_of_cycle
from mtal.runs.jobs.start_log import starts
from mtal.runs.jobs.status import Status
from mtal.runs.paths import ExperimentPaths
from mtal.runs.store.run import Run


@dataclass(frozen=True)
class State:
    """How the run of a cell stands now."""

    cell: Cell
    status: Status  # NEW while its folder does not exist
    cycles_done: int
    cycles: int  # as planned; a stopping rule may end it earlier
    fraction: float  # of all its cycles, 0..1; the one in hand counts by its stages


@dataclass(frozen=True)
class Experiment:
    """A plan as it was read; another process may have extended it since."""

    paths: ExperimentPaths
    title: str
    cells: tuple[Cell, ...]
    created: float  # seconds since 1970

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.paths.name

    @property
    def strategies(self) -> tuple[str, ...]:
        """In the order of first appearance, as are seeds and variants. The reference on all labels is no strategy's."""
        return tuple(
            dict.fromkeys(cell.strategy for cell in self.cells if cell.variant != ALL_LABELS)
        )

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of all cells."""
        return tuple(dict.fromkeys(cell.seed for cell in self.cells))

    @property
    def variants(self) -> tuple[str, ...]:
        """Labels; "" is the plain one."""
        return tuple(dict.fromkeys(cell.variant for cell in self.cells))

    @property
    def plain(self) -> dict[str, Any]:
        """The settings that variants start from, as JSON values."""
        return plain_settings(self.cells)

    @property
    def base(self) -> dict[str, Any]:
        """The settings that all cells share, as JSON values."""
        first, *others = (cell.config.model_dump(mode="json") for cell in self.cells)
        return {
            name: value
            for name, value in first.items()
            if all(other[name] == value for other in others)
        }

    def run(self, cell: Cell) -> Run | None:
        """The run of a cell; None while its folder does not exist."""
        run = Run(self.paths.store.run(cell.run_name).folder)
        return run if run.paths.config.exists() else None

    def states(self) -> list[State]:
        """Per cell, worked out from the folders of the runs."""
        return [_state(cell, self.run(cell)) for cell in self.cells]


def _state(cell: Cell, run: Run | None) -> State:
    cycles = cell.config.cycles
    if run is None:
        return State(cell, Status.NEW, 0, cycles, 0.0)
    status, done = run.status, run.cycles_done()
    if status is Status.FINISHED:
        return State(cell, status, done, cycles, 1.0)
    within = _in_hand(run, done) if status is Status.RUNNING else 0.0
    return State(cell, status, done, cycles, min(1.0, (done + within) / cycles))


def _in_hand(run: Run, done: int) -> float:
    """Share of the cycle that a running run is in: of its stages' time, as the cycle before took it."""
    rows = parse(last_lines(run.paths.progress))
    if not rows or rows[-1]["cycle"] != done or rows[-1]["t"] < max(starts(run.paths), default=0.0):
        return 0.0  # it has said nothing since its start
    return share_of_cycle(
        rows[-1], read_json(run.cycle(done - 1).metrics)["seconds"] if done else {}
    )
