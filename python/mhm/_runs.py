"""`mhm.load`: what the runs of an experiment came to."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _mhm
from ._model import Model
from ._table import Table
from ._words import folders, option
from ._words import where as words_of


class Report:
    """The report of an experiment: one page, which needs nothing else."""

    html: str

    def __init__(self, page: str) -> None:
        self.html = page

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the page to a file."""
        path = Path(path)
        path.write_text(self.html, encoding="utf-8")
        return path

    def __repr__(self) -> str:
        return f"<Report: {len(self.html)} characters of HTML; save(path) writes them>"

    def _repr_html_(self) -> str:
        # A page of its own, whose style is not the notebook's.
        page = html.escape(self.html, quote=True)
        return f'<iframe srcdoc="{page}" style="width: 100%; height: 40em; border: 0" title="Report"></iframe>'


class Runs:
    """The stored runs of an experiment, as they were when they were loaded."""

    def __init__(self, results: _mhm.Results) -> None:
        self._results = results
        # Whoever works with it may change the working directory.
        self._folder = Path(results.folder()).absolute()
        self._manifest: dict[str, Any] | None = None

    @property
    def folder(self) -> Path:
        """Where they are stored."""
        return self._folder

    @property
    def name(self) -> str:
        """Of the experiment."""
        return str(self.manifest["experiment"])

    @property
    def manifest(self) -> dict[str, Any]:
        """The experiment as it was declared and run: axes, seeds, arms, files and their hashes, the command."""
        if self._manifest is None:
            self._manifest = json.loads(self._results.manifest())
        return self._manifest

    @property
    def runs(self) -> Table:
        """A row a run and measure: axes, seed, `measure`, `value`, and in `absent` why there is no value."""
        return Table(self._results.frame("runs"))

    @property
    def references(self) -> Table:
        """The same of what stands beside the grid, under its name in `reference`."""
        return Table(self._results.frame("references"))

    @property
    def trainings(self) -> Table:
        """A row a run: steps, samples, seconds, and in `failure` why it failed."""
        return Table(self._results.frame("trainings"))

    @property
    def curves(self) -> Table:
        """A row a run, epoch and measure, of what a `figure` asks for."""
        return Table(self._results.frame("curves"))

    @property
    def comparisons(self) -> Table:
        """A row a difference, of every axis that `compare` names: paired by seed, with a 95 % interval and a corrected p."""
        return Table(self._results.frame("comparisons"))

    @property
    def settings(self) -> Table:
        """A row an arm and setting."""
        return Table(self._results.frame("settings"))

    @property
    def confusion(self) -> Table:
        """A row a split, actual and predicted class, with the number of samples over the runs of an arm."""
        return Table(self._results.frame("confusion"))

    def predictions(
        self,
        split: str = "test",
        *,
        where: Mapping[str, Any] | str | None = None,
        seed: int | None = None,
        part: int | None = None,
        repeat: int | None = None,
        proba: bool = False,
    ) -> Table:
        """A row a sample and run: what is true, what was predicted, the error and the loss, as `mhm predict RUN` writes it.

        `where={"method": "MHM"}` takes runs of the arms with these values alone; `proba` spells probabilities of every class out.
        """
        words = [str(self.folder), *option("split", split), *option("where", words_of(where)), *option("seed", seed)]
        words += [*option("part", part), *option("repeat", repeat), *option("proba", proba)]
        return Table(_mhm.predictions(words))

    def export(
        self,
        path: str | os.PathLike[str],
        *,
        arm: Mapping[str, Any] | str | None = None,
        seed: int | None = None,
        part: int | None = None,
        repeat: int | None = None,
        head: int | None = None,
        replica: str | None = None,
        folder: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
        force: bool = False,
    ) -> Model:
        """Writes one trained network to `path`, a text and its weights, as `mhm export` does, and opens it.

        `arm={"method": "MHM"}` and `seed` say which run; where there is a choice, the message lists it.
        """
        words = [str(self.folder), *option("output", path), *option("arm", words_of(arm)), *option("seed", seed)]
        words += [*option("part", part), *option("repeat", repeat), *option("head", head), *option("replica", replica)]
        words += [*folders("data", folder), *option("force", force)]
        _mhm.export(words)
        return Model(path if str(path).endswith(".mhm") else f"{os.fspath(path)}.mhm")

    def report(self) -> Report:
        """The report as `mhm report` writes it."""
        return Report(self._results.page())

    def __str__(self) -> str:
        return self._results.text() or self._results.said()

    def __repr__(self) -> str:
        return f"<Runs of {self.name}: {self._results.said()}>"

    def _repr_html_(self) -> str:
        return self._results.excerpt()


def load(run: str | os.PathLike[str], *, runs: str | os.PathLike[str] = "runs") -> Runs:
    """The runs of an experiment: its name, below the folder `runs`, or the path of its folder (`"runs/methods"`)."""
    return Runs(_mhm.Results.open(os.fspath(run), os.fspath(runs)))
