"""Tests that the wheel is complete: it is built, installed outside the repository and run."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_content_examples_pages_and_migrations(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "cds_service/cards/manifest.toml" in names
    assert "cds_service/examples/article-patient/request.json" in names
    assert "cds_service/rendering/pages/about.html" in names
    assert {"cds_service/pages/templates/try.html", "cds_service/pages/assets/try.js"} <= set(names)
    assert any(name.startswith("cds_service/store/migrations/versions/") for name in names)


def test_installed_away_from_the_repository_it_answers(wheel: Path, tmp_path: Path) -> None:
    """Take the dependencies from this environment through a .pth file, so that the test needs no network."""
    place = tmp_path / "empty"
    venv.create(place, with_pip=False)
    site = next((place / "lib").glob("python*")) / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    dependencies = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "dependencies.pth").write_text(dependencies, encoding="utf-8")
    script = "import cds_service, cds_service.cli as cli; print(cds_service.__file__); cli.main()"
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "COLUMNS": "140"}
    command = [str(place / "bin" / "python"), "-c", script, "try", "--example", "cauda-equina"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    output = done.stdout.decode()
    assert str(place) in output
    assert "cauda equina" in output
