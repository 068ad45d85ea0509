"""A text, or the file it is in."""

from __future__ import annotations

import os

Source = str | os.PathLike[str]
"""A path; or a text: a `str` with a line break or a `{` in it, or with nothing."""


def split(source: Source) -> tuple[str, str | None]:
    """The name of a file and nothing, or a name that stands for a text, and the text."""
    if isinstance(source, str) and (not source or "\n" in source or "{" in source):
        return "<text>", source
    return os.fspath(source), None
