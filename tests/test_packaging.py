"""What is built into a wheel: every package of the tree, and the files that they read."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]


def test_every_package_of_the_tree_is_listed() -> None:
    """The list is written out because the migrations stand at the top of the repository and ship inside the package."""
    packages = {".".join(file.parent.relative_to(ROOT).parts) for file in (ROOT / "aggregator").rglob("__init__.py")}
    assert len(set(BUILD["packages"])) == len(BUILD["packages"])
    assert set(BUILD["packages"]) == packages | set(BUILD["package-dir"])
    assert all((ROOT / folder / "__init__.py").is_file() for folder in BUILD["package-dir"].values())


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {file.parent for file in (ROOT / "aggregator").rglob("*.py")}
    assert all((folder / "__init__.py").is_file() for folder in folders)


def test_every_file_beside_the_modules_is_shipped() -> None:
    patterns = {name: rules for name, rules in BUILD["package-data"].items() if name != "*"}
    for file in (ROOT / "aggregator").rglob("*"):
        if file.is_dir() or file.suffix in (".py", ".pyc"):
            continue
        holder = next(folder for folder in file.parents if (folder / "__init__.py").exists())
        rules = [*BUILD["package-data"]["*"], *patterns.get(".".join(holder.relative_to(ROOT).parts), ())]
        assert any(file.relative_to(holder).match(rule) for rule in rules), file
