import pytest

from hffix.signing.signers import parse_signers
from tests.cli.conftest import ROWS, UNDATED, Desk, by

CHANGED = ROWS - UNDATED


def test_init_makes_a_project_and_leaves_what_exists(empty: Desk) -> None:
    made = empty.done("init", "there", "--json").told["created"]
    assert "hffix.toml" in made
    assert empty.done("init", "there", "--json").told["created"] == []


def test_a_new_project_shows_how_signers_are_written_and_ignores_private_keys(empty: Desk) -> None:
    empty.done("init")
    text = (empty.folder / "approvals/allowed_signers").read_text()
    assert [line for line in text.splitlines() if not line.startswith("#")] == []
    assert ("ssh-keygen -t ed25519" in text, 'zhang.min namespaces="hffix" ssh-ed25519 AAAA' in text) == (True, True)
    assert parse_signers(text.encode()).entries == ()
    assert "/keys/" in (empty.folder / ".gitignore").read_text().splitlines()


def test_a_plan_without_change_log_names_the_command_that_makes_it(desk: Desk) -> None:
    shown = desk("plan", "1")
    assert (shown.status, shown.out, shown.last) == (1, "", "Next: Make it with: hffix init-target")


def test_init_target_is_told_again_without_harm(desk: Desk) -> None:
    first = desk.done("init-target", "--json", *by("wang.qiang")).told
    again = desk.done("init-target", "--json", *by("wang.qiang")).told
    assert (first["founded"], again["founded"]) == (True, False)
    assert first["lineage"] == again["lineage"]


def test_a_plan_says_its_verdict_first_and_the_next_command_last(desk: Desk) -> None:
    desk.done("init-target", *by("wang.qiang"))
    shown = desk.done("plan", "1", "--trial")
    assert shown.first.startswith(f"✓ Planned 0001_dates on main: {CHANGED:,} of {ROWS:,} rows would change, {UNDATED}")
    (change_set,) = (path.name for path in (desk.folder / "changesets").iterdir())
    assert shown.last == f"Next: hffix show {change_set}"


def test_a_plan_says_how_to_look_at_rare_shapes(desk: Desk) -> None:
    desk.database().execute("UPDATE person SET opened_on = '２０１１-03-05' WHERE no = 500")
    desk.done("init-target", *by("wang.qiang"))
    shown = desk.done("plan", "1")
    (change_set,) = (path.name for path in (desk.folder / "changesets").iterdir())
    assert f"in shapes of fewer than 5   ← look at them with: hffix show {change_set}" in shown.out


def test_a_plan_gives_its_counts_to_programs(desk: Desk) -> None:
    desk.done("init-target", *by("wang.qiang"))
    told = desk.done("plan", "0001_dates", "--json").told
    assert told["digest"].startswith(told["change_set"])
    counts = {name: told["counts"][name] for name in ("scanned", "changed", "unchanged", "unresolved")}
    assert counts == {"scanned": ROWS, "changed": CHANGED, "unchanged": 0, "unresolved": UNDATED}


def test_changes_end_with_2_only_where_that_is_asked_for(desk: Desk) -> None:
    desk.done("init-target", *by("wang.qiang"))
    assert desk("plan", "1", "--detailed-exitcode").status == 2
    desk.database().execute("UPDATE person SET opened_on = '2011-03-05'")
    assert desk("plan", "1", "--detailed-exitcode").status == 0


def test_a_pattern_plans_on_every_target_that_fits(desk: Desk) -> None:
    for target in ("city-a", "city-b"):
        desk.done("init-target", "--target", target, *by("wang.qiang"))
    results = desk.done("plan", "1", "--target", "city-*", "--json").told["results"]
    assert [(one["target"], one["counts"]["changed"]) for one in results] == [("city-a", CHANGED), ("city-b", CHANGED)]


