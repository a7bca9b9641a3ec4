"""`gunmane parts`: what is kept, what is refused, and that a second run fetches nothing."""

import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from gunmane.cli import main
from gunmane.cli.parts import Part, PartFile, fetch, listed, missing, sentence
from gunmane.core.errors import GunmaneError

CONTENT = b"a font"


def part(sha256: str = hashlib.sha256(CONTENT).hexdigest(), source: str = "font.ttf") -> Part:
    return Part("some-font", "1.0.0", "OFL-1.1", (PartFile(source, "fonts/font.ttf", sha256),))


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `npm` that packs one file and counts its calls."""
    programs = tmp_path / "programs"
    programs.mkdir()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as package:
        entry = tarfile.TarInfo("package/font.ttf")
        entry.size = len(CONTENT)
        package.addfile(entry, io.BytesIO(CONTENT))
    (programs / "packed.tgz").write_bytes(archive.getvalue())
    script = programs / "npm"
    script.write_text(
        f'#!/bin/sh\necho "$2" >> {programs}/calls\ncp {programs}/packed.tgz "$5/some-font-1.0.0.tgz"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return programs


def test_fetches_by_exact_version_and_only_once(npm: Path, tmp_path: Path) -> None:
    target = tmp_path / "static"
    assert missing((part(),), target) == [part()]
    fetch(part(), target)
    assert (target / "fonts/font.ttf").read_bytes() == CONTENT
    assert missing((part(),), target) == []
    assert (npm / "calls").read_text() == "some-font@1.0.0\n"


def test_a_changed_file_counts_as_missing(npm: Path, tmp_path: Path) -> None:
    fetch(part(), tmp_path / "static")
    (tmp_path / "static/fonts/font.ttf").write_bytes(b"another font")
    assert missing((part(),), tmp_path / "static") == [part()]


@pytest.mark.parametrize(
    ("wrong", "words"), [(part(sha256="0" * 64), "checksum"), (part(source="gone.ttf"), "holds no file gone.ttf")]
)
def test_nothing_is_kept_of_a_package_that_differs(npm: Path, tmp_path: Path, wrong: Part, words: str) -> None:
    with pytest.raises(GunmaneError) as caught:
        fetch(wrong, tmp_path / "static")
    assert words in sentence(caught.value)
    assert not (tmp_path / "static").exists()


def test_without_npm_the_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GunmaneError) as caught:
        fetch(part(), tmp_path / "static")
    assert "Node.js" in sentence(caught.value)


def test_a_failing_npm_gives_its_last_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "npm"
    script.write_text("#!/bin/sh\necho 'no such host' >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(GunmaneError) as caught:
        fetch(part(), tmp_path / "static")
    assert "no such host" in sentence(caught.value)


def test_the_list_names_each_target_once_with_full_checksums() -> None:
    files = [file for one in listed() for file in one.files]
    assert len({file.target for file in files}) == len(files)
    assert all(len(file.sha256) == 64 and ".." not in file.target for file in files)


def test_check_names_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parts", "--check", "--into", str(tmp_path)]) == 1
    assert "missing: maplibre-gl 6.17.0" in capsys.readouterr().out
