"""Options in the words of the command line, so that both take the same and say the same of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any


def option(name: str, value: object | None) -> list[str]:
    """`--name value`; nothing where there is no value."""
    if value is None or value is False:
        return []
    return [f"--{name}"] if value is True else [f"--{name}", _word(value)]


def settings(values: Mapping[str, Any] | None) -> list[str]:
    """`--set NAME=VALUE` for each."""
    return [word for name, value in (values or {}).items() for word in ("--set", f"{name}={written(value)}")]


def folders(name: str, paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None) -> list[str]:
    """`--name PATH` for each."""
    if paths is None:
        return []
    several = [paths] if isinstance(paths, str | os.PathLike) else paths
    return [word for path in several for word in option(name, path)]


def where(values: Mapping[str, Any] | str | None) -> str | None:
    """`AXIS=VALUE, …`; a text as it is."""
    if values is None or isinstance(values, str):
        return values
    return ", ".join(f"{name}={value}" for name, value in values.items())


def written(value: object) -> str:
    """A value of Python in the language: a `str` is what stands there, such as `Mhm(heads: 2)`; a path is a text in quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, os.PathLike):
        escaped = os.fspath(value).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(written(item) for item in value)}]"
    return str(value)


def _word(value: object) -> str:
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)
