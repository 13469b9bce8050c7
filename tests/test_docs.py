import re
from doctest import DocTestParser, DocTestRunner
from pathlib import Path
from typing import Any, Final

import pytest

RULES: Final = Path(__file__).parent.parent / "docs" / "rules.md"
HEADING: Final = re.compile(r"^## (R\d+) .*$", re.MULTILINE)
BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections() -> dict[str, str]:
    """The text under each rule's heading."""
    _, *parts = HEADING.split(RULES.read_text(encoding="utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def run(name: str, block: str, names: dict[str, Any]) -> str:
    """What went wrong in a block; empty when its examples say what they print."""
    test = DocTestParser().get_doctest(block, names, name, str(RULES), 0)
    assert test.examples, f"{name}: a python block without an example"
    report: list[str] = []
    DocTestRunner(verbose=False).run(test, out=report.append, clear_globs=False)
    names.update(test.globs)
    return "".join(report)


def test_rules_that_exist_are_documented() -> None:
    assert list(sections()) == ["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10"]


@pytest.mark.parametrize("name", sections())
def test_worked_examples(name: str) -> None:
    blocks = BLOCK.findall(sections()[name])
    names: dict[str, Any] = {}
    assert blocks
    for block in blocks:
        assert run(name, block, names) == ""


def test_every_fence_is_an_executed_block() -> None:
    text = RULES.read_text(encoding="utf-8")
    assert text.count("```") == 2 * len(BLOCK.findall(text))


def test_a_wrong_example_is_noticed() -> None:
    assert "Expected" in run("R0", ">>> 1 + 1\n3\n", {})
