"""Settings of a run: what there is, presets, and where they are read from."""

from mtal.config.lookup import ConfigError as ConfigError
from mtal.config.lookup import find as find
from mtal.config.presets import PRESETS as PRESETS
from mtal.config.reading import compose as compose
from mtal.config.reading import load_config as load_config
from mtal.config.reading import make_config as make_config
from mtal.config.reading import read_settings as read_settings
from mtal.config.reading import stored_config as stored_config
from mtal.config.settings import DRAWN_FIELDS as DRAWN_FIELDS
from mtal.config.settings import MACHINE_FIELDS as MACHINE_FIELDS
from mtal.config.settings import REPEAT_FIELDS as REPEAT_FIELDS
from mtal.config.settings import SELECTION as SELECTION
from mtal.config.settings import SHARES_OF_POOL as SHARES_OF_POOL
from mtal.config.settings import Config as Config
from mtal.config.yaml_text import YamlError as YamlError
from mtal.config.yaml_text import dump_yaml as dump_yaml
from mtal.config.yaml_text import parse_value as parse_value
from mtal.config.yaml_text import parse_yaml as parse_yaml
