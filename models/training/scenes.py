"""Training scenes: what is in a picture, the captions that describe it, and its rendering in tensor operations.

A `Scene` is a symbolic description. `place` turns it into numbers (positions, sizes, colours), `render` draws a
batch of placed scenes at any resolution and in any window on the device of the training, so that pictures
never repeat, and the 64, 256 and 1024 pixel versions of a scene are the same scene.

World 0 holds shaded primitives on plain backgrounds. A later world adds its objects to `SHAPES` (a sprite is a
function like the others), its grounds to `BACKGROUNDS` and its phrases to the grammar.

Coordinates: the picture spans [-1, 1] in x (right) and y (down); a thing spans [-1, 1] around its centre in
units of its radius.
"""

import math
import random
import zlib
from dataclasses import dataclass, replace

import torch

# --- what exists -----------------------------------------------------------------------------------------
COLOURS = {
    "red": (0.87, 0.15, 0.15),
    "orange": (0.98, 0.53, 0.11),
    "yellow": (0.98, 0.84, 0.20),
    "green": (0.14, 0.63, 0.29),
    "blue": (0.17, 0.36, 0.86),
    "purple": (0.54, 0.26, 0.75),
    "pink": (0.96, 0.52, 0.73),
    "brown": (0.50, 0.31, 0.17),
    "black": (0.13, 0.13, 0.15),
    "white": (0.88, 0.88, 0.88),
}

# Paler than the things' colours, so that a red thing on a red ground stays visible.
BACKGROUNDS = {
    "white": (1.00, 1.00, 1.00),
    "red": (0.95, 0.49, 0.45),
    "orange": (0.99, 0.81, 0.62),
    "yellow": (1.00, 0.94, 0.65),
    "green": (0.69, 0.88, 0.66),
    "blue": (0.66, 0.80, 0.98),
    "purple": (0.84, 0.76, 0.97),
    "pink": (1.00, 0.81, 0.87),
    "brown": (0.67, 0.51, 0.38),
    "black": (0.08, 0.08, 0.10),
    "gray": (0.74, 0.74, 0.75),
}

# Top and bottom edge of each shape in its own units: stacked things touch there.
EDGES = {
    "circle": (-0.95, 0.95),
    "square": (-0.85, 0.85),
    "triangle": (-0.95, 0.80),
    "star": (-0.98, 0.80),
    "heart": (-0.88, 0.95),
    "ring": (-0.95, 0.95),
    "cross": (-0.93, 0.93),
    "cube": (-1.00, 1.00),
    "sphere": (-0.95, 0.95),
    "cylinder": (-0.95, 0.95),
    "cone": (-0.98, 0.96),
    "pyramid": (-0.95, 0.92),
}
SHAPE_NAMES = tuple(EDGES)
FLAT = ("circle", "square", "triangle", "star", "heart", "ring", "cross")

PAIR_RELATIONS = ("on top", "above", "left", "next")


@dataclass(frozen=True)
class Thing:
    shape: str
    colour: str
    size: str = ""  # "", "small" or "big"


@dataclass(frozen=True)
class Scene:
    """`relation`: "single"; "count" (equal things); "on top", "above", "left", "next" (the first thing stands so
    to the second; "next" is left or right); "row" (left to right) or "stack" (top to bottom) of three."""

    things: tuple[Thing, ...]
    relation: str
    background: str = "white"


def is_held_out(scene: Scene) -> bool:
    """One in twenty combinations of two different things, for every relation; training never sees them."""
    if len(scene.things) != 2 or scene.relation == "count":
        return False
    pair = sorted(f"{thing.colour} {thing.shape}" for thing in scene.things)
    return zlib.crc32(" ".join(pair).encode()) % 20 == 0


# --- drawing symbolic scenes at random -------------------------------------------------------------------
RELATION_WEIGHTS = {
    "single": 28,
    "count": 14,
    "on top": 16,
    "above": 10,
    "left": 10,
    "next": 8,
    "row": 8,
    "stack": 6,
}


def sample_scene(rng: random.Random, world: int, held_out: bool = False) -> Scene:
    """A random scene of the world; with `held_out` one of those that training never sees."""
    if world != 0:
        raise ValueError(f"world {world} does not exist; there is world 0, primitives on plain backgrounds")
    while True:
        scene = any_scene(rng)
        if is_held_out(scene) == held_out:
            return scene


