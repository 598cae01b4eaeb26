"""Training scenes: what is in a picture, the captions that describe it, and where everything stands.

A `Scene` is a symbolic description. `place` turns it into numbers (positions, sizes, colours) and `drawing.render`
draws those at any resolution, so that pictures never repeat.

World 0 holds shaded primitives on plain backgrounds. World 1 adds forty sprites, four scenic backgrounds and two
styles; world 2 more sprites, hats on heads, four styles, signs with words, and crowds. World 3 is world 1 with sixty
other, larger sprites, hats on heads and signs with short words; what one caption shows varies far more (place, size,
tilt, mirror, light, tint of the ground, shadow). It is learned in parts (config.PARTS).
"""

import math
import os
import random
import zlib
from dataclasses import dataclass, replace

import config
import drawing
import fluent
import sprites
from drawing import GROUNDS, STYLES, Placed, render

__all__ = ["Placed", "render"]  # what draws a scene, for those who draw scenes

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
HATS = ("party hat", *sprites.HATS)
WORDS = (
    "open closed deep learning hello world stop go art music food water fire earth moon star cat dog bird fish tree "
    "home school shop bank hotel cafe pizza tea milk bread apple happy sad love hope peace joy fun play work rest run "
    "walk jump sing dance read write draw paint think dream light dark day night sun rain snow wind sea lake river "
    "hill rock sand gold iron red blue green pink black white big small hot cold old new fast slow north south east "
    "west left right up down in out yes no exit enter sale free help pay park bus train taxi car bike road bridge"
).split()

LONGEST_WORD = 5  # letters, on the signs of world 3: at 64 pixels a letter is ten wide then


def sign_words(world: int) -> list[str]:
    return [word for word in WORDS if len(word) <= LONGEST_WORD] if world == 3 else WORDS


@dataclass(frozen=True)
class Thing:
    shape: str  # a primitive, or a sprite, which brings its own colours
    colour: str  # "" for sprites
    size: str = ""  # "", "small" or "big"
    hat: str = ""  # on a head


@dataclass(frozen=True)
class Scene:
    """`relation`: "single"; "count" (equal things); "on top", "above", "left", "next" (the first thing stands so
    to the second; "next" is left or right); "row" (left to right) or "stack" (top to bottom) of three; "crowd" (four or
    five anywhere); "sign" (a board of the first thing's colour with `words`). `background` is plain or scenic."""

    things: tuple[Thing, ...]
    relation: str
    background: str = "white"
    style: str = ""
    words: str = ""


def _one_in(share: int, text: str) -> bool:
    return zlib.crc32(text.encode()) % share == 0


def is_held_out(scene: Scene) -> bool:
    """What training never sees: one in twenty combinations of two different things (for every relation), one in ten of
    heads and hats, one in ten words."""
    if any(thing.hat and _one_in(10, f"{thing.hat} {thing.shape}") for thing in scene.things):
        return True
    if scene.relation == "sign":
        return any(_one_in(10, word) for word in scene.words.split())
    if len(scene.things) != 2 or scene.relation == "count":
        return False
    pair = sorted(f"{thing.colour} {thing.shape}".strip() for thing in scene.things)
    return _one_in(20, " ".join(pair))


# --- what each world has ---------------------------------------------------------------------------------
WORLDS = (0, 1, 2, 3)
WITH_HATS = WITH_SIGNS = (2, 3)


def sprite_names(world: int) -> tuple[str, ...]:
    return ((), sprites.WORLD_1, sprites.WORLD_2, sprites.WORLD_3)[world] if SPRITE_SHARE else ()


def hat_names(world: int) -> tuple[str, ...]:
    if world == 3:
        return ("party hat", *fluent.HATS)
    return HATS if world in WITH_HATS else ()


def thing_names(world: int) -> tuple[str, ...]:
    return (*SHAPE_NAMES, *sprite_names(world))


def ground_names(world: int) -> tuple[str, ...]:
    return (*BACKGROUNDS, *(GROUNDS if world else ()))


def style_names(world: int) -> tuple[str, ...]:
    return ((), STYLES[:2], STYLES, STYLES[:2])[world]


