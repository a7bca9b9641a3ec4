"""Which columns say who is to be reached, and that nobody else sees them."""

import pytest

from gunmane.core.ledgers.contacts import HIDDEN, contact_columns, hidden, read_contacts
from gunmane.core.ledgers.synonyms import read_synonyms
from gunmane.resources import DATA

SYNONYMS = read_synonyms((DATA / "synonyms.toml").read_bytes())


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("浄化槽番号|設置者氏名|設置場所住所|電話番号|人槽", {"name": 1, "address": 2, "phone": 3}),
        ("台帳番号|設置者_氏名|設置者_電話番号|設置場所_住所|設置場所_緯度", {"name": 1, "address": 3, "phone": 2}),
        ("番号|設置場所|設置者住所|設置者名", {"name": 3, "address": 2}),
        ("番号|使用者|所有者|連絡先|住所", {"name": 1, "address": 4, "phone": 3}),
        ("番号|人槽|処理方式", {}),
    ],
)
def test_columns_are_told_by_their_names(header: str, expected: dict[str, int]) -> None:
    assert contact_columns(header.split("|"), SYNONYMS) == expected


def test_every_word_of_a_contact_is_a_personal_one() -> None:
    """Else a column would be read into the contacts and shown with the system too."""
    for words in SYNONYMS.contacts.values():
        for word in words:
            assert contact_columns([word], SYNONYMS), f"{word} is not among the personal words"


def test_rows_without_anybody_and_rejected_ones_are_left_out() -> None:
    columns = [["1", "2", "3", "4"], ["山田 太郎", "不明", "", "佐藤"], ["本町1", "-", "", "二丁目"]]
    found = read_contacts({"name": 1, "address": 2}, columns, columns[0], {3}, frozenset(("不明", "-", "")))
    assert found.numbers == ["1"]
    assert found.parts == {"name": ["山田 太郎"], "address": ["本町1"], "phone": [None]}
    assert found.provided == (True, True, False)
    assert not read_contacts({}, columns, columns[0], set(), frozenset())


def test_cells_of_personal_columns_are_hidden_and_blank_ones_stay_blank() -> None:
    shown = hidden(["番号", "氏名", "電話"], ["1", "山田", ""], frozenset((1, 2)))
    assert shown == {"番号": "1", "氏名": HIDDEN, "電話": ""}
