"""`mhm.run`: trains what is not done yet."""

from __future__ import annotations

import filecmp
import html
import os
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from . import _mhm
from ._errors import Error
from ._runs import Runs
from ._text import Source, split
from ._words import folders, option, settings

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    Arrays = Mapping[str, ArrayLike]


@dataclass(frozen=True)
class Progress:
    """How far a training is."""

    experiment: str
    done: int
    """Runs that are over."""
    of: int
    """Runs that were to do."""
    share: float
    """Of all of them, from 0 to 1."""
    steps: int
    seconds: float
    """Since it was begun."""

    @property
    def left(self) -> float | None:
        """Seconds that are left, if it goes on as it did."""
        return self.seconds * (1 - self.share) / self.share if self.share > 0 else None

    def __str__(self) -> str:
        left = "" if self.left is None else f", {self.left:.0f} s left"
        return f"{self.experiment}: {self.done} of {self.of} runs, {self.share:.0%}{left}"


def run(
    source: Source,
    name: str | None = None,
    *,
    data: Arrays | Mapping[str, Arrays] | None = None,
    set: Mapping[str, Any] | None = None,
    seeds: int | None = None,
    threads: int | None = None,
    device: str | None = None,
    instructions: str | None = None,
    checkpoint: str | None = None,
    fresh: bool = False,
    force: bool = False,
    folder: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    runs: str | os.PathLike[str] = "runs",
    progress: bool | Callable[[Progress], object] = True,
) -> Runs:
    """Trains what a text, or the file of this path, declares and is not done yet, as `mhm run` does, and gives what all of it came to.

    `data` are arrays in memory in the place of the file that the text names: for `dataset D from "arrays.npz"`, `data={"acc": acc, "label":
    label}`. Where it names several files, `data={"a.npz": {…}, "b.npz": {…}}`. They are written to `RUNS/NAME/inputs`, with the text
    beside them, so that every command finds them: `mhm run RUNS/NAME/inputs/text.mhm` goes on with the same runs.

    The other options are those of the command: `mhm run --help`. `folder` is `--data`. `progress` is called with a `Progress` now and then;
    `True` shows it, `False` shows nothing. Ctrl-C leaves a checkpoint of every run and raises `KeyboardInterrupt`; the same call goes on.
    Raises `Mistakes` where the text is wrong. Runs that fail raise nothing: `Runs.trainings` says why.
    """
    file, text = split(source)
    options = [*settings(set), *option("runs", runs)]
    for key, value in [
        ("seeds", seeds),
        ("threads", threads),
        ("device", device),
        ("instructions", instructions),
        ("checkpoint", checkpoint),
        ("fresh", fresh),
        ("force", force),
    ]:
        options += option(key, value)
    words = [file, *([name] if name else [])]
    given = folders("data", folder)
    if data is not None:
        words, text, given = _with_data(words, text, data, folder, options, Path(runs))
    shown = _Shown(progress)
    try:
        results = _mhm.run([*words, *options, *given], text, shown.hear)
    finally:
        shown.close()
    return Runs(results)


def _with_data(
    words: list[str],
    text: str | None,
    data: Arrays | Mapping[str, Arrays],
    folder: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None,
    options: list[str],
    runs: Path,
) -> tuple[list[str], str | None, list[str]]:
    """Writes the arrays and, where it has no file, the text; the words, text and folders that there are then."""
    name, named = _mhm.files([*words, *options, *folders("data", folder)], text)
    files = _by_file(data, named)
    inputs = runs / name / "inputs"
    if inputs.exists() and not (inputs / _MARK).is_file():
        raise Error(f"`{inputs}` was not made by mhm.run: give `runs` another folder")
    _write(inputs / _MARK, lambda to: to.write(b"Arrays and texts that were given to mhm.run.\n"))
    for file, arrays in files.items():
        _write(inputs / file, partial(_archive, file=file, arrays=arrays))
    if text is None:
        beside = os.path.dirname(words[0])
        given = [*folders("data", [inputs]), *(folders("data", folder) or folders("data", [".", beside or "."]))]
        return words, None, given
    _write(inputs / "text.mhm", lambda to: to.write(text.encode()))
    given = folders("data", [inputs]) + folders("data", folder) if folder is not None else []
    return [str(inputs / "text.mhm"), *words[1:]], None, given


