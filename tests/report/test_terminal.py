"""The summary at the end: in order, short, and as wide as a terminal."""

from ablation.report.__main__ import main


def test_the_order_is_table_caution_verdicts_best_cell_path(study, capsys):
    folder = study(margin=2.0)
    main([str(folder), "figures=false"])
    shown = capsys.readouterr().out
    order = [
        "OLS Regression Results",
        "Caution:",
        "What each component does to loss",
        "Keep batch_norm",
        "Best cell:",
        "Design:",
        "Report:",
    ]
    places = [shown.index(part) for part in order]
    assert places == sorted(places)
    assert shown.rstrip().endswith("report/index.html")


def test_the_table_of_verdicts_fits_80_columns_uncut(study, capsys):
    folder = study(
        factors={"flags.batch_norm": [False, True], "flags.activation": ["relu", "sigmoid", "selu"]}
    )
    main([str(folder), "figures=false"])
    table = capsys.readouterr().out.partition("(lower is better)")[2].partition("Keep")[0]
    assert max(len(line.rstrip()) for line in table.splitlines()) <= 80
    assert "…" not in table
    assert "batch_norm" in table
    assert "sigmoid − relu" in table


def test_nothing_to_conclude_is_said(study, capsys):
    main([str(study(keep=lambda *_: False)), "figures=false"])
    assert "Loss: nothing can be concluded yet." in capsys.readouterr().out
