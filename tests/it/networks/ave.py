"""Networks for audio-visual events: the light cross-attention of Lee et al. (2022, section 5.1; our reading of its parts) and
audio-guided attention in the structure of YapengTian/AVE-ECCV18 models_weakly.py @ d56f3cf.

`python3 ave.py` writes ave_light.json, ave_unimodal.json, ave_stages.json and ave_tian.json."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy, multilabel_soft_margin_loss

from numbers_of import answer, fill, formula


def open_max(z):
    """Chances of events, and what none of them claims."""
    background = (1 - torch.sigmoid(z)).prod(dim=-1, keepdim=True)
    return torch.cat([z.softmax(dim=-1) * (1 - background), background], dim=-1)


class Light(nn.Module):
    def __init__(self, features, width, events, rank):
        super().__init__()
        self.audio_fc = nn.Linear(features[0], width)
        self.video_fc = nn.Linear(features[1], width)
        self.u = nn.Linear(width, rank, bias=False)
        self.v = nn.Linear(width, rank, bias=False)
        self.score = nn.Linear(2 * width, events)

    def forward(self, audio, video):
        a, v = torch.relu(self.audio_fc(audio)), torch.relu(self.video_fc(video))
        related = torch.einsum("bir,bjr->bij", self.u(a), self.v(v))
        to_v = torch.einsum("bij,bid->bjd", related.softmax(dim=1), a)
        to_a = torch.einsum("bij,bjd->bid", related.softmax(dim=2), v)
        return open_max(self.score(torch.cat([torch.tanh(a + to_v), torch.tanh(v + to_a)], dim=2)))


class Unimodal(nn.Module):
    def __init__(self, features, width, events):
        super().__init__()
        self.fc = nn.Linear(features, width)
        self.score = nn.Linear(width, events)

    def forward(self, x):
        return open_max(self.score(torch.relu(self.fc(x))))


class Stages(nn.Module):
    """Full correlation matrices, several stages."""

    def __init__(self, features, width, events, stages):
        super().__init__()
        self.audio_fc = nn.Linear(features[0], width)
        self.video_fc = nn.Linear(features[1], width)
        self.w = nn.ModuleList([nn.Linear(width, width, bias=False) for _ in range(stages)])
        self.score = nn.Linear(6 * width, events)

    def forward(self, audio, video):
        a, v = [torch.relu(self.audio_fc(audio))], [torch.relu(self.video_fc(video))]
        for w in self.w:
            related = w(a[-1]) @ v[-1].transpose(1, 2)
            to_a, to_v = related.softmax(dim=1).transpose(1, 2) @ a[-1], related.softmax(dim=2) @ v[-1]
            a.append(torch.tanh(sum(a) + to_a))
            v.append(torch.tanh(sum(v) + to_v))
        return open_max(self.score(torch.cat([a[-1], a[1], a[0], v[-1], v[1], v[0]], dim=2)))


class Tian(nn.Module):
    def __init__(self, features, cells, hidden, width, narrow, events):
        super().__init__()
        self.affine_audio = nn.Linear(features[0], hidden)
        self.affine_video = nn.Linear(features[1], hidden)
        self.affine_v = nn.Linear(hidden, cells, bias=False)
        self.affine_g = nn.Linear(hidden, cells, bias=False)
        self.affine_h = nn.Linear(cells, 1, bias=False)
        self.lstm_audio = nn.LSTM(features[0], width, batch_first=True, bidirectional=True)
        self.lstm_video = nn.LSTM(features[1], width, batch_first=True, bidirectional=True)
        self.l1 = nn.Linear(4 * width, narrow)
        self.l2 = nn.Linear(narrow, events + 1)

    def forward(self, audio, video):
        cells = video.flatten(2, 3)
        sound = self.affine_g(torch.relu(self.affine_audio(audio))).unsqueeze(3)
        z = self.affine_h(torch.tanh(self.affine_v(torch.relu(self.affine_video(cells))) + sound))
        seen = (z.softmax(dim=2) * cells).sum(dim=2)
        both = torch.cat([self.lstm_audio(audio)[0], self.lstm_video(seen)[0]], dim=2)
        return self.l2(torch.relu(self.l1(torch.relu(both))))


def labels(batch, classes):
    return (formula("labels", batch, classes) > 0).double()


def run(file, network, *inputs, loss):
    fill(network)
    segments = network(*inputs)
    classes = segments.shape[2]
    if loss == "bce":
        video = segments.mean(dim=1)
        value = binary_cross_entropy(video, labels(len(video), classes))
    else:
        video = segments.max(dim=1)[0].softmax(dim=1)
        value = multilabel_soft_margin_loss(video, labels(len(video), classes))
    answer(network, {"segments": segments, "video": video}, value, file)


audio, video = formula("audio", 3, 10, 6) * 2, formula("video", 3, 10, 5) * 2
run("ave_light.json", Light((6, 5), width=8, events=4, rank=2), audio, video, loss="bce")
run("ave_unimodal.json", Unimodal(6, width=8, events=4), audio, loss="bce")
run("ave_stages.json", Stages((6, 5), width=8, events=4, stages=3), audio, video, loss="bce")
pictures = formula("video", 3, 10, 3, 2, 5) * 2
run("ave_tian.json", Tian((6, 5), 6, 7, 4, 8, 4), audio, pictures, loss="margin")
