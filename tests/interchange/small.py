# Exported by mhm 0.1.0: `small`, seed 0.
# blake3 of the other lines: f3d243fc77ddb39c928ebf2b328f6d1ccaebf46bcf670bcf7189ac1ce6a7ab6e
#
#   network = load()
#   network(first=…, second=…)   # a dict of what `mhm predict` writes; the batch is the first axis
#
# Its weights are in `t.safetensors`, under the same names; `python t.py` prints its shapes.

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn


class Weights(nn.Module):
    """Weights by their names; what is computed with them is a function of its own."""

    def __init__(self, shapes):
        super().__init__()
        for path, shape in shapes.items():
            *owners, name = path.split(".")
            at = self
            for owner in owners:
                if not hasattr(at, owner):
                    at.add_module(owner, nn.Module())
                at = getattr(at, owner)
            if name.startswith("running_"):
                at.register_buffer(name, torch.zeros(shape))
            else:
                at.register_parameter(name, nn.Parameter(torch.zeros(shape)))


def attention(m, x, y, z):
    """`attention`: Multi-head attention (Vaswani et al. 2017)."""
    a = (z != 0).float().reshape(-1, 1, 1, 4)
    b = F.linear(x, m.in_proj_weight[0:6], m.in_proj_bias[0:6]).unflatten(2, (2, 3))
    c = F.linear(y, m.in_proj_weight[6:12], m.in_proj_bias[6:12]).unflatten(2, (2, 3))
    d = torch.where(a != 0, b.transpose(1, 2) * 0.57735026 @ c.transpose(1, 2).transpose(2, 3), -1e30)
    e = F.linear(y, m.in_proj_weight[12:18], m.in_proj_bias[12:18]).unflatten(2, (2, 3))
    return F.linear((d.softmax(3) * a @ e.transpose(1, 2)).transpose(1, 2).flatten(2, 3), m.out_proj.weight, m.out_proj.bias)


def mean(x, y):
    """`mean`: Mean over axes, which go away."""
    a = (y != 0).float().unsqueeze(2)
    return (x * (a / a.sum((1, 2), keepdim=True).clamp(min=1.0))).sum(1)


class Hear(nn.ModuleList):
    """uni hear"""

    def __init__(self):
        super().__init__([nn.Linear(1, 8), nn.LSTM(2, 6, batch_first=True)])

    def forward(self, x):
        return self[1](F.gelu(self[0](x)).unflatten(1, (4, 2)))[0]


class See(nn.ModuleList):
    """uni see"""

    def __init__(self):
        super().__init__([nn.Linear(1, 8), nn.LayerNorm(8), nn.Conv1d(2, 6, 3, padding=1)])

    def forward(self, x):
        return F.relu(self[2](self[1](self[0](x)).unflatten(1, (4, 2)).transpose(1, 2)).transpose(1, 2))


class Joint(nn.ModuleList):
    """fusion joint"""

    def __init__(self):
        super().__init__([
            Weights({"in_proj_bias": [18], "in_proj_weight": [18, 6], "out_proj.bias": [6], "out_proj.weight": [6, 6]}),
        ])

    def forward(self, x, y, z):
        return attention(self[0], x, y, z)


class Lambda(nn.ModuleList):
    """head lambda"""

    def __init__(self):
        super().__init__([nn.Linear(6, 2)])

    def forward(self, x):
        return self[0](x)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.see = See()
        self.hear = Hear()
        self.joint = Joint()
        self.lambda_ = Lambda()

    def forward(self, first, second):
        x = self.see(second)
        y = self.hear(first)
        z = (x != 0).float().amax(2)
        y = self.joint(y, x, z)
        x = mean(y, (x != 0).float().amax(2))
        x = self.lambda_(x).softmax(1)
        return {"out": x}


def load(path=pathlib.Path(__file__).with_name("t.safetensors")):
    """The network with its weights, as it predicts."""
    weights = load_file(path)
    # Names that PyTorch or Python has for something else.
    names = {
        "lambda.0.": "lambda_.0.",
    }

    def own(key):
        return next((own + key[len(file):] for file, own in names.items() if key.startswith(file)), key)

    weights = {own(key): values for key, values in weights.items()}
    network = Network()
    network.load_state_dict(weights)
    return network.eval()


if __name__ == "__main__":
    given = {
        "first": torch.zeros(2, 1),
        "second": torch.zeros(2, 1),
    }
    with torch.no_grad():
        for name, made in load()(**given).items():
            print(name, list(made.shape))
