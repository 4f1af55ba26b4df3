"""``python -m tests.charts.show DIR``: draw one of each picture, light and dark, from made-up runs.

With ``--write`` the pictures the README uses go to deploy/pictures.
"""

import sys
from pathlib import Path

from bot.charts.draw import draw, draw_svg
from bot.charts.look import Theme
from tests.charts.samples import pictures, report_pictures

README = Path("deploy/pictures")
IN_README = ("allocation", "books", "market")


def show(folder: Path) -> list[Path]:
    """Draw every sample in both themes into ``folder``; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, picture in {**pictures(), **report_pictures()}.items():
        for theme in Theme:
            path = folder / f"{name}-{theme}.png"
            path.write_bytes(draw(picture, theme=theme))
            path.with_suffix(".svg").write_text(draw_svg(picture, theme=theme), encoding="utf-8")
            written.append(path)
    return written


def write() -> list[Path]:
    """Draw what the README shows."""
    written = []
    for name in IN_README:
        path = README / f"{name}.png"
        path.write_bytes(draw(pictures()[name]))
        written.append(path)
    return written


def main(arguments: list[str]) -> int:
    """Draw as asked; return the exit code."""
    if arguments == ["--write"]:
        written = write()
    elif len(arguments) == 1 and not arguments[0].startswith("-"):
        written = show(Path(arguments[0]))
    else:
        sys.stderr.write("Usage: python -m tests.charts.show DIR, or --write\n")
        return 2
    sys.stdout.writelines(f"{path}\n" for path in written)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
