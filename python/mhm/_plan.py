"""`mhm.plan`: what would train on what, and what it costs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from . import _mhm
from ._errors import _framed
from ._text import Source, split
from ._words import folders, option, settings


class Plan:
    """What would run: `sheets` for a program, `str(plan)` for a person."""

    sheets: list[dict[str, Any]]
    """One an arm, as `mhm plan --json` has them: phases, steps, weights, operations, memory, seconds."""

    def __init__(self, text: str, sheets: list[dict[str, Any]]) -> None:
        self._text = text
        self.sheets = sheets

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Plan of {len(self.sheets)} sheets>"

    def _repr_html_(self) -> str:
        return _framed(self._text)


def plan(
    source: Source,
    name: str | None = None,
    *,
    set: Mapping[str, Any] | None = None,
    calibrate: bool = False,
    assume: str | bool = False,
    why: bool = False,
    all: bool = False,
    folder: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    runs: str | os.PathLike[str] = "runs",
) -> Plan:
    """Plans a text, or the file of this path, as `mhm plan` does.

    `name` is one experiment or pipeline of it, `set` gives parameters values, `calibrate` runs a few real steps to predict the time, `assume`
    plans without the data (`True`, or `"train=3339, test=804"`), `why` tells which runs are done and which are not, `all` shows the phases of
    every arm, and `folder` is where relative data paths start. Raises `Mistakes` where the text is wrong.
    """
    file, text = split(source)
    words = [file, *([name] if name else []), *settings(set), *folders("data", folder), *option("runs", runs)]
    words += [*option("calibrate", calibrate), *option("why", why), *option("all", all)]
    if assume:
        words.append("--assume" if assume is True else f"--assume={assume}")
    shown, sheets = _mhm.plan(words, text)
    return Plan(shown, json.loads(sheets))
