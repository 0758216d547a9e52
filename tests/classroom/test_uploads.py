"""Folders and archives that were made to harm whoever reads them."""

import io
import os
import socket
import stat
import struct
import tarfile
import zipfile

import pytest

from hooklab.classroom import archives, members, trees
from hooklab.classroom.members import BadUpload
from hooklab.classroom.uploads import learner_of, open_upload

MOST = 1024 * 1024
FILES = {"knock/app.py": b"app", "knock/deep/er/x.txt": b"x"}


def write_zip(path, files=FILES):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_tar(path, files=FILES, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def write_folder(path, files=FILES):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


ARCHIVES = ["ada.zip", "ada.tar", "ada.tar.gz", "ada.tgz", "ada.tar.bz2", "ada.tar.xz"]


def write(path):
    """The same files in the form that the name asks for."""
    if path.suffix == ".zip":
        return write_zip(path)
    modes = {".gz": "w:gz", ".tgz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz", ".tar": "w"}
    return write_tar(path, mode=modes[path.suffix]) if path.suffix else write_folder(path)


@pytest.fixture(params=["ada", *ARCHIVES])
def upload(request, tmp_path):
    return write(tmp_path / request.param)


@pytest.fixture(params=ARCHIVES)
def archive(request, tmp_path):
    return write(tmp_path / request.param)


def test_every_form_holds_the_same(upload):
    opened = open_upload(upload)
    assert sorted(opened.names) == sorted(FILES)
    assert opened.read(opened.names, MOST) == FILES
    assert opened.faults == []
    assert opened.changed > 0
    assert learner_of(upload) == "ada"


def test_more_than_is_allowed_is_not_read(upload):
    opened = open_upload(upload)
    assert opened.read(opened.names, 4) == FILES
    with pytest.raises(BadUpload, match="larger"):
        opened.read(opened.names, 3)


@pytest.mark.parametrize("length", [0, 1, 10, 100])
def test_a_damaged_archive_is_refused(archive, length):
    archive.write_bytes(archive.read_bytes()[:length])
    with pytest.raises(BadUpload, match="damaged"):
        open_upload(archive)


def test_an_archive_of_noise_is_refused(archive):
    archive.write_bytes(bytes(range(1, 256)) * 100)
    with pytest.raises(BadUpload, match="damaged"):
        open_upload(archive)


STRANGE = {
    "../knock/app.py": "leads out",
    "knock/../../app.py": "leads out",
    "/etc/passwd": "leads out",
    "..\\app.py": "leads out",
    "knock/" + "x" * 300: "too long",
    "/".join(["knock"] * 30): "nested too deeply",
    "C:\\app.py": "has a colon",
    "knock/app.py:stream": "has a colon",
    "knock/\x1b[2J.py": "cannot be printed",
}


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_a_strange_name_is_left_out_and_named(tmp_path, name, write):
    path = write(tmp_path / f"ada.{'zip' if write is write_zip else 'tar'}", FILES | {name: b"x"})
    opened = open_upload(path)
    assert sorted(opened.names) == sorted(FILES)
    [fault] = opened.faults
    assert STRANGE[name] in fault
    assert fault.isprintable()


@pytest.mark.parametrize(
    "name", [".git/config", "knock/__pycache__/app.pyc", "__MACOSX/knock/app.py", "venv/bin/x"]
)
def test_what_no_exercise_asks_for_is_passed_over(tmp_path, name):
    for path in (
        write_zip(tmp_path / "ada.zip", FILES | {name: b"x"}),
        write_folder(tmp_path / "ada", FILES | {name: b"x"}),
    ):
        opened = open_upload(path)
        assert sorted(opened.names) == sorted(FILES)
        assert opened.faults == []


def test_windows_separators_divide_names(tmp_path):
    opened = open_upload(write_zip(tmp_path / "ada.zip", {"knock\\app.py": b"app"}))
    assert opened.read(opened.names, MOST) == {"knock/app.py": b"app"}


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_zip_holds_no_links_and_devices(tmp_path, mode):
    path = write_zip(tmp_path / "ada.zip")
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("knock/link")
        info.external_attr = (mode | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    opened = open_upload(path)
    assert sorted(opened.names) == sorted(FILES)
    assert ["link" in fault for fault in opened.faults] == [True]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]
)
def test_a_tar_holds_no_links_and_devices(tmp_path, kind):
    path = tmp_path / "ada.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("knock/link")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    opened = open_upload(path)
    assert opened.names == []
    assert ["link" in fault for fault in opened.faults] == [True]


