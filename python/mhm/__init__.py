"""Training multi-modal networks module by module: checking, planning, running, reading results, predicting.

    import mhm

    runs = mhm.run("moons.mhm", seeds=3)   # trains what is not done yet, as `mhm run` does
    runs.runs.to_pandas()                  # a row a run and measure
    model = mhm.Model("best.mhm")          # what `mhm export` wrote
    model.predict({"acc": windows})        # numpy in, numpy out

The program itself comes along: `mhm --help`, or `python -m mhm --help`.
"""

from ._check import Check, check
from ._errors import Error, Fault, Finding, Mistakes
from ._mhm import __version__
from ._model import Model, Predictions
from ._plan import Plan, plan
from ._run import Progress, run
from ._runs import Report, Runs, load
from ._table import Table

__all__ = [
    "Check",
    "Error",
    "Fault",
    "Finding",
    "Mistakes",
    "Model",
    "Plan",
    "Predictions",
    "Progress",
    "Report",
    "Runs",
    "Table",
    "__version__",
    "check",
    "load",
    "plan",
    "run",
]
