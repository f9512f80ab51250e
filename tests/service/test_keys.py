"""Keys are made once, kept to oneself, and never quietly replaced."""

import os
import stat
import threading

import pytest

from service.faults import KeysUnfit
from service.keys import Keys, open_keys


def yes() -> bool:
    return True


def no() -> bool:
    return False


def test_keys_are_made_at_the_first_start_and_read_at_the_next(tmp_path):
    made = open_keys(tmp_path / "keys", may_create=yes)
    assert open_keys(tmp_path / "keys", may_create=no) == made
    assert {len(key) for key in (*made.marks, *made.dots, *made.links, *made.files, *made.ledger)} == {32}
    assert len({*made.marks, *made.dots, *made.links, *made.files, *made.ledger}) == 5


def test_only_the_owner_can_read_a_key(tmp_path):
    open_keys(tmp_path / "keys", may_create=yes)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_lost_keys_of_a_used_register_are_not_replaced(tmp_path):
    with pytest.raises(KeysUnfit, match="restore the keys from their backup"):
        open_keys(tmp_path / "keys", may_create=no)
    assert not (tmp_path / "keys").exists()


def test_one_missing_key_is_not_replaced(tmp_path):
    open_keys(tmp_path / "keys", may_create=yes)
    (tmp_path / "keys" / "dots.key").unlink()
    with pytest.raises(KeysUnfit, match=r"dots\.key is missing"):
        open_keys(tmp_path / "keys", may_create=yes)


def test_a_key_that_others_can_read_is_refused(tmp_path):
    open_keys(tmp_path / "keys", may_create=yes)
    (tmp_path / "keys" / "marks.key").chmod(0o640)
    with pytest.raises(KeysUnfit, match="chmod 600"):
        open_keys(tmp_path / "keys", may_create=yes)


@pytest.mark.parametrize("content", ["", "not hex\n", "ab" * 31 + "\n", "AB" * 32 + "\n"])
def test_a_damaged_key_is_refused(tmp_path, content):
    open_keys(tmp_path / "keys", may_create=yes)
    (tmp_path / "keys" / "links.key").write_text(content)
    with pytest.raises(KeysUnfit, match=r"links\.key does not hold"):
        open_keys(tmp_path / "keys", may_create=yes)


def test_an_appended_line_is_the_newest_key(tmp_path):
    first = open_keys(tmp_path / "keys", may_create=yes)
    with (tmp_path / "keys" / "links.key").open("a") as file:
        file.write("cd" * 32 + "\n")
    assert open_keys(tmp_path / "keys", may_create=no).links == (*first.links, bytes.fromhex("cd" * 32))


def test_processes_that_start_at_once_get_the_same_keys(tmp_path):
    found: list[Keys] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        found.append(open_keys(tmp_path / "keys", may_create=yes))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(keys == found[0] for keys in found)
    assert os.listdir(tmp_path) == ["keys"]  # noqa: PTH208 - names alone


def test_keys_do_not_show_themselves():
    assert repr(Keys.generate()) == "Keys()"
