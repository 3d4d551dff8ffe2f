"""What it takes to draw an image of a complete cycle again: its network, its pair blocks, its colour scales, the data it saw."""

from collections.abc import Callable

from safetensors.torch import load_file

from mtal.config import find
from mtal.datasets.dataset import DataError, Dataset, Gated
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.engine.rendering.draw import (
    RenderContext,
    draw,
    gap_pictures,
    save_maps,
    save_pictures,
    truth_of,
)
from mtal.engine.stages.loss_history import bought_with
from mtal.engine.stages.prepare_data import as_before
from mtal.models.pairwise_distillation import PairBlocks
from mtal.models.prediction import TwoStageNetwork
from mtal.models.registry import build_network
from mtal.runs.paths import LookPaths, SamplePaths
from mtal.runs.store.run import Run
from mtal.training.device import Device, find_device


def drawer_of(paths: LookPaths) -> Callable[[int, SamplePaths], None]:
    """A function that draws one pool image into a folder. DataError or ConfigError says why nothing can be drawn."""
    run, number = Run(paths.folder.parents[1]), int(paths.folder.name)
    easel, scales = easel_of(run, number), run.evidence(number).get("scales", {})

    def draw_into(image: int, samples: SamplePaths) -> None:
        drawn = draw(easel, image)
        pictures = drawn.pictures | gap_pictures(drawn.gaps, scales, easel.pool.size)
        save_pictures(samples, image, pictures.items())
        save_maps(samples, image, drawn.maps)

    return draw_into


def easel_of(run: Run, number: int) -> RenderContext:
    """As it was when the cycle drew its evidence. Nothing of the pool is read beforehand but names, sizes and times of files."""
    config, device = run.config, find_device(run.config)
    dataset = find(DATASETS, config.dataset, "data set").load(config)
    refuse_changed(run, number, dataset)
    dataset = as_before(dataset, run.facts)
    network, blocks = (
        saved_network(run, number, dataset, device),
        saved_blocks(run, number, dataset, device),
    )
    nothing = Gated(
        dataset.pool, dataset.tasks, run.start() & False
    )  # no label is read by way of the network's images
    bought = bought_with(run.labelled(number, run.start()), run.picked(number), config)
    images, truth = (
        Resized(nothing, config.size, 0),
        truth_of(dataset.pool, dataset.tasks, bought, config),
    )
    return RenderContext(network, blocks, images, truth, dataset.tasks, config, device)


def refuse_changed(run: Run, number: int, dataset: Dataset) -> None:
    """DataError if the data is not what the cycle saw. Where people label, new labels of pool images are no change."""
    labelled = run.config.start == "labelled" and "fingerprint_of_images" in run.facts
    now = dataset.fingerprint(pool_labels=not labelled)
    then = run.facts.fingerprint_of_images if labelled else run.fingerprint(number)
    if now != then:
        raise DataError(
            f"the data in {dataset.folder} is not what cycle {number} of {run.name} saw (fingerprint {then}, now "
            f"{now}): a file has another size or time, or other images are there. Put the files back to draw more"
        )


def saved_network(run: Run, number: int, dataset: Dataset, device: Device) -> TwoStageNetwork:
    """The network of a cycle, ready to predict. DataError if its file is gone."""
    path = run.cycle(number).network
    if not path.is_file():
        raise DataError(
            f"the network of cycle {number} is gone: there is no file {path}. Put it back, or start the run anew"
        )
    network = build_network(
        run.config.model_copy(update={"pretrained": False, "weights": ""}), dataset.tasks
    )
    network.load_state_dict(load_file(path))
    return device.move(network).eval().requires_grad_(False)


def saved_blocks(run: Run, number: int, dataset: Dataset, device: Device) -> PairBlocks | None:
    """The pair blocks of a cycle; None if it measured no disagreement. DataError if it did and their file is gone."""
    path, names = run.cycle(number).pairs, run.evidence(number).get("pictures", ())
    if not any(".gap." in name for name in names):
        return None
    if not path.is_file():
        raise DataError(
            f"the refinement blocks of cycle {number} are gone: there is no file {path}. Put it back, or start the "
            f"run anew"
        )
    blocks = PairBlocks(dataset.tasks, run.config.pair_channels)
    blocks.load_state_dict(load_file(path))
    return device.move(blocks).eval().requires_grad_(False)
