"""Pictures in files and on sheets."""

import torch
from PIL import Image, ImageDraw


def to_image(picture: torch.Tensor) -> Image.Image:
    """(3, H, W), signed range."""
    levels = ((picture.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return Image.fromarray(levels.permute(1, 2, 0).contiguous().numpy())


def sheet(rows: list[tuple[str, list]], path, cell: int, per_line: int = 3, **save):
    """One row per caption, its pictures side by side, each shown at `cell` pixels."""
    columns = len(rows[0][1])
    lines = (len(rows) + per_line - 1) // per_line
    canvas = Image.new("RGB", (per_line * (columns * (cell + 2) + 12), lines * (cell + 18)), "white")
    draw = ImageDraw.Draw(canvas)
    for index, (text, pictures) in enumerate(rows):
        left = index % per_line * (columns * (cell + 2) + 12)
        top = index // per_line * (cell + 18)
        for column, picture in enumerate(pictures):
            shown = to_image(picture)
            if shown.size != (cell, cell):
                shown = shown.resize((cell, cell), Image.NEAREST)
            canvas.paste(shown, (left + column * (cell + 2), top))
        draw.text((left, top + cell + 2), text, fill="black")
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.save(path, **save)