def test_a_target_that_fails_does_not_keep_the_others_from_being_planned(desk: Desk) -> None:
    desk.done("init-target", "--target", "city-b", *by("wang.qiang"))
    shown = desk("plan", "1", "--target", "city-*", "--json")
    failed, planned = shown.told["results"]
    assert (shown.status, failed["asked"], failed["error"]["code"]) == (1, "city-a", "HFX-503")
    assert (planned["target"], shown.told["error"]["code"]) == ("city-b", "HFX-503")


def test_a_pattern_that_fits_no_target_is_refused(desk: Desk) -> None:
    assert desk("plan", "1", "--target", "town-*", "--json").told["error"]["code"] == "HFX-104"


def test_a_fix_that_depends_on_the_order_of_a_set_is_not_repeatable(desk: Desk) -> None:
    desk.done("init-target", *by("wang.qiang"))
    (desk.folder / "fixes/0002_sets.py").write_text(
        '"""Names of a set."""\n\nfrom hffix import Fix\n\nfix = Fix(author="li.wei", ticket="DQ-2", risk="low")\n\n\n'
        '@fix.rows("person", writes="name", at_most=10_000)\n'
        "def first_of_a_set(name: str) -> str:\n"
        '    return next(iter({f"{name}{place}" for place in range(1000)}))\n'
    )
    refused = desk("plan", "2", "--repeat", "--json")
    assert (refused.status, refused.told["error"]["code"]) == (1, "HFX-216")
    assert desk.done("plan", "1", "--repeat", "--json").told["counts"]["changed"] == CHANGED


def test_the_list_names_each_fix_and_where_it_stands(desk: Desk) -> None:
    fresh = desk.done("list", "--json").told["fixes"]
    change_set = desk.planned()
    planned = desk.done("list", "--json").told["fixes"]
    facts = {"fix": "0001_dates", "number": 1, "title": "Dates as YYYY-MM-DD.", "run": None, "runs": []}
    assert fresh == [{**facts, "change_set": None, "state": None}]
    assert planned == [{**facts, "change_set": change_set, "state": "unapproved"}]


UNKNOWN = [
    (("plan", "99"), 64, "HFX-201"),
    (("plan", "1", "--target", "nowhere"), 64, "HFX-104"),
    (("show", "abcd"), 64, "HFX-304"),
    (("show", "xyz!"), 64, "HFX-304"),
    (("approve", "abcd"), 64, "HFX-304"),
    (("revoke", "abcd"), 64, "HFX-304"),
    (("status", "abcd"), 64, "HFX-304"),
    (("apply", "abcd"), 64, "HFX-304"),
    (("apply", "abcd", "--max-time", "soon"), 64, "HFX-101"),
    (("apply", "abcd", "--until", "25:00"), 64, "HFX-101"),
    (("pause", "abcd"), 64, "HFX-304"),
    (("resume", "abcd"), 64, "HFX-304"),
    (("pace", "abcd", "chunk-rows=500"), 64, "HFX-304"),
    (("close", "abcd"), 64, "HFX-304"),
    (("rollback", "9"), 64, "HFX-708"),
    (("backup", "verify", "9"), 64, "HFX-708"),
    (("backup", "restore", "9"), 64, "HFX-708"),
    (("trace", "person", "1"), 64, "HFX-711"),
    (("trace", "person", "1", "--as-of", "yesterday"), 64, "HFX-101"),
    (("trace", "person", "1", "--column", "age"), 1, "HFX-203"),
]


@pytest.mark.parametrize(("words", "status", "code"), UNKNOWN, ids=[" ".join(words) for words, _, _ in UNKNOWN])
def test_what_nobody_knows_is_refused_by_code(desk: Desk, words: tuple[str, ...], status: int, code: str) -> None:
    desk.done("init-target", *by("wang.qiang"))
    shown = desk(*words, "--json")
    assert (shown.status, shown.told["error"]["code"]) == (status, code)
    assert shown.err.startswith(f"error {code} ")
