"""An experiment as values: its plan, and the states of its runs, worked out from their folders."""

from dataclasses import dataclass
from typing import Any

from mtal.runs.experiments.plan import ALL_LABELS, Cell, plain_settings
from mtal.runs.files import last_lines, read_json
from mtal.runs.jobs.progress import parse, share_of_cycle
from mtal.runs.jobs.start_log import start_times
from mtal.runs.jobs.status import Status
from mtal.runs.paths import ExperimentPaths
from mtal.runs.store.run import Run


@dataclass(frozen=True)
class CellState:
    """State of the run of a cell."""

    cell: Cell
    status: Status  # NEW while its folder does not exist
    cycles_done: int
    cycles: int  # as planned; a stopping rule may end the run earlier
    fraction: float  # of all cycles, 0..1; the current one counts by its stages


@dataclass(frozen=True)
class Experiment:
    """A plan as it was read; another process may have extended the file since."""

    paths: ExperimentPaths
    title: str
    cells: tuple[Cell, ...]
    created: float  # seconds since 1970

    @property
    def name(self) -> str:
        """Name of the experiment's folder."""
        return self.paths.name

    @property
    def is_example(self) -> bool:
        """Whether it came with the program."""
        return bool(self.paths.example.exists())

    @property
    def strategies(self) -> tuple[str, ...]:
        """Strategies in order of first appearance, without the reference on all labels."""
        return tuple(
            dict.fromkeys(cell.strategy for cell in self.cells if cell.variant != ALL_LABELS)
        )

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of all cells in order of first appearance."""
        return tuple(dict.fromkeys(cell.seed for cell in self.cells))

    @property
    def variants(self) -> tuple[str, ...]:
        """Labels of variants in order of first appearance; "" is the plain one."""
        return tuple(dict.fromkeys(cell.variant for cell in self.cells))

    @property
    def plain(self) -> dict[str, Any]:
        """The plain settings as JSON values. ConfigError for a plan without them."""
        return plain_settings(self.cells)

    @property
    def base(self) -> dict[str, Any]:
        """The settings that all cells share, as JSON values."""
        first, *others = (cell.config.model_dump(mode="json") for cell in self.cells)
        return {
            name: value
            for name, value in first.items()
            if all(settings[name] == value for settings in others)
        }

    def run(self, cell: Cell) -> Run | None:
        """The run of a cell; None before it is created, and if it cannot be read."""
        run = self._folder(cell)
        return run if run.paths.config.exists() and not run.damage else None

    def _folder(self, cell: Cell) -> Run:
        return Run(self.paths.store.run(cell.run_name).folder)

    def states(self) -> list[CellState]:
        """List the state of every cell, worked out from the folders of the runs."""
        return [_state(cell, self._folder(cell)) for cell in self.cells]


def _state(cell: Cell, run: Run) -> CellState:
    cycles = cell.config.cycles
    if not run.paths.config.exists():
        return CellState(cell, Status.NEW, 0, cycles, 0.0)
    if run.damage:  # resuming it says which file
        return CellState(cell, Status.FAILED, 0, cycles, 0.0)
    status, done = run.status, run.cycles_done()
    if status is Status.FINISHED:
        return CellState(cell, status, done, cycles, 1.0)
    current = _share_of_current_cycle(run, done) if status is Status.RUNNING else 0.0
    return CellState(cell, status, done, cycles, min(1.0, (done + current) / cycles))


def _share_of_current_cycle(run: Run, done: int) -> float:
    """Share of the current cycle that is done, by the times of its stages in the cycle before.

    0 before the first report of the run's last start.
    """
    reports = parse(last_lines(run.paths.progress))
    started = max(start_times(run.paths), default=0.0)
    if not reports or reports[-1]["cycle"] != done or reports[-1]["t"] < started:
        return 0.0
    seconds = read_json(run.cycle(done - 1).metrics)["seconds"] if done else {}
    return share_of_cycle(reports[-1], seconds)
