"""What can go wrong, as exceptions."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from typing import Any


class Error(Exception):
    """Something could not be done, in words: a file that is not there, data of another shape, a run that failed."""


class Fault(Error):
    """A fault of mhm itself. Please report it, with the program and its data, or the smallest that shows it."""


@dataclass(frozen=True)
class Finding:
    """What is wrong with a text, or what its author may not mean."""

    severity: str
    """`error` or `warning`."""
    code: str
    """The name that `mhm explain` knows, behind `mhm::`."""
    message: str
    file: str
    """As it was named; `<text>` of a text that has no file."""
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    help: str | None
    """What to do."""
    details: dict[str, Any]
    """All of it, as docs/formats.md tells of JSON: every place, and a fix where there is one."""
    text: str
    """The source with what is wrong in it, as a terminal shows it."""

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<{self.file}:{self.line}:{self.column}: {self.severity}[{self.code}]: {self.message}>"

    def _repr_html_(self) -> str:
        return _framed(self.text)


class Mistakes(Error):
    """A text is wrong: `findings` say what, where, and what to do."""

    findings: list[Finding]

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__(findings)

    def __str__(self) -> str:
        return "\n" + "\n".join(finding.text.rstrip("\n") for finding in self.findings)


def _finding(line: str, text: str) -> Finding:
    details = json.loads(line)
    first = details["labels"][0] if details["labels"] else {"file": details.get("file", ""), "start": {"line": 1, "column": 1}}
    return Finding(
        severity=details["severity"],
        code=details["code"],
        message=details["message"],
        file=first["file"],
        line=first["start"]["line"],
        column=first["start"]["column"],
        help=details["help"],
        details=details,
        text=text,
    )


def _mistakes(pairs: list[tuple[str, str]]) -> Mistakes:
    return Mistakes([_finding(line, text) for line, text in pairs])


def _framed(text: str) -> str:
    """A text as a terminal shows it, for a notebook."""
    return f'<pre style="font-family: monospace; line-height: 1.2; overflow-x: auto">{html.escape(text.rstrip())}</pre>'
