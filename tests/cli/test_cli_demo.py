from tests.cli.conftest import Desk


def test_the_demo_makes_a_project_that_can_be_worked_in(empty: Desk) -> None:
    shown = empty.done("demo", "there", "--size", "tiny", "--json")
    assert (shown.told["size"], shown.told["seed"]) == ("tiny", 7)
    assert (empty.folder / "there/hffix.toml").exists()
    assert (empty.folder / "there/fund.db").exists()


def test_the_demo_takes_no_folder_that_holds_something_else(empty: Desk) -> None:
    (empty.folder / "notes.txt").write_text("mine")
    shown = empty("demo", ".", "--size", "tiny", "--json")
    assert (shown.status, shown.told["error"]["code"]) == (1, "HFX-106")
