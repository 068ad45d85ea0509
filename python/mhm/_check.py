"""`mhm.check`: every mistake of a text before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import overload

from . import _mhm
from ._errors import Finding, Mistakes, _finding, _framed
from ._text import Source, split


class Check:
    """What was found in a text: a sequence of findings, in the order of their places.

    It is true where nothing is wrong; warnings are no errors.
    """

    findings: list[Finding]
    declares: dict[str, list[str]]
    """Names by the word that declares them: `declares["experiment"]`."""

    def __init__(self, findings: list[Finding], declares: dict[str, list[str]]) -> None:
        self.findings = findings
        self.declares = declares

    @property
    def errors(self) -> list[Finding]:
        """What keeps it from running."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """What its author may not mean."""
        return [finding for finding in self.findings if finding.severity != "error"]

    def raise_errors(self) -> None:
        """Raises `Mistakes` where there are errors."""
        if self.errors:
            raise Mistakes(self.errors)

    def __bool__(self) -> bool:
        return not self.errors

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        return self.findings[index]

    def __str__(self) -> str:
        return "\n".join(finding.text.rstrip("\n") + "\n" for finding in self.findings) or "no problems"

    def __repr__(self) -> str:
        return f"<Check: {len(self.errors)} errors, {len(self.warnings)} warnings>"

    def _repr_html_(self) -> str:
        return _framed(str(self))


def check(source: Source) -> Check:
    """Checks a text, or the file of this path, with all it uses; no data is read.

    A `str` with a line break or a `{` in it is a text, any other names a file. Nothing is raised for what is wrong with the text: it
    is in what comes back.
    """
    file, text = split(source)
    pairs, _, declares = _mhm.check(file, text)
    return Check([_finding(line, shown) for line, shown in pairs], declares)
