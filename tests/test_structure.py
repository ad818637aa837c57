import re

from tests.structure import PAGE, redrawn


def test_the_drawing_is_that_of_the_code():
    page = PAGE.read_text(encoding="utf-8")
    assert page == redrawn(page), "python -m tests.structure draws it anew"
    assert page.count(" --> ") > 5


def test_every_path_on_the_page_is_there(root):
    page = PAGE.read_text(encoding="utf-8")
    paths = re.findall(r"`((?:app|design|report|analysis|sweep|results)/[\w/.]+)`", page)
    assert paths
    assert [path for path in paths if not (root / "ablation" / path).exists()] == []