def any_scene(rng: random.Random) -> Scene:
    relation = rng.choices(list(RELATION_WEIGHTS), RELATION_WEIGHTS.values())[0]
    background = "white" if rng.random() < 0.5 else rng.choice(list(BACKGROUNDS))
    if relation == "single":
        things = (_thing(rng, 0.4),)
    elif relation == "count":
        things = (_thing(rng, 0.0),) * rng.choice((2, 3))
    elif relation in ("row", "stack"):
        things = tuple(_thing(rng, 0.0) for _ in range(3))
    else:
        things = _pair(rng)
    # A thing on a ground of its own colour teaches nothing; white on white is what "a white cube" means.
    grounds = {thing.colour for thing in things} - {"white"}
    if background in grounds:
        background = "white"
    return Scene(things, relation, background)


def _thing(rng: random.Random, sized: float) -> Thing:
    size = rng.choice(("small", "big")) if rng.random() < sized else ""
    return Thing(rng.choice(SHAPE_NAMES), rng.choice(list(COLOURS)), size)


def _pair(rng: random.Random) -> tuple[Thing, Thing]:
    first, second = _thing(rng, 0.1), _thing(rng, 0.1)
    if rng.random() < 0.35:  # same shape, colours apart: the binding problem in its purest form
        second = replace(second, shape=first.shape)
    return first, second


def hard_negatives(scene: Scene, rng: random.Random, count: int) -> list[Scene]:
    """`count` different scenes that share nearly all words with `scene` and mean something else."""
    things, candidates = scene.things, []
    if scene.relation == "single":
        candidates.append(replace(scene, things=things * 2, relation="count"))
        size = "small" if things[0].size == "big" else "big"
        candidates.append(replace(scene, things=(replace(things[0], size=size),)))
    elif scene.relation == "count":
        other = 2 if len(things) == 3 else 3
        candidates.append(replace(scene, things=things[:1] * other))
        candidates.append(replace(scene, things=things[:1], relation="single"))
    else:
        first, second = things[:2]
        rest = things[2:]
        if first.colour != second.colour and first.shape != second.shape:
            swapped = (replace(first, colour=second.colour), replace(second, colour=first.colour))
            candidates.append(replace(scene, things=swapped + rest))
        if scene.relation != "next":
            candidates.append(replace(scene, things=(second, first) + rest))
            if rest:
                candidates.append(replace(scene, things=(first, rest[0], second)))
        if not rest:
            other = {"on top": "left", "above": "next", "left": "above", "next": "on top"}[scene.relation]
            candidates.append(replace(scene, relation=other))
    rng.shuffle(candidates)

    while len(candidates) < count + 2:  # one attribute changed
        index = rng.randrange(len(things))
        thing = things[index]
        kind = rng.random()
        if kind < 0.45:
            thing = replace(thing, colour=rng.choice(list(COLOURS)))
        elif kind < 0.9:
            thing = replace(thing, shape=rng.choice(SHAPE_NAMES))
        if scene.relation == "count":
            changed = (thing,) * len(things)
        else:
            changed = things[:index] + (thing,) + things[index + 1 :]
        background = scene.background if kind < 0.9 else rng.choice(list(BACKGROUNDS))
        candidates.append(replace(scene, things=changed, background=background))

    different = []
    for candidate in candidates:
        visible = candidate.background == "white" or candidate.background not in {t.colour for t in candidate.things}
        if visible and candidate != scene and candidate not in different and not is_held_out(candidate):
            different.append(candidate)
    return different[:count]


# --- captions --------------------------------------------------------------------------------------------
# The first word of each list is the plain one; the others are paraphrases of the same meaning.
SHAPE_WORDS = {
    "circle": ("circle", "disc"),
    "square": ("square",),
    "triangle": ("triangle",),
    "star": ("star",),
    "heart": ("heart",),
    "ring": ("ring", "hoop"),
    "cross": ("cross", "plus sign"),
    "cube": ("cube", "box", "block"),
    "sphere": ("sphere", "ball"),
    "cylinder": ("cylinder",),
    "cone": ("cone",),
    "pyramid": ("pyramid",),
}
COLOUR_WORDS = {name: (name,) for name in COLOURS} | {"purple": ("purple", "violet")}
SIZE_WORDS = {"": ("",), "small": ("small", "little", "tiny"), "big": ("big", "large", "huge")}
NUMBER_WORDS = {2: ("two", "2", "a pair of"), 3: ("three", "3")}
PLURALS = {"disc": "discs", "cross": "crosses", "box": "boxes", "plus sign": "plus signs"}

