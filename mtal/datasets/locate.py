"""Where the data set of a config lies: the key under which its check and its thumbnails are kept."""
from mtal.config import Config, find
from mtal.datasets import DATASETS


def resolved_folder(config: Config) -> str:
    """What `Dataset.folder` will be, without reading the data set; "" if there is nothing there. ConfigError for bad settings."""
    return find(DATASETS, config.dataset, "data set").place(config)
