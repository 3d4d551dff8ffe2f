"""A finished experiment of two strategies and two seeds, with pictures of one batch."""

import numpy as np
import pytest
from PIL import Image

from mtal.runs.experiments.experiment import create_experiment
from mtal.runs.files import write_json
from mtal.runs.paths import StorePaths
from tests.runs.experiments.small_experiment import cells
from tests.runs.made_run import made_run

REPORTS = """\
{"t": 1001.0, "cycle": 0, "stage": "train", "done": 0, "total": 10}
{"t": 1006.0, "cycle": 0, "stage": "train", "done": 10, "total": 10}
"""
NAMES = ("image", "depth.final", "depth.gap.semseg")


@pytest.fixture
def computed(tmp_path):
    """The experiment in the store in which it was computed."""
    store = StorePaths(tmp_path / "computed")
    experiment = create_experiment(store, "any-name", "An example", cells())
    for cell in experiment.cells:
        run = made_run(store.folder, tmp_path / "photos", cell.config)
        np.save(run.paths.frozen, np.eye(20, dtype=np.float32))
        run.paths.started.write_text("1000.0\n")
        run.paths.progress.write_text(REPORTS)
        run.paths.log.write_text(f"in {tmp_path}\n")
    draw(run)
    return experiment


def draw(run):
    """Store pictures of the first batch."""
    images = sorted({image for image, _ in run.picked(0).tolist()})
    paths = run.cycle(0)
    for image in images:
        for name in NAMES:
            path = paths.samples.picture(image, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.random.default_rng(image).integers(0, 256, (12, 16, 3), np.uint8)
            Image.fromarray(pixels).save(path)
        np.savez(paths.samples.maps(image), depth=np.zeros(3))
    write_json(paths.evidence, {"images": images, "pictures": list(NAMES), "scales": {"depth": 1}})
