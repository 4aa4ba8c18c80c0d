"""The ladder is data: the shipped one names posts that exist, an own one is checked before it counts."""

from pathlib import Path

import pytest

from anlan.kernel.base.config import ConfigurationError
from anlan.kernel.people.catalogue import shipped
from anlan.systems.escalation.ladder import SHIPPED, read_ladder

RUNG = """
[[rungs]]
code = "{code}"
title = "负责人"
title_en = "Principal"
owner = "firm"
after_s = {after}
priority_to = 2
side = "firm"
posts = ["firm_principal"]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "escalation.toml"
    file.write_text(f'confidence = "局内规定"\n{text}', encoding="utf-8")
    return file


def test_every_post_of_the_shipped_ladder_exists_on_its_side() -> None:
    family = {role.code: role.family for role in shipped()}
    for rung in read_ladder(SHIPPED).rungs:
        assert {family[code] for code in rung.posts} == {rung.side}


def test_an_own_ladder_counts_as_a_whole(tmp_path: Path) -> None:
    own = read_ladder(written(tmp_path, RUNG.format(code="a", after=60) + RUNG.format(code="b", after=60)))  # fmt: skip
    assert [(one.code, one.after_s) for one in own.rungs] == [("a", 60), ("b", 60)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        RUNG.format(code="a", after=60) * 2,
        RUNG.format(code="a", after=60) + RUNG.format(code="b", after=59),
        RUNG.format(code="a", after=-1),
        RUNG.format(code="a", after=60) + "sooner = true\n",
        "[[rungs]\n",
    ],
    ids=["empty", "twice", "out of order", "before", "unknown word", "not toml"],
)
def test_a_ladder_that_cannot_be_climbed_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"escalation\.toml"):
        read_ladder(written(tmp_path, text))
