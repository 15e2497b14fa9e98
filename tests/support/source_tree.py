"""The project's own source, as files, syntax trees and imported modules."""

import ast
import importlib
import pkgutil
import subprocess
from collections.abc import Iterator
from functools import cache
from inspect import getmembers, isclass
from pathlib import Path
from types import ModuleType

import moniqo

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "moniqo"
GENERATED = "versions"
"""The folder of the migrations, which are written by a tool and then left alone."""


def python_files(*folders: str) -> list[Path]:
    """Every Python file of the package, or of some of its folders."""
    roots = [SOURCE / folder for folder in folders] or [SOURCE]
    found = (path for root in roots for path in root.rglob("*.py"))
    return sorted(path for path in found if path.parent.name != GENERATED)


@cache
def syntax(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text())


def tracked_files() -> list[Path]:
    """Every file that is committed."""
    names = subprocess.run(  # noqa: S603  (a fixed command)
        ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"],  # noqa: S607  (whichever git is installed)
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


@cache
def modules(package: str) -> tuple[ModuleType, ...]:
    """`moniqo.<package>` and every module below it, imported."""
    root = importlib.import_module(f"{moniqo.__name__}.{package}")
    found = pkgutil.walk_packages(root.__path__, f"{root.__name__}.")
    return (root, *(importlib.import_module(item.name) for item in found))


def own_classes(package: str) -> Iterator[type]:
    """Every class that a module of `moniqo.<package>` defines."""
    for module in modules(package):
        for _, found in getmembers(module, isclass):
            if found.__module__ == module.__name__:
                yield found


def is_port(candidate: type) -> bool:
    """Whether the class is a protocol."""
    return getattr(candidate, "_is_protocol", False) is True
