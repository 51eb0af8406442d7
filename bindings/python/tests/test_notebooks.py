"""The example notebooks run and print the committed output."""

from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("altair")
pytest.importorskip("vl_convert")

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def texts(notebook: Any) -> list[str]:
    """What was printed and shown, pictures and tables aside."""
    return [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    ]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path: Path) -> None:
    committed = nbformat.read(path, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}}).execute()
    assert texts(notebook) == texts(committed)


@pytest.mark.filterwarnings("ignore")
def test_first_report_of_another_file(tmp_path: Path) -> None:
    """The cell of parameters is all that has to change."""
    rows = [f"{day},2026-03-{day:02} 09:00,2026-03-{day:02} 1{day % 9}:30,{'DK' if day % 3 else 'ES'}" for day in range(1, 31)]
    (tmp_path / "tickets.csv").write_text("\n".join(["id,created_at,solved_at,market", *rows]), encoding="utf-8")
    notebook = nbformat.read(FOLDER / "first_report.ipynb", as_version=4)
    [cell] = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    for text, other in {
        "# tickets = ": "tickets = ",
        "# desk = replay": "desk = replay",
        '"tickets.csv"': repr(str(tmp_path / "tickets.csv")),
        "OUTPUT = None": f"OUTPUT = {str(tmp_path)!r}",
    }.items():
        assert text in cell.source
        cell.source = cell.source.replace(text, other)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}}).execute()
    assert any("Ticket volume" in text for text in texts(notebook))
    assert (tmp_path / "report.html").exists() and (tmp_path / "report.csv").exists()


def test_notebooks_are_small_and_clean() -> None:
    assert len(NOTEBOOKS) == 3
    for path in NOTEBOOKS:
        text = path.read_text(encoding="utf-8")
        assert len(text) < 600_000
        assert "/home/" not in text and "/tmp/" not in text and "Traceback" not in text
        assert all(cell.get("outputs") for cell in nbformat.reads(text, 4).cells if cell.cell_type == "code")