RELATION_PHRASES = {
    "on top": (
        "{a} on top of {b}",
        "{a} on {b}",
        "{a} standing on {b}",
        "{a} sitting on {b}",
        "{a} stacked on {b}",
        "{b} with {a} on top",
        "{b} with {a} on top of it",
    ),
    "above": (
        "{a} above {b}",
        "{a} over {b}",
        "{b} below {a}",
        "{b} under {a}",
        "{b} beneath {a}",
        "{b} underneath {a}",
    ),
    "left": (
        "{a} to the left of {b}",
        "{a} left of {b}",
        "{b} to the right of {a}",
        "{b} right of {a}",
        "{a} on the left and {b} on the right",
    ),
    "next": ("{a} next to {b}", "{a} beside {b}", "{a} and {b}", "{a} alongside {b}"),
    "row": ("{a}, {b} and {c}", "{a}, {b}, and {c}", "{a} and {b} and {c}"),
    "stack": ("{a} on top of {b} on top of {c}", "{a} on {b} on {c}"),
}
BACKGROUND_PHRASES = (
    "{x} on a {ground} background",
    "{x} with a {ground} background",
    "{x} against a {ground} background",
    "{x}, {ground} background",
)
FRAMES = ("{x}",) * 8 + ("a picture of {x}", "an image of {x}", "there is {x}", "{x}.")


class _First:
    """Stands in for a random source where the plain caption is wanted."""

    def choice(self, options):
        return options[0]

    def random(self):
        return 1.0


def with_article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def plural(words: str) -> str:
    return PLURALS.get(words, words + "s")


def _noun(thing: Thing, rng) -> str:
    words = (SIZE_WORDS[thing.size], COLOUR_WORDS[thing.colour], SHAPE_WORDS[thing.shape])
    # The plain word two times in three, so that synonyms do not starve it.
    return " ".join(options[0] if rng.random() < 0.66 else rng.choice(options) for options in words).strip()


def caption(scene: Scene, rng: random.Random | None = None) -> str:
    """Describes the scene; a random paraphrase with `rng`, otherwise the plain caption."""
    rng = rng or _First()
    things = scene.things
    if scene.relation == "single":
        noun = _noun(things[0], rng)
        text = noun if rng.random() < 0.15 else with_article(noun)
    elif scene.relation == "count":
        thing = things[0]
        shape = rng.choice(SHAPE_WORDS[thing.shape])
        number = rng.choice(NUMBER_WORDS[len(things)])
        text = f"{number} {rng.choice(COLOUR_WORDS[thing.colour])} {plural(shape)}"
    else:
        nouns = [with_article(_noun(thing, rng)) for thing in things]
        phrases = RELATION_PHRASES[scene.relation]
        phrase = phrases[0] if rng.random() < 0.3 else rng.choice(phrases)
        text = phrase.format(**dict(zip("abc", nouns)))

    if scene.background != "white" or rng.random() < 0.1:
        text = rng.choice(BACKGROUND_PHRASES).format(x=text, ground=scene.background)
    return rng.choice(FRAMES).format(x=text)


# --- placing ---------------------------------------------------------------------------------------------
@dataclass
class Placed:
    """A scene in numbers. `things`: (shape, colour RGB, x, y, radius, rotation) from back to front; unit range."""

    things: list[tuple[str, tuple[float, float, float], float, float, float, float]]
    background: tuple[float, float, float]


RADII = {"": (0.44, 0.54), "small": (0.20, 0.27), "big": (0.68, 0.80)}  # a single thing
PAIR_RADII = {"": (0.34, 0.42), "small": (0.18, 0.22), "big": (0.50, 0.56)}
TRIO_RADII = (0.24, 0.29)


