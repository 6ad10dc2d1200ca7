"""This environment where every user of the machine can run it, also when it lies below a closed home."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

__all__ = ["ROOT", "shared_python"]

ROOT = Path(__file__).parents[2]
NOT_NEEDED = shutil.ignore_patterns("site-packages", "test", "idlelib", "tkinter", "config-*", "*.opt-*")


def shared_python(folder: Path) -> tuple[Path, dict[str, str]]:
    """Put this Python, its packages, the course's package and the hub's settings below `folder`.

    Returns the Python to run and the variables that it needs in its environment. Nothing is copied where the
    original can be reached by everyone, or linked to on the same file system.
    """
    base, environment, project = folder / "base", folder / "environment", folder / "project"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    interpreter = base / "bin" / version
    _share(Path(sys.executable).resolve(), interpreter)
    for library in Path(sys.base_prefix, "lib").glob("libpython*.so*"):
        _share(library, base / "lib" / library.name)
    _share(Path(sys.base_prefix, "lib", version), base / "lib" / version, NOT_NEEDED)

    _share(ROOT / "src", project / "src")
    _share(ROOT / "course" / "hub", project / "course" / "hub")
    _share(Path(sys.prefix, "lib"), environment / "lib")
    if not (environment / "lib").is_symlink():
        for path in (environment / "lib" / version / "site-packages").glob("*.pth"):
            _replace(path, str(ROOT), str(project))
    for name in ("etc", "share"):
        _share(Path(sys.prefix, name), environment / name)
    (environment / "pyvenv.cfg").write_text(f"home = {interpreter.parent}\n")
    python = environment / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(interpreter)
    for path in Path(sys.prefix, "bin").iterdir():
        if path.is_file() and path.read_bytes().startswith(f"#!{sys.prefix}".encode()):
            script = python.with_name(path.name)
            script.write_text(path.read_text().replace(sys.prefix, str(environment)))
            script.chmod(0o755)
    libraries = [str(base / "lib"), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
    return python, {"LD_LIBRARY_PATH": os.pathsep.join(libraries)}


def _share(source: Path, target: Path, ignore: Any = None) -> None:
    """Make `source` reachable for every user at `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if all(path.stat().st_mode & 0o5 == 0o5 for path in (source, *source.parents)):
        target.symlink_to(source)
    elif source.is_dir():
        shutil.copytree(source, target, ignore=ignore, copy_function=_link, symlinks=True)
    else:
        _link(source, target)


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    if old in text:
        path.unlink()  # it is a link to the original, which stays as it is
        path.write_text(text.replace(old, new))


def _link(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # on another file system
        shutil.copy2(source, target, follow_symlinks=False)