def relation_names(world: int) -> tuple[str, ...]:
    return (*RELATION_WEIGHTS, *((), (), ("crowd", "sign"), ("sign",))[world])


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
# Of the things from world 1 on; binding colours needs the primitives. With SPRITE_SHARE=0 a world has none: a decoder
# needs millions of samples more before an animal is one, but only some hundred thousand for styles and scenic grounds.
SPRITE_SHARE = float(os.environ.get("SPRITE_SHARE", 0.45))
SCENIC_SHARE = 0.2
STYLED_SHARE = 0.25
HAT_SHARE = 0.35  # of the heads in world 2
WORLD_SHARES = {"sprites": SPRITE_SHARE, "hats": HAT_SHARE, "scenic": SCENIC_SHARE, "styled": STYLED_SHARE}


def sample_scene(
    rng: random.Random, world: int, held_out: bool = False, weights: dict | None = None, part: str = config.PART
) -> Scene:
    """A random scene of the world; with `held_out` one of those that training never sees. `weights` replace
    RELATION_WEIGHTS; `part` says which part of world 3 is drawn."""
    if world not in WORLDS:
        raise ValueError(f"world {world} does not exist; there are worlds 0 to 3")
    while True:
        scene = any_scene(rng, world, weights, part)
        if is_held_out(scene) == held_out:
            return scene


def any_scene(rng: random.Random, world: int = 0, weights: dict | None = None, part: str = config.PART) -> Scene:
    weights = weights or RELATION_WEIGHTS
    shares = config.PARTS[part] if world == 3 else WORLD_SHARES
    if world == 3:
        kind = rng.random()
        if kind < shares["large"]:
            return _set(rng, Scene((_large(rng, shares["hats"]),), "single"), shares, world)
        if kind < shares["large"] + shares["signs"]:
            return _sign(rng, world)
    if world == 2 and rng.random() < 0.10:
        return _sign(rng, world)
    if world == 2 and rng.random() < 0.04:
        things = tuple(_thing(rng, 0.0, shares, world) for _ in range(rng.choice((4, 5))))
        return _set(rng, Scene(things, "crowd"), shares, world)
    relation = rng.choices(list(weights), weights.values())[0]
    if relation == "single":
        things = (_thing(rng, 0.4, shares, world),)
    elif relation == "count":
        things = (_thing(rng, 0.0, shares, world),) * rng.choice((2, 3))
    elif relation in ("row", "stack"):
        things = tuple(_thing(rng, 0.0, shares, world) for _ in range(3))
    else:
        things = _pair(rng, shares, world)
    return _set(rng, Scene(things, relation), shares, world)


def _set(rng: random.Random, scene: Scene, shares: dict, world: int) -> Scene:
    """Chooses where the scene is and how it is made."""
    background = "white" if rng.random() < 0.5 else rng.choice(list(BACKGROUNDS))
    if world and rng.random() < shares["scenic"]:
        background = rng.choice(list(GROUNDS))
    # A thing on a ground of its own colour teaches nothing; white on white is what "a white cube" means.
    grounds = {thing.colour for thing in scene.things} - {"white"}
    if background in grounds:
        background = "white"
    style = rng.choice(style_names(world)) if world and rng.random() < shares["styled"] else ""
    return replace(scene, background=background, style=style)


def _thing(rng: random.Random, sized: float, shares: dict, world: int = 0) -> Thing:
    size = rng.choice(("small", "big")) if rng.random() < sized else ""
    if world and rng.random() < shares["sprites"]:
        return _sprite(rng, size, shares["hats"], world)
    return Thing(rng.choice(SHAPE_NAMES), rng.choice(list(COLOURS)), size)


def _sprite(rng: random.Random, size: str, hats: float, world: int) -> Thing:
    name = rng.choice(sprite_names(world))
    wears = world in WITH_HATS and name in sprites.heads(world) and rng.random() < hats
    return Thing(name, "", size, rng.choice(hat_names(world)) if wears else "")


def _large(rng: random.Random, hats: float) -> Thing:
    """A single sprite of world 3, in one scene of five said to be big."""
    return _sprite(rng, "big" if rng.random() < 0.2 else "", hats, 3)


