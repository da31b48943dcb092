"""The package as it is shipped: a wheel, an sdist and an editable install each carry the rulesets."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from ucmsc_rules import __version__, load_ruleset

ROOT = Path(__file__).parent.parent
NAME = "ucmsc-hbv-cirrhosis"
DATA = (
    "py.typed", "rules/grammar.lark", "rules/formula.lark", "values/units.txt", "rulesets/concepts/laboratory.yaml",
    f"rulesets/{NAME}/ruleset.yaml", "rulesets/hcc-tace-washout/ruleset.yaml",
)  # fmt: skip
SHOW = f"""
import ucmsc_rules
print(ucmsc_rules.__file__)
print(ucmsc_rules.load_ruleset("{NAME}").digest)
"""


def ran(*command: str | Path, cwd: Path) -> str:
    """What a command prints, in an environment that shows it nothing of this source tree."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "PIP_", "VIRTUAL_ENV"))}
    ended = subprocess.run(list(map(str, command)), cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "hatchling", "build", "-d", folder, "-t", "sdist", "-t", "wheel", cwd=ROOT)
    return folder


def wheel_of(built: Path) -> Path:
    """The one wheel in a folder."""
    (wheel,) = built.glob("*.whl")
    return wheel


def sdist_of(built: Path) -> Path:
    """The one sdist in a folder."""
    (sdist,) = built.glob("*.tar.gz")
    return sdist


def installed(folder: Path, *what: str | Path) -> tuple[Path, Path]:
    """The python of a fresh environment with the package in it, and the folder of its packages.

    What the package depends on is lent by this environment, so that nothing is fetched.
    """
    venv.create(folder, with_pip=False)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    lent = "\n".join(sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))
    (packages / "zz_lent.pth").write_text(f"{lent}\n")
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "install")
    ran(*pip, "--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed", *what, cwd=folder)
    return python, packages


def found(python: Path, cwd: Path) -> tuple[Path, str]:
    """Where the package is imported from, and the digest of the trial's ruleset."""
    file, digest = ran(python, "-I", "-c", SHOW, cwd=cwd).split()
    return Path(file).resolve(), digest


@pytest.mark.parametrize("form", ["wheel", "sdist"])
def test_an_installed_package_finds_the_ruleset(form: str, built: Path, tmp_path: Path) -> None:
    """Installed from a wheel or an sdist, the package loads the same ruleset by its name, from its own folder."""
    archive = wheel_of(built) if form == "wheel" else sdist_of(built)
    python, packages = installed(tmp_path / "venv", archive)
    file, digest = found(python, tmp_path)
    assert file == (packages / "ucmsc_rules" / "__init__.py").resolve()
    assert digest == load_ruleset(NAME).digest


def test_an_editable_install_finds_the_ruleset(tmp_path: Path) -> None:
    """Installed with ``pip install -e``, the package is the source tree, and loads its rulesets."""
    python, _ = installed(tmp_path / "venv", "-e", ROOT)
    file, digest = found(python, tmp_path)
    assert file == (ROOT / "src" / "ucmsc_rules" / "__init__.py").resolve()
    assert digest == load_ruleset(NAME).digest


def test_the_wheel_holds_its_data(built: Path) -> None:
    """Grammars, units, rulesets and the mark of typing are in the wheel, and nothing of the tests is."""
    names = set(zipfile.ZipFile(wheel_of(built)).namelist())
    assert {f"ucmsc_rules/{name}" for name in DATA} <= names
    assert {name.split("/")[0] for name in names} == {"ucmsc_rules", f"ucmsc_rules-{__version__}.dist-info"}


def test_the_wheel_says_what_it_needs(built: Path) -> None:
    """durable-rules is asked for only where it can be imported, and the licence is in the wheel."""
    wheel = zipfile.ZipFile(wheel_of(built))
    folder = f"ucmsc_rules-{__version__}.dist-info"
    metadata = message_from_bytes(wheel.read(f"{folder}/METADATA"))
    needed = [text.replace('"', "'") for text in metadata.get_all("Requires-Dist", [])]
    assert "durable-rules==2.0.28; python_version < '3.13'" in needed
    assert (metadata["Version"], metadata["License-Expression"]) == (__version__, "Apache-2.0")
    assert f"{folder}/licenses/LICENSE" in wheel.namelist()


def test_the_sdist_can_be_tested(built: Path) -> None:
    """The sdist carries the tests, the documents and the examples, so that who packages it can run the suite."""
    with tarfile.open(sdist_of(built)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"conftest.py", "mkdocs.yml", "CHANGELOG.md", "docs/semantics.md", "examples/subjects.ndjson"}
    assert wanted | {"tests/test_package.py", f"rulesets/{NAME}/ruleset.yaml"} <= names
