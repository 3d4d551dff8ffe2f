"""The frozen network: means of a pretrained network's maps, for any model of timm."""

import pytest
import timm
import torch
from safetensors.torch import save_file

from mtal.config import Config, ConfigError
from mtal.datasets.normalise import to_input
from mtal.models.backbones import build_backbone
from mtal.models.frozen_feature import PACKAGED, FrozenNetwork, Sides, build_frozen_network

pytestmark = pytest.mark.slow

PIXELS = torch.arange(2 * 3 * 64 * 96).mul(7).remainder(256).view(2, 3, 64, 96).to(torch.uint8)
SMALL_VIT = "vit_tiny_patch16_224"


def config_of(**settings):
    return Config(dataset="drawn", **settings)


def test_feature_is_the_mean_of_the_maps_that_the_backbone_joins():
    network = build_frozen_network(config_of())
    backbone = build_backbone(config_of()).eval()
    with torch.inference_mode():
        maps = backbone.network(to_input(PIXELS, "cpu"))
        expected = torch.cat([maps[index].mean((2, 3)) for index in backbone.keep], dim=1)
    assert expected.shape == (2, 496)
    torch.testing.assert_close(network(PIXELS), expected, atol=1e-4, rtol=1e-4)


def test_an_image_has_the_same_feature_in_every_batch():
    network = build_frozen_network(config_of())
    torch.testing.assert_close(network(PIXELS)[:1], network(PIXELS[:1]), atol=1e-5, rtol=1e-4)


def test_any_size_is_taken():
    assert build_frozen_network(config_of())(PIXELS[:, :, :17, :33]).shape == (2, 496)


class TestSides:
    @pytest.mark.parametrize(
        ("sides", "size", "expected"),
        [
            (Sides(32), (64, 96), (64, 96)),
            (Sides(32), (60, 80), (64, 96)),
            (Sides(32), (1, 33), (32, 64)),
            (Sides(14, shorter=224), (60, 80), (224, 308)),
            (Sides(14, shorter=224), (480, 640), (224, 308)),
            (Sides(32, fixed=(224, 224)), (60, 80), (224, 224)),
        ],
    )
    def test_are_multiples(self, sides, size, expected):
        assert sides.size(size) == expected


@pytest.fixture(scope="module")
def transformer_file(tmp_path_factory):
    torch.manual_seed(0)
    state = timm.create_model(SMALL_VIT, pretrained=False).state_dict()
    path = tmp_path_factory.mktemp("weights") / "vit.safetensors"
    save_file(state | {"mask_token": torch.zeros(1, 192)}, path)
    return path


@pytest.fixture(scope="module")
def transformer(transformer_file):
    return build_frozen_network(
        config_of(feature_network=SMALL_VIT, feature_weights=str(transformer_file))
    )


class TestTransformer:
    def test_feature_is_the_mean_of_its_last_tokens(self, transformer):
        twin = timm.create_model(SMALL_VIT, num_classes=0, dynamic_img_size=True).eval()
        twin.load_state_dict(transformer.network.state_dict())
        size = (224, 336)
        pixels = torch.nn.functional.interpolate(
            PIXELS / 255, size, mode="bilinear", antialias=True
        )
        with torch.inference_mode():
            tokens = twin.forward_features((pixels - 0.5) / 0.5)  # of this network, not ImageNet's
        torch.testing.assert_close(transformer(PIXELS), tokens[:, 1:].mean(1), atol=1e-4, rtol=1e-4)

    def test_is_the_network_of_the_file(self, transformer):
        other = timm.create_model(SMALL_VIT, num_classes=0, dynamic_img_size=True)
        other_feature = FrozenNetwork(other, transformer.sides)(PIXELS)
        assert not torch.allclose(transformer(PIXELS), other_feature, atol=1e-2)


class TestRefusals:
    def test_unknown_network(self):
        with pytest.raises(ConfigError, match=r"'resnet19'.*did you mean 'resnet18"):
            build_frozen_network(config_of(feature_network="resnet19"))

    def test_missing_file(self, tmp_path):
        with pytest.raises(ConfigError, match=r"^feature_weights: there is no file"):
            build_frozen_network(config_of(feature_weights=str(tmp_path / "none.pth")))

    def test_weights_of_another_network(self, tmp_path):
        save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
        with pytest.raises(ConfigError, match=r"^feature_weights: .* does not fit"):
            build_frozen_network(config_of(feature_weights=str(tmp_path / "a.safetensors")))

    def test_no_hub(self, monkeypatch):
        create = timm.create_model

        def without_network(name, pretrained=False, **arguments):
            if pretrained:
                raise OSError("no route to host")
            return create(name, pretrained=pretrained, **arguments)

        monkeypatch.setattr(timm, "create_model", without_network)
        with pytest.raises(ConfigError) as caught:
            build_frozen_network(config_of(feature_network="resnet18"))
        for way_out in ("Connect to the network", "feature_weights=FILE", PACKAGED):
            assert way_out in str(caught.value)