def place(scene: Scene, rng: random.Random) -> Placed:
    """Chooses positions, sizes and small variations of colour that fit the scene's meaning."""
    things, relation = scene.things, scene.relation
    if relation == "single":
        radius = rng.uniform(*RADII[things[0].size])
        room = min(0.22, 0.96 - radius)
        spots = [(rng.uniform(-room, room), rng.uniform(-room, room), radius)]
    elif relation in ("on top", "stack"):
        spots = _stacked(things, [_radius(thing, len(things), rng) for thing in things], rng)
    elif relation == "above":
        radii = [_radius(thing, 2, rng) * 0.88 for thing in things]
        x = rng.uniform(-0.2, 0.2)
        gap = rng.uniform(0.12, 0.24)
        total = 2 * sum(radii) + gap
        top = -total / 2 + rng.uniform(-0.05, 0.05)
        spots = [
            (x + rng.uniform(-0.05, 0.05), top + radii[0], radii[0]),
            (x + rng.uniform(-0.05, 0.05), top + total - radii[1], radii[1]),
        ]
    else:  # side by side
        same = _radius(things[0], len(things), rng)
        radii = [same if relation == "count" else _radius(thing, len(things), rng) for thing in things]
        spots = _row(radii, rng)
        if relation == "next" and rng.random() < 0.5:
            spots = [(-x, y, radius) for x, y, radius in spots]

    placed = []
    for thing, (x, y, radius) in zip(things, spots):
        turn = rng.gauss(0, 0.06) if thing.shape in FLAT and relation not in ("on top", "stack") else 0.0
        light = rng.uniform(0.95, 1.05)
        colour = tuple(min(1.0, c * light * rng.uniform(0.97, 1.03)) for c in COLOURS[thing.colour])
        placed.append((thing.shape, colour, x, y, radius, turn))
    return Placed(placed, BACKGROUNDS[scene.background])


def _radius(thing: Thing, count: int, rng: random.Random) -> float:
    return rng.uniform(*(PAIR_RADII[thing.size] if count == 2 else TRIO_RADII))


def _stacked(things, radii, rng):
    """From top to bottom, each touching the next."""
    heights = [(EDGES[t.shape][1] - EDGES[t.shape][0]) * r for t, r in zip(things, radii)]
    top = -sum(heights) / 2 + rng.uniform(-0.06, 0.06)
    x = rng.uniform(-0.18, 0.18)
    spots = []
    for thing, radius, height in zip(things, radii, heights):
        spots.append((x + rng.uniform(-0.04, 0.04), top - EDGES[thing.shape][0] * radius, radius))
        top += height - 0.01
    return spots


def _row(radii, rng):
    gap = rng.uniform(0.06, 0.12)
    width = 2 * sum(radii) + gap * (len(radii) - 1)
    left = -width / 2 + rng.uniform(-0.04, 0.04)
    y = rng.uniform(-0.2, 0.2)
    spots = []
    for radius in radii:
        spots.append((left + radius, y + rng.uniform(-0.04, 0.04), radius))
        left += 2 * radius + gap
    return spots


# --- shapes as distance fields ---------------------------------------------------------------------------
# Each shape function gets u, v (N, H, W) in the thing's units, `pixel` (N, 1, 1), a pixel's width in these
# units, and colour (N, 3, 1, 1); it returns RGB (N, 3, H, W) and coverage (N, H, W), both in unit range.


def _cover(distance, pixel):
    """Antialiased inside-ness of a signed distance (negative inside)."""
    return (0.5 - distance / pixel).clamp(0, 1)


def _length(u, v):
    return (u * u + v * v).sqrt()


def _polygon(u, v, points):
    """Signed distance to a convex polygon given clockwise on screen; exact along its edges."""
    distance = None
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1]):
        length = math.hypot(x1 - x0, y1 - y0)
        edge = ((u - x0) * (y1 - y0) - (v - y0) * (x1 - x0)) / length
        distance = edge if distance is None else torch.maximum(distance, edge)
    return distance


def _mix(a, b, amount):
    """a where amount is 0, b where it is 1; amount (N, H, W)."""
    return a + (b - a) * amount[:, None]


def _lighter(colour, amount):
    return colour + (1 - colour) * amount


def _flat(distance, v, pixel, colour):
    """A flat shape: a gentle gradient from top to bottom and a thin darker rim."""
    body = colour * (1.05 - 0.09 * (v[:, None] + 1))
    body = body.clamp(0, 1)
    rim = 1 - _cover(distance + 0.05, pixel)
    return _mix(body, (colour * 0.62).expand_as(body), rim), _cover(distance, pixel)


