"""A folder of 100,000 entries: every page whole and in order, and its order not made anew for each."""

import os
from pathlib import Path

import pytest

from hermes_webui.workspace.folder import Folder
from hermes_webui.workspace.listing import Orders
from tests.workspace.conftest import Place

MANY = 100_000


def rows(orders: Orders, path: Path) -> list:
    fd = os.open(path, os.O_RDONLY)
    try:
        return orders.rows(fd)
    finally:
        os.close(fd)


@pytest.mark.heavy
def test_a_hundred_thousand_entries_are_paged_in_order(place: Place):
    large = place.root / "large"
    (large / "zz-folder").mkdir(parents=True)
    for number in range(MANY):
        os.close(os.open(large / f"{number * 7919 % MANY:06}", os.O_WRONLY | os.O_CREAT))
    os.utime(large, (1, 1))
    names, offset, pages = [], 0, 0
    while True:
        page = place.folder.entries("large", offset, 1000)
        names += [entry.name for entry in page.entries]
        pages += 1
        if page.next is None:
            break
        offset = page.next
    assert names == ["zz-folder", *(f"{number:06}" for number in range(MANY))]
    assert (page.total, pages) == (MANY + 1, 101)


def test_an_order_is_remembered_until_the_folder_changes(place: Place):
    orders = Orders()
    fresh = rows(orders, place.root)
    assert rows(orders, place.root) is not fresh, "a folder that has just changed may change within one tick"
    quiet = Orders(settled=-60.0)
    first = rows(quiet, place.root)
    assert rows(quiet, place.root) is first
    (place.root / "new.txt").touch()
    assert "new.txt" in rows(quiet, place.root)


def test_only_so_many_names_are_remembered(place: Place):
    orders = Orders(most=8, settled=-60.0)
    first = rows(orders, place.root / "src")
    assert rows(orders, place.root / "src") is first
    rows(orders, place.root)
    assert rows(orders, place.root / "src") is not first


def test_pages_of_two_workspaces_do_not_mix(place: Place, tmp_path: Path):
    orders = Orders()
    other = tmp_path / "other"
    other.mkdir()
    (other / "only").touch()
    here, there = Folder(place.root, orders=orders), Folder(other, orders=orders)
    assert [entry.name for entry in there.entries().entries] == ["only"]
    assert "only" not in [entry.name for entry in here.entries().entries]
