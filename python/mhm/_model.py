"""`mhm.Model`: what an exported network makes of samples."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import _mhm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

    Floats = np.ndarray[Any, np.dtype[np.float32]]
    Ids = np.ndarray[Any, np.dtype[np.int64]]


class Predictions(Mapping[str, "Floats"]):
    """An array of 32-bit floats for every output, `samples × …`: probabilities of classes, numbers as they are."""

    def __init__(self, outputs: dict[str, Floats], model: Model) -> None:
        self._outputs = outputs
        self._model = model

    def __getitem__(self, output: str) -> Floats:
        try:
            return self._outputs[output]
        except KeyError:
            raise KeyError(f"{output!r}; the outputs are {', '.join(self._outputs)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)

    def classes(self, output: str | None = None) -> Ids:
        """The class of every sample (and step) by this output; without a name, by the only one that has classes."""
        import numpy as np

        name, axes, answer, _ = self._model._classified(output)
        values = self[name]
        if answer == "greatest":
            return np.asarray(values.argmax(axis=-1), np.int64)
        classes = (values > 0.5).astype(np.int64)
        return classes[..., 0] if axes[-1:] == [1] else classes

    def names(self, output: str | None = None) -> np.ndarray[Any, Any]:
        """The same by what classes are called; their numbers as texts, where they have no names."""
        import numpy as np

        name, axes, answer, names = self._model._classified(output)
        count = axes[-1] if answer == "greatest" else 2
        known = names if len(names) == count else [str(number) for number in range(count)]
        return np.array(known)[self.classes(name)]

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name}: {values.shape}" for name, values in self._outputs.items())
        return f"<Predictions {shapes}>"


class Model:
    """An exported network: `best.mhm` and the weights beside it, as `mhm export` and `Runs.export` write them.

    Threads may predict with one model at the same time, and it can be pickled: what goes along is its path.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.path.abspath(os.fspath(path))
        self._predictor = _mhm.Predictor.open(os.fspath(path))
        self._outputs = self._predictor.outputs()

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """The axes of one sample by modality, as the network has them. Raw samples may have others, where they are prepared."""
        return {name: tuple(axes) for name, axes, _ in self._predictor.modalities()}

    @property
    def optional(self) -> list[str]:
        """Modalities that may be missing."""
        return [name for name, _, lacks in self._predictor.modalities() if lacks]

    @property
    def outputs(self) -> dict[str, tuple[int, ...]]:
        """The axes of one sample by output."""
        return {name: tuple(axes) for name, axes, _, _ in self._outputs}

    @property
    def class_names(self) -> dict[str, list[str]]:
        """What classes are called, by the output that tells them apart."""
        return {name: names for name, _, _, names in self._outputs if names}

    @property
    def weights(self) -> int:
        """Learned numbers."""
        return self._predictor.weights()

    @property
    def about(self) -> dict[str, Any]:
        """The run that it is of, and the program that wrote it."""
        experiment, arm, seed, network, program = self._predictor.about()
        return {"experiment": experiment, "arm": dict(arm), "seed": seed, "network": network, "program": program}

    def predict(self, data: Mapping[str, ArrayLike]) -> Predictions:
        """Outputs of raw samples, prepared as those that the network was trained on: an array by modality, `samples × …`.

        A modality that may be missing (`optional`) may be left out; then no sample has it. Numbers are those of `mhm predict`, to the bit.
        """
        import numpy as np

        if not isinstance(data, Mapping):
            raise TypeError(f"an array by modality is needed, as in {{{next(iter(self.inputs), '')!r}: array}}")
        arrays = {name: _floats(name, values) for name, values in data.items()}
        samples = next((array.shape[0] for array in arrays.values()), 0)
        outputs = {name: np.empty((samples, *axes), np.float32) for name, axes, _, _ in self._outputs}
        self._predictor.predict(arrays, list(outputs.values()))
        return Predictions(outputs, self)

    def _classified(self, output: str | None) -> tuple[str, list[int], str | None, list[str]]:
        having = [own for own in self._outputs if own[2] is not None]
        found = [own for own in having if output in (None, own[0])]
        if len(found) == 1:
            return found[0]
        known = ", ".join(name for name, *_ in having) or "none"
        if output is not None:
            raise KeyError(f"{output!r} has no classes; outputs with classes: {known}")
        raise ValueError(f"which output? Those with classes: {known}")

    def __reduce__(self) -> tuple[type[Model], tuple[str]]:
        return Model, (self.path,)

    def __repr__(self) -> str:
        def shown(parts: dict[str, tuple[int, ...]]) -> str:
            return ", ".join(f"{name}: {list(axes)}" for name, axes in parts.items())

        return f"<Model {os.path.basename(self.path)}: {shown(self.inputs)} to {shown(self.outputs)}, {self.weights:,} weights>"

    def _repr_html_(self) -> str:
        rows = {
            "file": self.path,
            "of": ", ".join([self.about["experiment"], *self.about["arm"].values(), f"seed {self.about['seed']}"]),
            "network": self.about["network"],
            "weights": f"{self.weights:,}",
            **{f"input {name}": str(list(axes)) for name, axes in self.inputs.items()},
            **{f"output {name}": str(list(axes)) for name, axes in self.outputs.items()},
        }
        body = "".join(f"<tr><th>{html.escape(key)}</th><td>{html.escape(value)}</td></tr>" for key, value in rows.items())
        return f"<table>{body}</table>"


def _floats(name: str, values: ArrayLike) -> np.ndarray[Any, Any]:
    """Numbers as they are, where they are floats of 32 or 64 bits; others as 64-bit floats."""
    import numpy as np

    array = np.asarray(values)
    if not array.ndim:
        raise ValueError(f"`{name}` is a single number, and the first axis is that of the samples: of one it has the length 1")
    if array.dtype.kind not in "fiub":
        raise TypeError(f"`{name}` holds {array.dtype}, and a modality is of numbers")
    keeps = array.dtype in (np.float32, np.float64) and array.dtype.isnative
    return array if keeps else array.astype(np.float64)