def _circle(u, v, pixel, colour):
    return _flat(_length(u, v) - 0.95, v, pixel, colour)


def _square(u, v, pixel, colour):
    return _flat(torch.maximum(u.abs(), v.abs()) - 0.85, v, pixel, colour)


def _triangle(u, v, pixel, colour):
    return _flat(_polygon(u, v, [(0, -0.95), (0.98, 0.8), (-0.98, 0.8)]), v, pixel, colour)


def _star(u, v, pixel, colour):
    sector = 2 * math.pi / 5
    angle = (torch.remainder(torch.atan2(u, -v) + sector / 2, sector) - sector / 2).abs()
    radius = _length(u, v)
    x, y = radius * angle.cos(), radius * angle.sin()
    x1, y1 = 0.42 * math.cos(sector / 2), 0.42 * math.sin(sector / 2)  # inner corner; the tip is (0.98, 0)
    length = math.hypot(x1 - 0.98, y1)
    distance = ((x - 0.98) * y1 - y * (x1 - 0.98)) / length
    return _flat(distance, v, pixel, colour)


def _heart(u, v, pixel, colour):
    side = u.abs()
    lobe = _length(side - 0.47, v + 0.38) - 0.5
    # The part below: between the tangents from the tip (0, 0.95) to the lobes and the lobes' centres.
    tangent = side * 0.7636 - (0.95 - v) * 0.6457
    shoulder = (side - 0.47) * 0.6457 - (v + 0.38) * 0.7636
    below = torch.maximum(torch.maximum(tangent, shoulder), -0.4 - v)
    return _flat(torch.minimum(lobe, below), v, pixel, colour)


def _ring(u, v, pixel, colour):
    return _flat((_length(u, v) - 0.68).abs() - 0.27, v, pixel, colour)


def _cross(u, v, pixel, colour):
    a, b = u.abs(), v.abs()
    upright = torch.maximum(a - 0.32, b - 0.93)
    beam = torch.maximum(a - 0.93, b - 0.32)
    return _flat(torch.minimum(upright, beam), v, pixel, colour)


def _cube(u, v, pixel, colour):
    silhouette = torch.maximum(u.abs() - 0.866, u.abs() * 0.5 + v.abs() * 0.866 - 0.866)
    top = _cover(v * 0.866 + u.abs() * 0.5, pixel)
    right = _cover(-u, pixel)
    faces = _mix((colour * 0.86).expand(-1, -1, *u.shape[1:]), colour * 0.56, right)
    return _mix(faces, _lighter(colour, 0.32), top), _cover(silhouette, pixel)


def _sphere(u, v, pixel, colour):
    x, y = u / 0.95, v / 0.95
    z = (1 - x * x - y * y).clamp_min(0).sqrt()
    light = (-0.45 * x - 0.55 * y + 0.70 * z).clamp_min(0)
    body = (colour * (0.42 + 0.68 * light)[:, None]).clamp(0, 1)
    gloss = (1 - _length(x + 0.36, y + 0.42) / 0.34).clamp(0, 1)
    return _mix(body, torch.ones_like(body), 0.75 * gloss), _cover(_length(u, v) - 0.95, pixel)


def _round_body(across, colour):
    """Shading of an upright round body; `across` runs from -1 at its left edge to 1 at its right."""
    light = 1.08 - 0.5 * (across + 0.35).abs().clamp(0, 1.35) ** 1.5 * 0.75
    return (colour * light[:, None]).clamp(0, 1)


def _ellipse(u, v, width, height):
    """Approximate distance to an upright ellipse, exact in v at u = 0."""
    return (_length(u / width, v / height) - 1) * height


def _cylinder(u, v, pixel, colour):
    body = torch.maximum(u.abs() - 0.74, v.abs() - 0.7)
    lid = _ellipse(u, v + 0.7, 0.74, 0.25)
    silhouette = torch.minimum(torch.minimum(body, lid), _ellipse(u, v - 0.7, 0.74, 0.25))
    return _mix(_round_body(u / 0.74, colour), _lighter(colour, 0.35), _cover(lid, pixel)), _cover(silhouette, pixel)


