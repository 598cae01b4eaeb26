"""Prints the table of samples, minutes and scores that evaluate.py --record collected, as Markdown: curve.py"""

import json

import config

# column: where its number is in a row of the file; a dash where it was not measured
COLUMNS = {
    "decoder samples": ("trained", "decoder", "samples"),
    "core minutes": ("trained", "decoder", "core_seconds"),
    "part": ("part",),
    "named object, true / prior": (
        ("scores", "objects", "named objects", "true embedding"),
        ("scores", "objects", "named objects", "prior"),
    ),
    "object and hat": ("scores", "objects", "objects with hats", "prior"),
    "letters": ("scores", "objects", "signs", "prior"),
    "colours in order": ("scores", "decoder", "binding", "prior", "both colours in the right order"),
    "count": ("scores", "decoder", "judge", "prior", "count"),
    "style": ("scores", "decoder", "judge", "prior", "style asked for"),
    "Fréchet, prior / renderings": (
        ("scores", "decoder", "frechet distance", "prior"),
        ("scores", "decoder", "frechet distance", "other renderings"),
    ),
    "variety": ("scores", "variety", "prior"),
    "rim error": ("scores", "rims", "prior", "rim error (pixels)"),
}
SHARES = {"named object, true / prior", "object and hat", "letters", "colours in order", "count", "style", "variety"}


def cell(row: dict, column: str, path: tuple) -> str:
    if isinstance(path[0], tuple):
        return " / ".join(cell(row, column, one) for one in path)
    for key in path:
        row = row.get(key) if isinstance(row, dict) else None
    if row is None:
        return "–"
    if column in SHARES:
        return f"{100 * row:.1f} %"
    if column == "core minutes":
        return f"{row / 60:.0f}"
    return f"{row:,}" if isinstance(row, int) else f"{row:.2f}" if isinstance(row, float) else str(row)


def main():
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    path = config.WORK / "curve.jsonl"
    for line in path.read_text().splitlines() if path.exists() else []:
        row = json.loads(line)
        print("| " + " | ".join(cell(row, column, path) for column, path in COLUMNS.items()) + " |")


if __name__ == "__main__":
    main()
