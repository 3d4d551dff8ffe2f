"""Load a complete cycle again to draw more of its images: networks, colour scales, data."""

from collections.abc import Callable

import numpy as np
from safetensors.torch import load_file

from mtal.config import find
from mtal.datasets.dataset import DataError, Dataset, Gated
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.engine.rendering.draw import (
    GAP,
    RenderContext,
    disagreement_pictures,
    draw,
    ground_truth,
    save_maps,
    save_pictures,
)
from mtal.engine.stages.label_state import readable_labels
from mtal.engine.stages.prepare_data import restore_images
from mtal.models.pairwise_distillation import PairBlocks, build_pair_blocks
from mtal.models.prediction import TwoStageNetwork
from mtal.models.registry import build_network
from mtal.runs.paths import RenderPaths, SamplePaths
from mtal.runs.store.run import Run
from mtal.training.device import Device, find_device


def drawer_of(paths: RenderPaths) -> Callable[[int, SamplePaths], None]:
    """Make a function that draws one pool image into a folder.

    DataError or ConfigError says why nothing can be drawn.
    """
    run, number = Run(paths.folder.parents[1]), int(paths.folder.name)
    context, scales = reload_cycle(run, number), run.evidence(number).get("scales", {})

    def draw_into(image: int, samples: SamplePaths) -> None:
        drawing = draw(context, image)
        pictures = drawing.pictures | disagreement_pictures(
            drawing.disagreements, scales, context.pool.size
        )
        save_pictures(samples, image, pictures.items())
        save_maps(samples, image, drawing.maps)

    return draw_into


def reload_cycle(run: Run, number: int) -> RenderContext:
    """Restore what the cycle drew its evidence with.

    Of the pool, only names, sizes and times of files are read beforehand. DataError if the data
    changed or a file of the cycle is gone.
    """
    config, device = run.config, find_device(run.config)
    dataset = find(DATASETS, config.dataset, "data set").load(config)
    refuse_changed(run, number, dataset)
    dataset = restore_images(dataset, run.facts)
    start = run.start_labels()
    no_labels = Gated(dataset.pool, dataset.tasks, np.zeros_like(start))
    readable = readable_labels(
        run.labelled(number, start), run.picked(number), not config.by_people
    )
    return RenderContext(
        network=saved_network(run, number, dataset, device),
        blocks=saved_blocks(run, number, dataset, device),
        pool=Resized(no_labels, config.size, 0),
        truth=ground_truth(dataset.pool, dataset.tasks, readable, config),
        tasks=dataset.tasks,
        config=config,
        device=device,
    )


def refuse_changed(run: Run, number: int, dataset: Dataset) -> None:
    """DataError if the data are not what the cycle saw.

    Where people label, new labels of pool images are no change.
    """
    then, now = run.fingerprint(number), dataset.fingerprint()
    if run.config.by_people and run.facts.fingerprint_of_images is not None:
        then, now = run.facts.fingerprint_of_images, dataset.fingerprint(pool_labels=False)
    if now != then:
        raise DataError(
            f"the data in {dataset.folder} is not what cycle {number} of {run.name} saw "
            f"(fingerprint {then}, now {now}): a file has another size or time, or other images "
            f"are there. Put the files back to draw more"
        )


def saved_network(run: Run, number: int, dataset: Dataset, device: Device) -> TwoStageNetwork:
    """Load the network of a cycle, ready to predict.

    DataError if its file is gone, or is that of a network that this version builds otherwise.
    """
    path = run.cycle(number).network
    if not path.is_file():
        raise DataError(
            f"the network of cycle {number} is gone: there is no file {path}. "
            f"Put it back, or start the run anew"
        )
    without_weights = {"pretrained": False, "weights": "", "backbone_frozen": False}
    config = run.config.model_copy(update=without_weights)  # all weights come from the file
    network = build_network(config, dataset.tasks)
    try:
        network.load_state_dict(load_file(path))
    except RuntimeError as error:  # it names every key that is missing or left over
        raise DataError(
            f"the network of cycle {number} was made by another version, which built "
            f"backbone={config.backbone} otherwise, so no more images of it can be drawn"
        ) from error
    return device.move(network).eval().requires_grad_(False)


def saved_blocks(run: Run, number: int, dataset: Dataset, device: Device) -> PairBlocks | None:
    """Load the pairwise blocks of a cycle; None if it measured no disagreement.

    DataError if it did and their file is gone.
    """
    path, names = run.cycle(number).pairs, run.evidence(number).get("pictures", ())
    if not any(f".{GAP}." in name for name in names):
        return None
    if not path.is_file():
        raise DataError(
            f"the pair blocks of cycle {number} are gone: there is no file {path}. "
            f"Put it back, or start the run anew"
        )
    blocks = build_pair_blocks(run.config, dataset.tasks)
    blocks.load_state_dict(load_file(path))
    return device.move(blocks).eval().requires_grad_(False)
