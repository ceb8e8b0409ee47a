import pytest

from hffix.model.acts import acts_of


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("O CREATE TRIGGER tr BEFORE INSERT OR UPDATE OF a ON public.loan FOR EACH …", "BEFORE INSERT OR UPDATE OF A"),
        ("O CREATE CONSTRAINT TRIGGER tr AFTER UPDATE ON loan DEFERRABLE FOR EACH ROW …", "AFTER UPDATE"),
        ("D CREATE TRIGGER tr AFTER UPDATE ON loan FOR EACH ROW …", "disabled"),
        ("BEFORE UPDATE 1 under STRICT_ALL_TABLES: SET NEW.note = 'x'", "BEFORE UPDATE"),
        ("CREATE TRIGGER stamp AFTER UPDATE OF opened_on ON account\nBEGIN …", "AFTER UPDATE OF OPENED_ON"),
        ("CREATE TRIGGER plain DELETE ON loan BEGIN …", "BEFORE DELETE"),
        ("something else", ""),
    ],
)  # fmt: skip
def test_a_trigger_says_when_it_comes(text: str, when: str) -> None:
    (act,) = acts_of("loan", {"triggers": {"tr": text}})
    assert (act.table, act.kind, act.name, act.when, act.text) == ("loan", "trigger", "tr", when, text)


def test_rules_acting_keys_columns_that_set_themselves_and_row_level_security_are_told() -> None:
    described = {
        "columns": {"at": {}, "was at": {}},
        "options": [
            "engine InnoDB",
            "on update current_timestamp() was at",
            'rule CREATE RULE "lost it" AS\n    ON UPDATE TO public.loan DO INSTEAD NOTHING;',
            "row-level security, forced",
            "policy mine r t {-} (no < 3)",
        ],
        "referred_by": [
            "kid(loan) -> loan(no) on update NO ACTION on delete CASCADE",
            "pet(loan) -> loan(no) on update SET NULL on delete SET DEFAULT",
            "cat(loan) -> loan(no) on update RESTRICT on delete NO ACTION",
        ],
    }
    assert [(act.kind, act.name, act.when) for act in acts_of("loan", described)] == [
        ("rule", "lost it", "ON UPDATE"),
        ("policy", "", ""),
        ("action", "kid(loan)", "ON DELETE CASCADE"),
        ("action", "pet(loan)", "ON UPDATE SET NULL, ON DELETE SET DEFAULT"),
        ("column", "was at", "ON UPDATE"),
    ]


def test_a_table_that_sets_nothing_off_has_no_acts() -> None:
    assert acts_of("loan", {"triggers": {}, "options": ["engine InnoDB"], "referred_by": [], "columns": {}}) == ()