def _cone(u, v, pixel, colour):
    body = _polygon(u, v, [(0, -0.98), (0.82, 0.72), (-0.82, 0.72)])
    silhouette = torch.minimum(body, _ellipse(u, v - 0.72, 0.82, 0.24))
    half_width = (0.82 * (v + 0.98) / 1.7).clamp_min(0.02)
    return _round_body((u / half_width).clamp(-1, 1), colour), _cover(silhouette, pixel)


def _pyramid(u, v, pixel, colour):
    silhouette = _polygon(u, v, [(0, -0.95), (0.95, 0.45), (0.2, 0.92), (-0.95, 0.6)])
    # The edge from the apex to the front corner (0.2, 0.92) parts the lit face from the dark one.
    right = _cover(-(u * 1.87 - (v + 0.95) * 0.2) / 1.881, pixel)
    lit = _lighter(colour, 0.18).expand(-1, -1, *u.shape[1:])
    return _mix(lit, colour * 0.58, right), _cover(silhouette, pixel)


SHAPES = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "heart": _heart,
    "ring": _ring,
    "cross": _cross,
    "cube": _cube,
    "sphere": _sphere,
    "cylinder": _cylinder,
    "cone": _cone,
    "pyramid": _pyramid,
}


# --- rendering -------------------------------------------------------------------------------------------
def render(placed: list[Placed], size: int, device="cpu", windows=None) -> torch.Tensor:
    """Draws the scenes at `size` x `size` pixels -> (B, 3, size, size), float32, signed range.

    `windows`: one (left, top, width) per scene in scene coordinates, default the whole picture (-1, -1, 2).
    Pixels are averaged analytically (distance fields), so a small rendering equals a reduced large one.
    """
    batch = len(placed)
    windows = windows or [(-1.0, -1.0, 2.0)] * batch
    centres = (torch.arange(size, device=device, dtype=torch.float32) + 0.5) / size
    layers = max(len(scene.things) for scene in placed)
    colours = torch.zeros(batch, layers, 3, size, size, device=device)
    covers = torch.zeros(batch, layers, size, size, device=device)

    by_shape: dict[str, list] = {}
    for index, scene in enumerate(placed):
        for layer, (shape, colour, x, y, radius, turn) in enumerate(scene.things):
            numbers = (*colour, x, y, radius, math.cos(turn), math.sin(turn), *windows[index])
            by_shape.setdefault(shape, []).append((index, layer, numbers))

    for shape, entries in by_shape.items():
        index = torch.tensor([entry[0] for entry in entries], device=device)
        layer = torch.tensor([entry[1] for entry in entries], device=device)
        numbers = torch.tensor([entry[2] for entry in entries], device=device)
        x, y, radius, cosine, sine, left, top, width = (column[:, None, None] for column in numbers[:, 3:].unbind(1))
        dx = (left + width * centres[None, None, :] - x) / radius  # (N, 1, W)
        dy = (top + width * centres[None, :, None] - y) / radius  # (N, H, 1)
        u, v = cosine * dx + sine * dy, cosine * dy - sine * dx
        colour, cover = SHAPES[shape](u, v, width / size / radius, numbers[:, :3, None, None])
        colours[index, layer] = colour
        covers[index, layer] = cover

    grounds = torch.tensor([scene.background for scene in placed], device=device)
    picture = grounds[:, :, None, None].expand(-1, -1, size, size)
    for layer in range(layers):
        picture = picture + (colours[:, layer] - picture) * covers[:, layer, None]
    return picture * 2 - 1


class SceneSource:
    """An endless stream of scenes of one world from one seed."""

    def __init__(self, seed: int, world: int = 0):
        self.rng = random.Random(seed)
        self.world = world

    def scenes(self, count: int) -> list[Scene]:
        return [sample_scene(self.rng, self.world) for _ in range(count)]

    def families(self, count: int, size: int) -> list[Scene]:
        """`count` scenes, each followed by its hard negatives, `size` scenes together per family."""
        scenes = []
        while len(scenes) < count * size:
            scene = sample_scene(self.rng, self.world)
            negatives = hard_negatives(scene, self.rng, size - 1)
            if len(negatives) == size - 1:
                scenes += [scene, *negatives]
        return scenes

    def place(self, scenes: list[Scene]) -> list[Placed]:
        return [place(scene, self.rng) for scene in scenes]

    def captions(self, scenes: list[Scene]) -> list[str]:
        return [caption(scene, self.rng) for scene in scenes]
