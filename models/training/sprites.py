"""Sprites and letters, as atlases that are sampled like textures: in worlds 1 and 2 emoji of the Noto Color Emoji font
(OFL-1.1), in world 3 Microsoft's Fluent Emoji in 3D (MIT).

Both are read while training only and never shipped: Debian's package fonts-noto-color-emoji; `fetch_sprites.sh`. World
0 needs none.
"""

import functools

import torch
from torch.nn import functional as F

import config
import fluent

EMOJI_FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
LETTER_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationMono-Bold.ttf",
)
BITMAP_SIZE = 109  # the one size of the font's bitmaps; PIL accepts no other
TEXELS = 256 if config.WORLD == 3 else 128  # of an atlas cell; a thing spans [-1, 1] in it

# Animals by their faces: hats fit on them.
HEADS = {
    "dog": "🐶", "cat": "🐱", "bear": "🐻", "panda": "🐼", "fox": "🦊", "lion": "🦁", "frog": "🐸", "pig": "🐷",
    "rabbit": "🐰", "mouse": "🐭", "koala": "🐨", "tiger": "🐯", "cow": "🐮", "monkey": "🐵", "penguin": "🐧",
    "wolf": "🐺", "horse": "🐴", "chicken": "🐔", "robot": "🤖", "hamster": "🐹",
}  # fmt: skip
OBJECTS = {
    "apple": "🍎", "banana": "🍌", "avocado": "🥑", "strawberry": "🍓", "carrot": "🥕", "mushroom": "🍄",
    "cactus": "🌵", "sunflower": "🌻", "tree": "🌳", "rose": "🌹", "car": "🚗", "bus": "🚌", "rocket": "🚀",
    "sailboat": "⛵", "house": "🏠", "castle": "🏰", "chair": "🪑", "book": "📕", "guitar": "🎸", "balloon": "🎈",
    "gift": "🎁", "umbrella": "☂️", "key": "🔑", "bell": "🔔", "cake": "🎂", "donut": "🍩", "fish": "🐟",
    "butterfly": "🦋", "turtle": "🐢", "snowman": "⛄", "lemon": "🍋", "pear": "🍐", "cherry": "🍒", "peach": "🍑",
    "pineapple": "🍍", "watermelon": "🍉", "tomato": "🍅", "corn": "🌽", "pizza": "🍕", "hamburger": "🍔",
    "cheese": "🧀", "egg": "🥚", "ice cream": "🍦", "cookie": "🍪", "candle": "🕯️", "light bulb": "💡",
    "clock": "🕰️", "camera": "📷", "television": "📺", "laptop": "💻", "pencil": "✏️", "piano": "🎹",
    "trumpet": "🎺", "drum": "🥁", "violin": "🎻", "soccer ball": "⚽", "basketball": "🏀", "bicycle": "🚲",
    "train": "🚂", "airplane": "✈️", "helicopter": "🚁", "tractor": "🚜", "couch": "🛋️", "bed": "🛏️", "door": "🚪",
    "shoe": "👟", "sock": "🧦", "hammer": "🔨", "anchor": "⚓", "crab": "🦀", "octopus": "🐙", "snail": "🐌",
    "bee": "🐝", "ladybug": "🐞", "elephant": "🐘", "whale": "🐳", "dolphin": "🐬", "owl": "🦉", "duck": "🦆",
    "ghost": "👻", "pumpkin": "🎃", "moon": "🌙", "sun": "☀️", "cloud": "☁️", "rainbow": "🌈", "snowflake": "❄️",
    "palm tree": "🌴", "pine tree": "🌲", "tulip": "🌷", "leaf": "🍁", "cup": "☕", "teapot": "🫖",
}  # fmt: skip
HATS = {"top hat": "🎩", "crown": "👑", "cap": "🧢", "graduation cap": "🎓", "straw hat": "👒"}
EMOJI = HEADS | OBJECTS | HATS

LETTERS = "abcdefghijklmnopqrstuvwxyz"

# World 1 knows the first of each list, world 2 all.
WORLD_1 = (*list(HEADS)[:12], *list(OBJECTS)[:30])
WORLD_2 = (*HEADS, *OBJECTS)
WORLD_3 = tuple(fluent.SPRITES)


def heads(world: int) -> tuple[str, ...]:
    """What a hat fits on."""
    return tuple(fluent.GROUPS["heads"] if world == 3 else HEADS)


def _font(path: str, size: int):
    from PIL import ImageFont

    try:
        return ImageFont.truetype(path, size)
    except OSError:
        raise FileNotFoundError(f"{path} is missing: apt-get install fonts-noto-color-emoji fonts-dejavu-core") from None