def _pair(rng: random.Random, shares: dict, world: int = 0) -> tuple[Thing, Thing]:
    first, second = _thing(rng, 0.1, shares, world), _thing(rng, 0.1, shares, world)
    if first.colour and second.colour and rng.random() < 0.35:  # same shape, colours apart: binding in its purest form
        second = replace(second, shape=first.shape)
    return first, second


def _sign(rng: random.Random, world: int) -> Scene:
    words = rng.choice(sign_words(world))
    if rng.random() < 0.2:  # letters that make no word: reading, not recognising
        words = "".join(rng.choice(sprites.LETTERS) for _ in range(rng.randint(2, LONGEST_WORD if world == 3 else 6)))
    elif world == 2 and rng.random() < 0.3:
        words += " " + rng.choice(WORDS)
    colour = rng.choice(("white", "yellow", "pink", "orange", "white"))
    background = "white" if rng.random() < 0.5 else rng.choice(list(BACKGROUNDS))
    return Scene((Thing("sign", colour),), "sign", "white" if background == colour else background, words=words)


def hard_negatives(scene: Scene, rng: random.Random, count: int, world: int = 0) -> list[Scene]:
    """`count` different scenes that share nearly all words with `scene` and mean something else."""
    candidates = _close_scenes(scene, rng, world)
    rng.shuffle(candidates)
    while len(candidates) < count + 2:
        candidates.append(_one_changed(scene, rng, world))

    different = []
    for candidate in candidates:
        visible = candidate.background == "white" or candidate.background not in {t.colour for t in candidate.things}
        if visible and candidate != scene and candidate not in different and not is_held_out(candidate):
            different.append(candidate)
    return different[:count]


def _close_scenes(scene: Scene, rng: random.Random, world: int) -> list[Scene]:
    things, candidates = scene.things, []
    if scene.relation == "single":
        candidates.append(replace(scene, things=things * 2, relation="count"))
        size = "small" if things[0].size == "big" else "big"
        candidates.append(replace(scene, things=(replace(things[0], size=size),)))
        if things[0].hat:
            candidates.append(replace(scene, things=(replace(things[0], hat=""),)))
            candidates.append(replace(scene, things=(replace(things[0], hat=rng.choice(hat_names(world))),)))
        if world == 3 and not things[0].colour:
            candidates += [replace(scene, things=(_look_alike(things[0], rng),)) for _ in range(2)]
    elif scene.relation == "count":
        other = 2 if len(things) == 3 else 3
        candidates.append(replace(scene, things=things[:1] * other))
        candidates.append(replace(scene, things=things[:1], relation="single"))
    elif scene.relation == "sign":
        at = rng.randrange(len(scene.words))
        changed = scene.words[:at] + rng.choice(sprites.LETTERS) + scene.words[at + 1 :]
        candidates.append(replace(scene, words=changed if scene.words[at] != " " else scene.words[::-1]))
        candidates.append(replace(scene, words=rng.choice(sign_words(world))))
    elif scene.relation != "crowd":
        first, second = things[:2]
        rest = things[2:]
        if first.colour and second.colour and first.colour != second.colour and first.shape != second.shape:
            swapped = (replace(first, colour=second.colour), replace(second, colour=first.colour))
            candidates.append(replace(scene, things=swapped + rest))
        if first.hat != second.hat:
            exchanged = (replace(first, hat=second.hat), replace(second, hat=first.hat))
            if all(thing.shape in sprites.heads(world) or not thing.hat for thing in exchanged):
                candidates.append(replace(scene, things=exchanged + rest))
        if scene.relation != "next":
            candidates.append(replace(scene, things=(second, first) + rest))
            if rest:
                candidates.append(replace(scene, things=(first, rest[0], second)))
        if not rest:
            other = {"on top": "left", "above": "next", "left": "above", "next": "on top"}[scene.relation]
            candidates.append(replace(scene, relation=other))
    if scene.style:
        candidates.append(replace(scene, style=rng.choice(("", *style_names(world)))))
    return candidates


