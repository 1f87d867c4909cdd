"""Runs notebooks from the top to the bottom: python tests/python/run_notebook.py [--write] FILE.ipynb…

Fails at the first cell that fails. With --write, the outputs are kept in the file. A notebook that needs a package
that is not there is left out, with a sentence.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def run(path: Path, write: bool) -> None:
    notebook = nbformat.read(path, as_version=4)
    missing = [name for name in notebook.metadata.get("needs", []) if find_spec(name) is None]
    if missing:
        print(f"{path}: {', '.join(missing)} cannot be had here: not tried")
        return
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": "."}}).execute()
    print(f"{path}: {len(notebook.cells)} cells")
    if write:
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)  # when it was run
        nbformat.write(notebook, path)


if __name__ == "__main__":
    files = [argument for argument in sys.argv[1:] if argument != "--write"]
    for file in files:
        run(Path(file), "--write" in sys.argv)