@pytest.mark.skipif(os.name != "posix", reason="Windows has neither")
def test_a_folder_holds_no_links_and_pipes(tmp_path):
    path = write_folder(tmp_path / "ada")
    (path / "knock/link").symlink_to("/etc/passwd")
    (path / "folder").symlink_to("/etc")
    os.link(path / "knock/app.py", path / "knock/second.py")
    os.mkfifo(path / "knock/pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path / "s"))
        opened = open_upload(path)
    assert opened.names == ["knock/deep/er/x.txt"]
    assert len(opened.faults) == 6


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes in folders")
@pytest.mark.parametrize("name", ["ada", "ada.zip", "ada.tar"])
def test_an_upload_is_no_pipe_and_no_link(tmp_path, name):
    os.mkfifo(tmp_path / name)
    (tmp_path / f"link-{name}").symlink_to(write_folder(tmp_path / "real"))
    for path in (tmp_path / name, tmp_path / f"link-{name}"):
        with pytest.raises(BadUpload, match="neither a folder nor an archive"):
            open_upload(path)


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    with pytest.raises(BadUpload, match="neither"):
        open_upload(tmp_path / "notes.txt")


def test_a_few_bytes_that_become_many_are_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_UNPACKED", 2 * MOST)
    zeros = {"knock/app.py": bytes(8 * MOST)}
    with pytest.raises(BadUpload, match="larger than 2 MiB"):
        open_upload(write_tar(tmp_path / "ada.tar.gz", zeros, "w:gz"))
    opened = open_upload(write_zip(tmp_path / "ada.zip", zeros))
    with pytest.raises(BadUpload, match="larger than 1 MiB"):
        opened.read(opened.names, MOST)


def test_too_many_files_are_not_listed(tmp_path, monkeypatch):
    for module in (archives, members, trees):
        monkeypatch.setattr(module, "MOST_NAMES", 5)
    many = {f"knock/{number}.py": b"" for number in range(10)}
    for path in (write_zip(tmp_path / "a.zip", many), write_folder(tmp_path / "a", many)):
        with pytest.raises(BadUpload, match="more than 5 files"):
            open_upload(path)


def test_a_directory_that_would_fill_the_memory_is_not_read(tmp_path):
    path = write_zip(tmp_path / "ada.zip")
    whole = bytearray(path.read_bytes())
    struct.pack_into("<L", whole, whole.rfind(b"PK\x05\x06") + 12, 2**31)
    path.write_bytes(whole)
    with pytest.raises(BadUpload, match="more than"):
        open_upload(path)


def test_a_zip_with_a_password_is_refused(tmp_path):
    path = write_zip(tmp_path / "ada.zip", {"knock/app.py": b"app"})
    whole = bytearray(path.read_bytes())
    whole[6] |= 1
    whole[whole.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(whole)
    opened = open_upload(path)
    with pytest.raises(BadUpload, match="password"):
        opened.read(opened.names, MOST)


def test_a_file_damaged_in_the_middle_is_noticed_when_it_is_read(tmp_path):
    path = tmp_path / "ada.zip"
    write_zip(path, {"knock/app.py": os.urandom(1000)})
    whole = bytearray(path.read_bytes())
    whole[500] ^= 0xFF
    path.write_bytes(whole)
    opened = open_upload(path)
    with pytest.raises(BadUpload, match="damaged"):
        opened.read(opened.names, MOST)
