import json

import pytest

from tests.cli.conftest import POLICY, Desk, by

ROW = "person:500"
TWO = POLICY + '[[require]]\nrisk = ["high"]\napprovals = 2\nroles = ["leader", "author"]\n'


def log_of(desk: Desk) -> str:
    return json.dumps(desk.database().execute("SELECT * FROM hffix_change").fetchall())


@pytest.fixture
def applied(desk: Desk) -> Desk:
    (desk.folder / "approvals" / "policy.toml").write_text(TWO, encoding="utf-8")
    desk.applied()
    return desk


def test_without_signatures_it_counts_what_it_finds_and_ends_with_4(applied: Desk) -> None:
    shown = applied("erase", ROW, "--no-input", *by("wang.qiang"))
    assert (shown.status, shown.first) == (4, "! 2 lines hold these rows; nothing is erased yet.")
    assert "2011" not in shown.out
    assert "zhang.min could sign" in shown.err
    told = applied("erase", ROW, "--json", *by("wang.qiang")).told
    assert (told["error"]["code"], told["lines"], told["log"][0]["lines"]) == ("HFX-413", 2, 1)
    assert [file["kind"] for file in told["files"]] == ["backup", "changes"]
    assert (told["record"], told["approved"], told["rows"]) == (None, False, {"person": 1})


def test_enough_people_sign_and_the_operator_erases(applied: Desk) -> None:
    assert "500" in log_of(applied)
    first = applied.done("erase", ROW, "--sign", "-m", "asked to", "--no-input", *by("zhang.min"))
    assert first.last == "Next: hffix erase person:500 --sign"
    assert "purpose" in first.out
    second = applied.done("erase", ROW, "--sign", "--no-input", *by("li.wei"))
    assert second.last == "Next: hffix erase person:500"
    told = applied.done("erase", ROW, "--json", "--no-input", *by("wang.qiang")).told
    assert (told["erased"], told["finished"], told["approved"]) == ({"log": 1, "files": 2}, False, True)
    assert told["receipt"].startswith(f"{told['record']:08d}.wang.qiang")
    assert '"{\\"no\\":{\\"int\\":\\"500\\"}}"' not in log_of(applied)
    assert applied.done("verify").first.startswith("✓ The record is whole")
    assert applied.done("erase", ROW).first == "✓ No line holds these rows; there is nothing to erase."


def test_trace_backup_and_show_tell_of_it(applied: Desk) -> None:
    for person in ("zhang.min", "li.wei"):
        applied.done("erase", ROW, "--sign", "--no-input", *by(person))
    record = applied.done("erase", ROW, "--json", "--no-input", *by("wang.qiang")).told["record"]
    shown = applied.done("trace", "person", "500")
    assert shown.first.startswith("! person 500: the change log holds no change of it;")
    assert f"by record {record}" in shown.out
    assert "zhang.min" in shown.out
    (told,) = applied.done("trace", "person", "501", "--json").told["erased"]
    assert (told["record"], len(told["lines"]), len(told["signers"])) == (record, 1, 2)
    assert "1 row of it was erased since" in applied.done("backup", "verify").out
    change_set = applied.done("runs", "--json").told["runs"][0]["change_set"]
    assert "1 row was erased since" in applied.done("show", change_set).out


def test_the_person_is_asked_for_the_number_of_lines(applied: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["3", "2"])
    monkeypatch.setattr("hffix.cli.call.Call.ask", lambda _call, question: next(answers))
    refused = applied("erase", ROW, "--sign", *by("zhang.min"))
    assert (refused.status, "nothing was signed" in refused.err) == (1, True)
    assert applied.done("erase", ROW, "--sign", *by("zhang.min")).status == 0


@pytest.mark.parametrize("words", [("person",), (":5",), ("person:",), ("--sign",), (ROW, "-m", "x")], ids=" ".join)
def test_wrong_words_are_told_before_anything_is_read(empty: Desk, words: tuple[str, ...]) -> None:
    empty.done("init")
    shown = empty("erase", *words, "--json")
    assert (shown.status, shown.told["error"]["code"]) == (64, "HFX-101")


def test_a_cut_is_finished_without_naming_the_row(applied: Desk) -> None:
    for person in ("zhang.min", "li.wei"):
        applied.done("erase", ROW, "--sign", "--no-input", *by(person))
    cut = applied.apart("erase", ROW, "--no-input", *by("wang.qiang"), HFFIX_FAILPOINT="erase.file")
    assert cut.status == -9
    assert "run hffix erase" in applied.done("verify").out
    done = applied.done("erase", *by("wang.qiang"))
    assert done.first == "✓ Finished: 2 lines of an earlier erasure are gone from the files here."
    assert "run hffix erase" not in applied.done("verify").out


def test_it_speaks_chinese(applied: Desk) -> None:
    shown = applied("erase", ROW, "--lang", "zh", "--no-input")
    assert shown.first == "! 有 2 行含有所指的数据；尚未清除。"
    assert "变更日志" in shown.out