def _cell(text: str, font, colour: bool):
    """One atlas cell, (4, 128, 128), RGB premultiplied by alpha, centred."""
    from PIL import Image, ImageDraw

    canvas = Image.new("RGBA", (3 * TEXELS, 3 * TEXELS), (0, 0, 0, 0))
    ImageDraw.Draw(canvas).text((TEXELS, TEXELS), text, font=font, fill=(255, 255, 255, 255), embedded_color=colour)
    box = canvas.getbbox()
    if box is None:
        raise ValueError(f"the font draws nothing for {text!r}")
    if colour:
        left = (box[0] + box[2] - TEXELS) // 2
        top = (box[1] + box[3] - TEXELS) // 2
    else:  # letters share a base line, low enough for tall ones and high enough for tails
        left, top = (box[0] + box[2] - TEXELS) // 2, TEXELS + TEXELS // 8
    cell = canvas.crop((left, top, left + TEXELS, top + TEXELS))
    values = torch.tensor(list(cell.tobytes()), dtype=torch.float32).reshape(TEXELS, TEXELS, 4).permute(2, 0, 1) / 255
    return torch.cat([values[:3] * values[3:], values[3:]])


def _fluent_cell(emoji: str):
    """One atlas cell of a picture file, (4, 256, 256), premultiplied; the visible part centred, its longer side full."""
    from PIL import Image

    path = config.SPRITES / fluent.file_name(emoji)
    try:
        picture = Image.open(path).convert("RGBA")
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing: run models/training/fetch_sprites.sh") from None
    picture = picture.crop(picture.getchannel("A").point(lambda alpha: 255 * (alpha > 16)).getbbox())
    width, height = picture.size
    values = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).float().reshape(1, height, width, 4) / 255
    values = values.permute(0, 3, 1, 2)
    values = torch.cat([values[:, :3] * values[:, 3:], values[:, 3:]], dim=1)
    inner = TEXELS - 8  # a clear border, so that no level bleeds over the cell's edge
    scale = inner / max(width, height)
    size = [max(1, round(side * scale)) for side in (height, width)]
    values = F.interpolate(values, size=size, mode="bilinear", align_corners=False, antialias=True)
    left, top = (TEXELS - size[1]) // 2, (TEXELS - size[0]) // 2
    return F.pad(values, (left, TEXELS - size[1] - left, top, TEXELS - size[0] - top))[0]


@functools.lru_cache(maxsize=None)
def _atlas(device: str) -> tuple[dict[str, int], list[torch.Tensor]]:
    """Index by name, and the atlas at its full size and every half of it down to 16 texels, each (sprites, 4, s, s)."""
    from pathlib import Path

    letter_font = _font(next((path for path in LETTER_FONTS if Path(path).exists()), LETTER_FONTS[0]), TEXELS - 8)
    names = [*(fluent.SPRITES if config.WORLD == 3 else EMOJI), *(f"letter {letter}" for letter in LETTERS)]
    if config.WORLD == 3:
        cells = [_fluent_cell(emoji) for emoji in fluent.SPRITES.values()]
    else:
        emoji_font = _font(EMOJI_FONT, BITMAP_SIZE)
        cells = [_cell(text, emoji_font, True) for text in EMOJI.values()]
    cells += [_cell(letter, letter_font, False) for letter in LETTERS]
    levels = [torch.stack(cells).to(device)]
    while levels[-1].shape[-1] > 16:
        levels.append(F.avg_pool2d(levels[-1], 2))
    return {name: index for index, name in enumerate(names)}, levels


@functools.lru_cache(maxsize=None)
def edges(name: str) -> tuple[float, float]:
    """Top and bottom of a sprite's visible part in its own units."""
    index, levels = _atlas("cpu")
    rows = (levels[0][index[name], 3] > 0.5).any(1).nonzero().flatten()
    return (rows[0].item() / TEXELS * 2 - 1, (rows[-1].item() + 1) / TEXELS * 2 - 1)


@functools.lru_cache(maxsize=None)
def top_of_head(name: str) -> float:
    """Where a hat's rim goes: the top of the visible part between the ears."""
    index, levels = _atlas("cpu")
    middle = slice(TEXELS * 7 // 16, TEXELS * 9 // 16)
    rows = (levels[0][index[name], 3, :, middle] > 0.5).all(1).nonzero().flatten()
    return rows[0].item() / TEXELS * 2 - 1


def draw(name: str, u, v, pixel, colour):
    """Samples a sprite as the shape functions do; letters take `colour`, emoji bring their own."""
    index, levels = _atlas(str(u.device))
    count = len(pixel)
    u, v = torch.broadcast_tensors(u, v)
    grid = torch.stack([u, v], dim=-1)
    # The level whose texels are just smaller than the pixels: no aliasing, no needless blur.
    level = (pixel.flatten() * TEXELS / 2).clamp_min(1).log2().floor().long().clamp_max(len(levels) - 1)
    sampled = torch.zeros(count, 4, *u.shape[1:], device=u.device)
    for step in level.unique().tolist():
        rows = (level == step).nonzero().flatten()
        texture = levels[step][index[name]].expand(len(rows), -1, -1, -1)
        sampled[rows] = F.grid_sample(texture, grid[rows], mode="bilinear", align_corners=False)
    cover = sampled[:, 3].clamp(0, 1)
    if name.startswith("letter "):
        return colour.expand(-1, -1, *u.shape[1:]), cover
    return (sampled[:, :3] / cover.clamp_min(1e-3)[:, None]).clamp(0, 1), cover