def _by_file(data: Arrays | Mapping[str, Arrays], named: list[str]) -> dict[str, Arrays]:
    """Arrays by the file that they stand for."""
    nested = [key for key, value in data.items() if isinstance(value, Mapping)]
    if nested and len(nested) < len(data):
        raise TypeError("`data` has arrays, or files with arrays, and not both")
    if nested:
        files = {str(key): value for key, value in data.items() if isinstance(value, Mapping)}
        unknown = [file for file in files if file not in named]
        if unknown:
            raise Error(f"no dataset is from `{unknown[0]}`; they are from: {', '.join(named) or 'no file'}")
    else:
        if len(named) != 1:
            few = "its datasets are from no file: write `dataset D from \"arrays.npz\" { … }`"
            many = f"its datasets are from several files: say which as in `data={{\"{named[0] if named else ''}\": {{…}}}}`"
            raise Error(f"which file do the arrays stand for? {many if named else few}")
        files = {named[0]: cast("Arrays", data)}
    for file in files:
        path = Path(file)
        if path.is_absolute() or ".." in path.parts or path.suffix != ".npz":
            raise Error(f"arrays stand for an .npz file below the working directory, and `{file}` is none")
    return files


def _archive(to: IO[bytes], file: str, arrays: Arrays) -> None:
    """Writes an .npz file; the same arrays give the same bytes."""
    import numpy as np

    with zipfile.ZipFile(to, "w") as archive:
        for name, values in arrays.items():
            array = np.asarray(values)
            if array.dtype.kind == "O" and all(isinstance(value, str) for value in array.flat):
                array = array.astype(str)
            if array.dtype.hasobject:
                raise TypeError(f"`{name}` of `{file}` holds objects of Python; arrays of numbers or texts can be stored")
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as part:
                np.lib.format.write_array(part, array, allow_pickle=False)


def _write(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Gives the file this content, at once and only where it has another: what it was stays what runs know it by."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as new:
        try:
            write(new)
            new.close()
            if not (path.is_file() and filecmp.cmp(path, new.name, shallow=False)):
                os.chmod(new.name, 0o644)
                os.replace(new.name, path)
        finally:
            new.close()
            Path(new.name).unlink(missing_ok=True)


_MARK = ".mhm"
"""Lies in every folder that arrays are written to."""


class _Shown:
    """What is said on the way, for whoever looks: a line that changes in a terminal, one of a page in a notebook, lines elsewhere."""

    def __init__(self, progress: bool | Callable[[Progress], object]) -> None:
        self._call = progress if callable(progress) else None
        self._shows = progress is True
        self._line = ""
        self._said: list[str] = []
        self._display = _display() if self._shows else None
        self._terminal = self._shows and self._display is None and sys.stderr is not None and sys.stderr.isatty()

    def hear(self, kind: str, said: Any) -> None:
        if kind == "progress":
            at = Progress(*said)
            if self._call:
                self._call(at)
            self._put(str(at), at.share)
        elif kind == "complaint":
            self.close()
            warnings.warn(said, stacklevel=3)
        elif self._display:
            self._said.append(f"<div>{html.escape(said)}</div>")
            self._display("".join(self._said))
        elif self._shows:
            self.close()
            print(said, file=sys.stderr)

    def _put(self, line: str, share: float) -> None:
        if self._display:
            bar = f'<progress value="{share:.4f}" max="1" style="vertical-align: middle"></progress>'
            self._display("".join(self._said) + f"<div>{bar} {html.escape(line)}</div>")
        elif self._terminal:
            sys.stderr.write("\r" + line.ljust(len(self._line)))
            sys.stderr.flush()
            self._line = line

    def close(self) -> None:
        """Ends the line that changes."""
        if self._line:
            sys.stderr.write("\r" + " " * len(self._line) + "\r")
            sys.stderr.flush()
            self._line = ""


def _display() -> Callable[[str], None] | None:
    """Shows HTML in one place of a notebook, again and again; nothing where there is no notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import HTML, display

    handle = None

    def show(text: str) -> None:
        nonlocal handle
        if handle is None:
            handle = display(HTML(text), display_id=True)
        else:
            handle.update(HTML(text))

    return show
