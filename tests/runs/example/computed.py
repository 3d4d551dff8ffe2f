"""A small finished experiment to be packed as the example, with pictures of one batch."""

import numpy as np
from PIL import Image

from mtal.runs.example.pack import Pictures, pack
from mtal.runs.experiments.experiment import create_experiment
from mtal.runs.files import write_json
from mtal.runs.paths import StorePaths
from tests.runs.made_run import made_run

REPORTS = """\
{"t": 1001.0, "cycle": 0, "stage": "train", "done": 0, "total": 10}
{"t": 1006.0, "cycle": 0, "stage": "train", "done": 10, "total": 10}
"""
NAMES = ("image", "depth.final", "depth.gap.semseg")


def computed_experiment(folder, cells):
    """An experiment of made runs; the last one has pictures of its first batch."""
    store = StorePaths(folder / "computed")
    experiment = create_experiment(store, "any-name", "An example", cells)
    for cell in experiment.cells:
        run = made_run(store.folder, folder / "photos", cell.config)
        np.save(run.paths.frozen, np.eye(20, dtype=np.float32))
        run.paths.started.write_text("1000.0\n")
        run.paths.progress.write_text(REPORTS)
        run.paths.log.write_text(f"in {folder}\n")
    draw(run)
    return experiment


def packed(experiment, path):
    """Its archive, with two drawn images of the last run."""
    drawn = experiment.run(experiment.cells[-1])
    pack(experiment, path, (Pictures(drawn.name, 0, 2),))
    return path


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
