"""What is documented runs: every block of docs/python.md, one after the other, and the notebook."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python[^\n]*\n(.*?)```", (ROOT / "docs" / "python.md").read_text(), re.DOTALL)
    assert len(blocks) == 7
    names: dict[str, Any] = {}
    for block in blocks:
        lines = block.splitlines()
        for library in ("pandas", "polars"):
            if importlib.util.find_spec(library) is None:
                lines = [line for line in lines if f"to_{library}" not in line]
        exec(compile("\n".join(lines), "docs/python.md", "exec"), names)
    assert names["predicted"]["out"].shape == (5, 3)


def test_the_notebook_runs(tmp_path: Path) -> None:
    if any(importlib.util.find_spec(library) is None for library in ("nbconvert", "ipykernel", "matplotlib", "pandas")):
        pytest.skip("no jupyter")
    notebook = ROOT / "python" / "examples" / "first.ipynb"
    cells = json.loads(notebook.read_text())["cells"]
    assert not any(cell.get("outputs") for cell in cells), "it is kept without what it printed"
    command = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--output-dir", str(tmp_path), str(notebook)]
    beside = [str(Path(sys.executable).with_name("jupyter")), *command[1:]]
    # Where it runs, there are its files.
    copy = tmp_path / "first.ipynb"
    copy.write_bytes(notebook.read_bytes())
    done = subprocess.run([*beside[:-1], "--output", "done.ipynb", str(copy)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    outputs = [o for cell in json.loads((tmp_path / "done.ipynb").read_text())["cells"] for o in cell.get("outputs", [])]
    kinds = [kind for output in outputs for kind in output.get("data", {})]
    assert kinds.count("image/png") == 2 and kinds.count("text/html") >= 5
    assert not [output for output in outputs if output["output_type"] == "error"]


def test_the_stubs_say_what_there_is() -> None:
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("no mypy")
    held = subprocess.run([sys.executable, "-m", "mypy.stubtest", "mhm._mhm"], capture_output=True, text=True)
    assert held.returncode == 0, held.stdout
    config = ["--config-file", str(ROOT / "python" / "pyproject.toml")]
    typed = subprocess.run([sys.executable, "-m", "mypy", *config, "-p", "mhm"], capture_output=True, text=True)
    assert typed.returncode == 0, typed.stdout


def test_everything_has_a_word_on_it() -> None:
    import mhm

    for name in mhm.__all__:
        what = getattr(mhm, name)
        assert name == "__version__" or (what.__doc__ or "").strip(), name
        for member, own in vars(what).items() if isinstance(what, type) else ():
            if not member.startswith("_") and (callable(own) or isinstance(own, property)):
                assert (own.__doc__ or "").strip(), f"{name}.{member}"
