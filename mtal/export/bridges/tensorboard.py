"""TensorBoard: event files of a run in a folder of its name. Needs neither torch nor tensorflow.

Existing files stay: an open TensorBoard goes on from file to file and stumbles where one is gone.
"""

import json
import tempfile
from pathlib import Path

from mtal.export.bridges.bridge import Bridge, Point, TrackedRun, library
from mtal.export.exporter import ExportError

PACKAGE = "tensorboard>=2.16"


def write(run: TrackedRun, group: str, where: str) -> int:
    """Write a run into WHERE/NAME and return the number of new points.

    A new file holds the points whose step a curve lacks; the first one also settings and tags.

    group: not used.
    where: a folder.

    ExportError if TensorBoard is missing or the folder cannot be written.
    """
    with library("TensorBoard", PACKAGE):
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.hparams.summary_v2 import hparams_pb
        from tensorboard.plugins.text.summary_v2 import text_pb
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

    folder = Path(where, run.name)
    written = _written_steps(folder)
    missing = [point for point in run.points if (point.curve, point.step) not in written]
    new_points = sorted(missing, key=_in_order)
    events = [
        Event(
            wall_time=point.seconds,
            step=point.step,
            summary=Summary(value=[Summary.Value(tag=point.curve, simple_value=point.value)]),
        )
        for point in new_points
    ]
    if not written:
        about = (
            hparams_pb(_plain(run), trial_id=run.name, start_time_secs=run.created),
            text_pb("about", _about(run)),
        )
        events = [Event(wall_time=run.created, summary=summary) for summary in about] + events
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".") as beside:
            if new_points:
                writer = EventFileWriter(beside)
                for event in events:
                    writer.add_event(event)
                writer.close()
            for path in Path(beside).iterdir():
                path.replace(folder / path.name)  # appears whole, as all that we write
    except OSError as error:
        raise ExportError(f"{folder} cannot be written: {error.strerror}") from None
    return len(new_points)


def _written_steps(folder: Path) -> set[tuple[str, int]]:
    """(curve, step) of every point in a folder."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    if not folder.is_dir():
        return set()
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    return {
        (curve, event.step) for curve in events.Tags()["scalars"] for event in events.Scalars(curve)
    }


def _in_order(point: Point) -> tuple[str, int]:
    return point.curve, point.step


def _plain(run: TrackedRun) -> dict[str, bool | float | str]:
    """Settings as hyper-parameters, which are truth values, numbers and texts."""
    return {
        name: value if isinstance(value, bool | int | float | str) else json.dumps(value)
        for name, value in run.settings.items()
    }


def _about(run: TrackedRun) -> str:
    """A table in Markdown."""
    rows = {"run": run.name} | run.tags
    return "\n".join(
        ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows.items())]
    )


TENSORBOARD = Bridge("tensorboard", "TensorBoard", PACKAGE, write)