def _look_alike(thing: Thing, rng: random.Random) -> Thing:
    """Another sprite of world 3 of the same group, with the hat that the first one wears."""
    return replace(thing, shape=rng.choice(fluent.look_alikes(thing.shape)))


def _one_changed(scene: Scene, rng: random.Random, world: int) -> Scene:
    """The scene with one attribute of one thing, or its background, drawn anew."""
    things = scene.things
    index = rng.randrange(len(things))
    thing = things[index]
    kind = rng.random()
    if scene.relation == "sign":
        if kind < 0.6:
            return replace(scene, words=rng.choice(sign_words(world)))
        return replace(scene, background=rng.choice(list(BACKGROUNDS)))
    if kind < 0.45 and thing.colour:
        thing = replace(thing, colour=rng.choice(list(COLOURS)))
    elif kind < 0.6 and world == 3 and not thing.colour:
        thing = _look_alike(thing, rng)
    elif kind < 0.9:
        other = _thing(rng, 0.0, config.PARTS[config.PART] if world == 3 else WORLD_SHARES, world)
        # A primitive keeps its colour where it stays one.
        colour = thing.colour if other.colour and thing.colour else other.colour
        thing = Thing(other.shape, colour, thing.size, other.hat)
    if scene.relation == "count":
        changed = (thing,) * len(things)
    else:
        changed = things[:index] + (thing,) + things[index + 1 :]
    background = scene.background if kind < 0.9 else rng.choice(ground_names(world))
    return replace(scene, things=changed, background=background)


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
    "dog": ("dog", "puppy", "corgi"),
    "cat": ("cat", "kitten"),
    "rabbit": ("rabbit", "bunny"),
    "soccer ball": ("soccer ball", "football"),
    "sailboat": ("sailboat", "boat"),
    "coffee": ("coffee", "cup of coffee"),
    "couch": ("couch", "sofa"),
    "chair": ("chair",),
    "gift": ("gift", "present"),
    "clock": ("clock", "alarm clock"),
    "airplane": ("airplane", "plane"),
    "donut": ("donut", "doughnut"),
    "cake": ("cake", "birthday cake"),
    "light bulb": ("light bulb", "bulb"),
}
COLOUR_WORDS = {name: (name,) for name in COLOURS} | {"purple": ("purple", "violet")}
SIZE_WORDS = {"": ("",), "small": ("small", "little", "tiny"), "big": ("big", "large", "huge")}
NUMBER_WORDS = {2: ("two", "2", "a pair of"), 3: ("three", "3")}
PLURALS = {"mouse": "mice", "wolf": "wolves", "leaf": "leaves", "fish": "fish", "cup of coffee": "cups of coffee"}

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
HAT_PHRASES = ("{x} wearing {hat}", "{x} with {hat}", "{x} in {hat}", "{x} that wears {hat}")
SIGN_PHRASES = ("{a} that says {words}", "{a} saying {words}", "{a} with the words {words}", "{a} reading {words}")
SCENIC_PHRASES = {
    "beach": ("{x} on a beach", "{x} at the beach", "{x} by the sea"),
    "meadow": ("{x} in a meadow", "{x} on the grass", "{x} in a green field"),
    "night sky": ("{x} under a night sky", "{x} at night", "{x} under the stars"),
    "snow": ("{x} in the snow", "{x} on snow", "{x} in a snowy landscape"),
}
STYLE_PHRASES = {
    "pencil sketch": ("a pencil sketch of {x}", "a pencil drawing of {x}", "{x}, pencil sketch"),
    "pixel art": ("pixel art of {x}", "{x}, pixel art", "{x} in pixel art style"),
    "oil painting": ("an oil painting of {x}", "{x}, oil painting", "a painting of {x} in oil"),
    "photograph": ("a photo of {x}", "a photograph of {x}", "{x}, photograph"),
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
    return ("an " if words[0] in "aeiou" and not words.startswith(("uni", "eu")) else "a ") + words


def plural(words: str) -> str:
    if words in PLURALS:
        return PLURALS[words]
    if words.endswith(("s", "x", "ch", "sh")):
        return words + "es"
    return words[:-1] + "ies" if words[-1] == "y" and words[-2] not in "aeiou" else words + "s"


def _noun(thing: Thing, rng) -> str:
    shape = SHAPE_WORDS.get(thing.shape, (thing.shape,))
    words = [options for options in (SIZE_WORDS[thing.size], COLOUR_WORDS.get(thing.colour), shape) if options]
    # The plain word two times in three, so that synonyms do not starve it.
    return " ".join(options[0] if rng.random() < 0.66 else rng.choice(options) for options in words).strip()


def _named(thing: Thing, rng) -> str:
    """The thing with its article and hat."""
    noun = with_article(_noun(thing, rng))
    return rng.choice(HAT_PHRASES).format(x=noun, hat=with_article(thing.hat)) if thing.hat else noun


def caption(scene: Scene, rng: random.Random | None = None) -> str:
    """Describes the scene; a random paraphrase with `rng`, otherwise the plain caption."""
    rng = rng or _First()
    things = scene.things
    if scene.relation == "single":
        noun = _noun(things[0], rng)
        if things[0].hat:
            text = _named(things[0], rng)
        else:
            text = noun if rng.random() < 0.15 else with_article(noun)
    elif scene.relation == "count":
        thing = things[0]
        shape = plural(rng.choice(SHAPE_WORDS.get(thing.shape, (thing.shape,))))
        number = rng.choice(NUMBER_WORDS[len(things)])
        colour = rng.choice(COLOUR_WORDS[thing.colour]) + " " if thing.colour else ""
        text = f"{number} {colour}{shape}"
        if thing.hat:
            text += f" wearing {plural(thing.hat)}"
    elif scene.relation == "sign":
        colour = "" if things[0].colour == "white" and rng.random() < 0.7 else things[0].colour
        text = rng.choice(SIGN_PHRASES).format(a=with_article(f"{colour} sign".strip()), words=scene.words)
    elif scene.relation == "crowd":
        names = [_named(thing, rng) for thing in things]
        text = ", ".join(names[:-1]) + " and " + names[-1]
    else:
        nouns = [_named(thing, rng) for thing in things]
        phrases = RELATION_PHRASES[scene.relation]
        phrase = phrases[0] if rng.random() < 0.3 else rng.choice(phrases)
        text = phrase.format(**dict(zip("abc", nouns)))

    if scene.background in SCENIC_PHRASES:
        text = rng.choice(SCENIC_PHRASES[scene.background]).format(x=text)
    elif scene.background != "white" or rng.random() < 0.1:
        text = rng.choice(BACKGROUND_PHRASES).format(x=text, ground=scene.background)
    if scene.style:
        return rng.choice(STYLE_PHRASES[scene.style]).format(x=text)
    return rng.choice(FRAMES).format(x=text)


# --- placing ---------------------------------------------------------------------------------------------
RADII = {"": (0.44, 0.54), "small": (0.20, 0.27), "big": (0.68, 0.80)}  # a single thing
PAIR_RADII = {"": (0.34, 0.42), "small": (0.18, 0.22), "big": (0.50, 0.56)}
TRIO_RADII = (0.24, 0.29)
# World 3's single things: the middle size is 36 to 54 pixels of 64 wide, a big one up to 60.
LARGE_RADII = {"": (0.56, 0.84), "small": (0.28, 0.40), "big": (0.86, 0.94)}
HEAD_RADII = {"": (0.42, 0.56), "small": (0.24, 0.32), "big": (0.58, 0.66)}  # of heads that wear hats


def place(scene: Scene, rng: random.Random, world: int = config.WORLD) -> Placed:
    """Chooses positions, sizes and small variations of colour that fit the scene's meaning; in world 3 tilt, mirror,
    light, tint of the ground and shadows too."""
    things, relation, varied = scene.things, scene.relation, world == 3
    if relation == "single" and varied:
        spots = [_large_spot(things[0], rng)]
    elif relation == "single":
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
    elif relation == "crowd":
        spots = _scattered(things, rng)
    elif relation == "sign":
        return _placed_sign(scene, rng, varied)
    else:  # side by side
        same = _radius(things[0], len(things), rng)
        radii = [same if relation == "count" else _radius(thing, len(things), rng) for thing in things]
        spots = _row(radii, rng)
        if relation == "next" and rng.random() < 0.5:
            spots = [(-x, y, radius) for x, y, radius in spots]

    if scene.background in GROUNDS:
        spots = _lowered(things, spots, relation)
    placed, hats, shadows = [], [], []
    for thing, (x, y, radius) in zip(things, spots):
        steady = relation in ("on top", "stack") or thing.hat or scene.background in GROUNDS
        tilts = thing.shape in FLAT or not thing.colour
        turn = rng.gauss(0, 0.06) if not steady and tilts else 0.0
        if varied and tilts:
            turn = max(-0.4, min(0.4, rng.gauss(0, 0.05 if steady else 0.14)))
        placed.append((thing.shape, _tinted(thing.colour, rng), x, y, radius, turn))
        if thing.hat:
            colour = _tinted(rng.choice(("red", "blue", "yellow", "pink", "green", "purple")), rng)
            top = sprites.top_of_head(thing.shape) if varied else _edges(thing.shape)[0]
            # A worn crown or hat sits lower than a cone on its tip; it tilts with the head.
            away = (0.22 if not varied else 0.36 if thing.hat == "party hat" else 0.26) * radius - top * radius
            hat_x, hat_y = x + math.sin(turn) * away, y - math.cos(turn) * away
            hats.append((thing.hat, colour, hat_x, hat_y, 0.52 * radius, turn))
        bottom = y + _edges(thing.shape)[1] * radius
        standing = relation not in ("on top", "above", "stack") or thing is things[-1]
        if standing and (scene.background in GROUNDS or (varied and relation != "above" and rng.random() < 0.4)):
            shadows.append(("shadow", (0.05, 0.05, 0.08), x, bottom, 1.05 * radius, 0.0))
    plain = BACKGROUNDS.get(scene.background, (1.0, 1.0, 1.0))
    ground = scene.background if scene.background in GROUNDS else ""
    phases = tuple(rng.random() for _ in range(4)) if ground or scene.style else (0.0,) * 4
    return _lit(Placed(placed + hats, plain, ground, scene.style, phases, shadows), rng, varied)


def _large_spot(thing: Thing, rng: random.Random):
    """Place and size of a single thing of world 3; a hat needs height above it."""
    radius = rng.uniform(*(HEAD_RADII if thing.hat else LARGE_RADII)[thing.size])
    above = 0.62 * radius if thing.hat else 0.0
    across = min(0.3, 0.97 - radius)
    top, bottom = radius + above - 0.97, 0.97 - radius
    middle = (top + bottom) / 2
    return rng.uniform(-across, across), middle + rng.uniform(-0.5, 0.5) * min(0.6, bottom - top), radius


def _lit(placed: Placed, rng: random.Random, varied: bool) -> Placed:
    """In world 3: light from a random side, sprites mirrored or not, the plain ground tinted a little."""
    if not varied:
        return placed
    tinted = tuple(min(1.0, c * rng.uniform(0.95, 1.03)) for c in placed.background)
    light = (rng.uniform(-math.pi, math.pi), rng.uniform(0.0, 0.22))
    return replace(placed, background=tinted, mirrored=rng.random() < 0.5, light=light)


def _tinted(colour: str, rng: random.Random) -> tuple[float, float, float]:
    """A colour in slightly varying light; sprites have none."""
    light = rng.uniform(0.95, 1.05)
    return tuple(min(1.0, c * light * rng.uniform(0.97, 1.03)) for c in COLOURS.get(colour, (0.0, 0.0, 0.0)))


def _edges(shape: str) -> tuple[float, float]:
    return EDGES[shape] if shape in EDGES else sprites.edges(shape)


def _lowered(things, spots, relation: str):
    """Moves a scene down so that it stands on its ground, not in the sky."""
    lowest = max(y + _edges(thing.shape)[1] * radius for thing, (_, y, radius) in zip(things, spots))
    if relation == "crowd":
        return spots
    down = min(0.72 - lowest, 0.45)
    return [(x, y + down, radius) for x, y, radius in spots]


def _scattered(things, rng: random.Random):
    """Apart from each other, anywhere."""
    spots = []
    while len(spots) < len(things):
        radius = rng.uniform(0.20, 0.27)
        for _ in range(40):
            x, y = rng.uniform(radius - 0.95, 0.95 - radius), rng.uniform(radius - 0.95, 0.95 - radius)
            if all((x - a) ** 2 + (y - b) ** 2 > (radius + c) ** 2 for a, b, c in spots):
                spots.append((x, y, radius))
                break
        else:
            spots = []  # no room left: begin again
    return spots


def _placed_sign(scene: Scene, rng: random.Random, varied: bool) -> Placed:
    lines = scene.words.split()
    x, y = rng.uniform(-0.06, 0.06), rng.uniform(-0.25, -0.1)
    width = rng.uniform(0.82, 0.92)
    things = [("board", _tinted(scene.things[0].colour, rng), x, y, width, 0.0)]
    post = ("post", COLOURS["brown"], x, y + 0.85, 0.95, 0.0)
    ink = _tinted(rng.choice(("black", "black", "blue", "red")), rng)
    # In radii of a letter's cell: how far letters and lines are apart. A line must fit the board, and all its height.
    advance, leading = 1.13, 1.45
    cell = min(1.76 * width / (advance * max(map(len, lines))), 0.95 * width / (leading * (len(lines) - 1) + 2.0))
    for row, line in enumerate(lines):
        middle = y + (row - (len(lines) - 1) / 2) * leading * cell
        for column, letter in enumerate(line):
            across = x + (column - (len(line) - 1) / 2) * advance * cell
            things.append((f"letter {letter}", ink, across, middle, cell, 0.0))
    phases = tuple(rng.random() for _ in range(4)) if scene.style else (0.0,) * 4
    return _lit(Placed(things, BACKGROUNDS[scene.background], "", scene.style, phases, [post]), rng, varied)


def _radius(thing: Thing, count: int, rng: random.Random) -> float:
    return rng.uniform(*(PAIR_RADII[thing.size] if count == 2 else TRIO_RADII))


def _stacked(things, radii, rng):
    """From top to bottom, each touching the next."""
    hats = [0.6 * r if t.hat else 0.0 for t, r in zip(things, radii)]  # room above a head
    heights = [(_edges(t.shape)[1] - _edges(t.shape)[0]) * r + hat for t, r, hat in zip(things, radii, hats)]
    top = -sum(heights) / 2 + rng.uniform(-0.06, 0.06)
    x = rng.uniform(-0.18, 0.18)
    spots = []
    for thing, radius, height, hat in zip(things, radii, heights, hats):
        spots.append((x + rng.uniform(-0.04, 0.04), top + hat - _edges(thing.shape)[0] * radius, radius))
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


# --- streams ---------------------------------------------------------------------------------------------
class SceneSource:
    """An endless stream of scenes of one world (of world 3, one part) from one seed; `weights` replace
    RELATION_WEIGHTS."""

    def __init__(self, seed: int, world: int = 0, weights: dict | None = None, part: str = config.PART):
        self.rng = random.Random(seed)
        self.world, self.weights, self.part = world, weights, part

    def scenes(self, count: int) -> list[Scene]:
        return [self._scene() for _ in range(count)]

    def _scene(self) -> Scene:
        return sample_scene(self.rng, self.world, weights=self.weights, part=self.part)

    def families(self, count: int, size: int) -> list[Scene]:
        """`count` scenes, each followed by its hard negatives, `size` scenes together per family."""
        scenes = []
        while len(scenes) < count * size:
            scene = self._scene()
            negatives = hard_negatives(scene, self.rng, size - 1, self.world)
            if len(negatives) == size - 1:
                scenes += [scene, *negatives]
        return scenes

    def place(self, scenes: list[Scene]) -> list[Placed]:
        return [place(scene, self.rng, self.world) for scene in scenes]

    def captions(self, scenes: list[Scene]) -> list[str]:
        return [caption(scene, self.rng) for scene in scenes]
