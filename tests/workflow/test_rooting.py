import time

import pytest

from hffix.model.hashed import root_of
from hffix.workflow import rooting
from hffix.workflow.rooting import Roots

LINES = [b"%d" % number for number in range(100)]


def test_roots_are_the_same_before_while_and_after_a_process_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooting, "_MANY", 150)
    with Roots() as roots:
        asked = [roots(LINES) for _ in range(3)]
        for _ in range(100):
            if roots._started():
                break
            time.sleep(0.1)
        assert roots._started()
        asked += [roots(LINES) for _ in range(3)]

        assert {answer() for answer in asked} == {root_of(LINES)}


def test_few_lines_start_no_process() -> None:
    with Roots() as roots:
        assert roots(LINES)() == root_of(LINES)
        assert roots._hashing is None
