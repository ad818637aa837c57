"""Tables in LaTeX compile as they are, whatever stands in them."""

import shutil
import subprocess

import pytest

from ablation.report.__main__ import main
from ablation.report.document import Cell, Column, Table
from ablation.report.formats.latex import LIMIT, escaped, latex

NASTY = [
    "\\input{/etc/passwd}",
    "100 % & #1 $x$ a_b ^ ~ {}",
    "[optional]",
    "*",
    "é ñ ö ß Ø ł",
    "αβγ Ω Γ",
    "中文 😀",
    "<script>",
    'a "quoted" `name`',
    "tab\tand\nnewline",
    "− × ± ω² ✓ – … ·",
    "$$",
    "",
    "x" * 300,
]


def made(rows, columns=2, **more):
    heads = [Column("name & more"), *(Column("n_1", True) for _ in range(columns - 1))]
    return Table("made", "Caption with 100 %\nand a second line", heads, rows, **more)


def test_characters_with_a_meaning_stay_characters():
    assert escaped("a_b & 5 % {x} #1 ~ ^") == (r"a\_b \& 5 \% \{x\} \#1 \textasciitilde{} \textasciicircum{}")
    assert escaped("\\input") == r"\textbackslash{}input"
    assert escaped("−0.5 ± 0.1") == r"$-$0.5 $\pm$ 0.1"
    assert escaped("[a]") == "{[}a]"
    assert escaped("é") == r"\'{e}"
    assert escaped("Ω and α") == r"$\Omega$ and $\alpha$"
    assert escaped("中") == r"\texttt{U+4E2D}"
    assert escaped("$$") == r"\$\$"


def test_a_table_says_what_it_needs_and_how_much_it_left_out():
    text = latex(made([[Cell("✓"), Cell("1", strong=True)]] * (LIMIT + 3)))
    assert text.startswith("% Needs \\usepackage{booktabs} and \\usep")
    assert "\\caption{Caption with 100 \\% and a second line}\n\\label{tab:made}" in text
    assert "amssymb" in text
    assert "3 more rows are in made.csv" in text
    assert text.count(r"\textbf{1} \\") == LIMIT
    assert "amssymb" not in latex(made([[Cell("a"), Cell("1")]]))


def compile_latex(folder, inputs):
    if shutil.which("pdflatex") is None:
        pytest.skip("needs pdflatex (Debian: texlive-latex-base, texlive-latex-recommended)")
    body = "\n\n".join(rf"\input{{{name}}}\clearpage" for name in inputs)
    packages = r"\usepackage{booktabs}\usepackage{amssymb}\usepackage{graphicx}"
    (folder / "all.tex").write_text(
        rf"\documentclass{{article}}{packages}\begin{{document}}{body}\end{{document}}"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-3000:]
    return done.stdout.decode(errors="replace")


@pytest.mark.slow
def test_whatever_a_user_typed_compiles(tmp_path):
    (tmp_path / "nasty.tex").write_text(latex(made([[Cell(t), Cell(t, strong=True)] for t in NASTY])))
    shown = compile_latex(tmp_path, ["nasty"])
    assert "passwd" not in shown


@pytest.mark.slow
def test_all_tables_of_a_report_compile_without_edits(study, tmp_path):
    names = {"flags.a_b": ["none", "50 %", "x & y"], "flags.c": [False, True]}
    main([str(study(factors=names, margin=2.0)), "figures=false"])
    tables = sorted((tmp_path / "study/report/tables").glob("*.tex"))
    assert {"verdicts", "cells", "anova", "best_cells"} <= {path.stem for path in tables}
    shown = compile_latex(tmp_path, [f"study/report/tables/{path.stem}" for path in tables])
    assert "Overfull" not in shown, "no table is wider than the text of a page"
