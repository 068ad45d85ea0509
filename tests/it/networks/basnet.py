"""BaS-Net (Lee, Uh & Byun, AAAI 2020) in the structure of Pilhyeon/BaSNet-pytorch @ c8c6bbd, without dropout.

`python3 basnet.py` writes basnet.json (small) and basnet_full.json (2048 features, 20 classes)."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy

from numbers_of import answer, fill, formula


class BasNet(nn.Module):
    def __init__(self, features, classes, width, hidden):
        super().__init__()
        self.filter_1 = nn.Conv1d(features, hidden, 1)
        self.filter_2 = nn.Conv1d(hidden, 1, 1)
        self.conv_1 = nn.Conv1d(features, width, 3, padding=1)
        self.conv_2 = nn.Conv1d(width, width, 3, padding=1)
        self.conv_3 = nn.Conv1d(width, classes + 1, 1, bias=False)

    def cas(self, x):
        leaky = nn.LeakyReLU()
        return self.conv_3(leaky(self.conv_2(leaky(self.conv_1(x)))))

    def score(self, cas):
        k = cas.shape[2] // 8
        return cas.sort(dim=2, descending=True)[0][:, :, :k].mean(dim=2).softmax(dim=1)

    def forward(self, x):
        x = x.transpose(1, 2)
        weight = torch.sigmoid(self.filter_2(nn.functional.leaky_relu(self.filter_1(x))))
        suppressed = self.cas(weight * x)
        return {
            "base": self.score(self.cas(x)),
            "suppression": self.score(suppressed),
            "foreground": weight.transpose(1, 2),
            "activations": suppressed.transpose(1, 2),
        }


def run(file, steps, batch, features, classes, width, hidden):
    network = BasNet(2 * features, classes, width, hidden)
    fill(network)
    x = torch.cat([formula("rgb", batch, steps, features), formula("flow", batch, steps, features)], dim=2) * 2
    y = network(x)
    labels = (formula("labels", batch, classes) > 0.2).double()
    labels[:, 0] = 1
    base = torch.cat([labels, torch.ones(batch, 1)], dim=1)
    suppression = torch.cat([labels, torch.zeros(batch, 1)], dim=1)
    loss = binary_cross_entropy(y["base"], base / base.sum(dim=1, keepdim=True))
    loss = loss + binary_cross_entropy(y["suppression"], suppression / suppression.sum(dim=1, keepdim=True))
    loss = loss + 1e-4 * y["foreground"].abs().sum(dim=1).mean()
    answer(network, y, loss, file)


run("basnet.json", steps=24, batch=3, features=5, classes=4, width=8, hidden=6)
run("basnet_full.json", steps=24, batch=1, features=1024, classes=20, width=2048, hidden=512)
