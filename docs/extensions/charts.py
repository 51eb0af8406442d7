"""The directive ``chart``: shows Python code and the chart that it makes."""

import ast
import contextlib
import hashlib
import io
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

SAMPLE = Path(__file__).resolve().parents[2] / "examples" / "sample"

BLOCK = re.compile(r"^(```+)(?:python|\{chart\})[^\n]*\n(.*?)^\1", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"\A(:\w+:[^\n]*\n)+\n?")


class Chart(SphinxDirective):
    """Python code whose last expression is a chart.

    The Python code of the page up to here runs first, so a chart may use names of the blocks before it.
    """

    has_content = True
    option_spec = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        code = "\n".join(self.content)
        picture = hashlib.sha256(f"{self.env.docname}\n{code}".encode()).hexdigest()[:16]
        file = Path(self.env.srcdir) / "charts" / f"{picture}.svg"
        file.parent.mkdir(exist_ok=True)
        file.write_text(svg(self.names(), code), "utf-8")

        shown = nodes.literal_block(code, code, language="python")
        image = nodes.image(uri=f"/charts/{file.name}", alt=self.options["alt"], classes=["chart"])
        self.set_source_info(shown)
        self.set_source_info(image)
        return [shown, image]

    def names(self) -> dict[str, Any]:
        """The names that the page defines before this chart."""
        page = self.env.doc2path(self.env.docname).read_text("utf-8")
        blocks = [OPTION.sub("", block) for _, block in BLOCK.findall(page)]
        before = blocks[: blocks.index("\n".join(self.content) + "\n")]
        state: Any = self.env.temp_data.setdefault("chart", ([], {}))
        done, names = state
        for block in before[len(done) :]:
            run(block, names)
            done.append(block)
        return names


def run(code: str, names: dict[str, Any]) -> Any:
    """Runs code beside the folder ``sample``, without its output; the value of its last line if that is an expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(SAMPLE, Path(folder) / "sample")
        with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
            exec(compile(tree, "page", "exec"), names)
            return eval(compile(ast.Expression(last.value), "page", "eval"), names) if isinstance(last, ast.Expr) else None


def svg(names: dict[str, Any], code: str) -> str:
    """The chart as SVG."""
    text = io.StringIO()
    run(code, names).save(text, format="svg")
    return text.getvalue()


def setup(app: Any) -> dict[str, bool]:
    shutil.rmtree(Path(app.srcdir) / "charts", ignore_errors=True)  # charts that no page shows any more
    app.add_directive("chart", Chart)
    return {"parallel_read_safe": True}
