"""Draws placed scenes in tensor operations: shapes as distance fields, sprites, grounds and styles.

Everything is a function of scene coordinates ([-1, 1] in x (right) and y (down)), so that a scene can be drawn at any
resolution and in any window, on the device of the training, and its 64, 256 and 1024 pixel versions are one picture.
"""

import math
from dataclasses import dataclass, field

import torch
from torch.nn import functional as F

import sprites


@dataclass
class Placed:
    """A scene in numbers. `things`: (shape, colour RGB, x, y, radius, rotation) from back to front; unit range.

    `ground` names a scenic background, "" = plain `background`; `phases` are four numbers in [0, 1) that place what is
    irregular in grounds and styles. The first entries of `things` are the scene's own; what goes with them (hats,
    letters) follows, and `shadows` lie below all. `mirrored` draws every sprite the other way round, where it stands.
    `light` is the direction (angle) that brightens, and by how much at a thing's rim."""

    things: list[tuple[str, tuple[float, float, float], float, float, float, float]]
    background: tuple[float, float, float]
    ground: str = ""
    style: str = ""
    phases: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    shadows: list[tuple] = field(default_factory=list)
    mirrored: bool = False
    light: tuple[float, float] = (0.0, 0.0)


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


def _party_hat(u, v, pixel, colour):
    cone = _polygon(u, v, [(0, -0.75), (0.7, 0.9), (-0.7, 0.9)])
    tuft = _length(u, v + 0.78) - 0.2
    stripes = (torch.sin(9 * v + 2 * u) > 0).float()
    body = _mix((colour * 0.95).expand(-1, -1, *cone.shape[1:]), _lighter(colour, 0.65), stripes)
    return _mix(body, torch.full_like(body, 0.97), _cover(tuft, pixel)), _cover(torch.minimum(cone, tuft), pixel)


def _board(u, v, pixel, colour):
    distance = torch.maximum(u.abs() - 0.97, v.abs() - 0.5)
    body = colour.expand(-1, -1, *distance.shape[1:])
    return _mix(body, body * 0.45, 1 - _cover(distance + 0.06, pixel)), _cover(distance, pixel)


def _post(u, v, pixel, colour):
    distance = torch.maximum(u.abs() - 0.07, v.abs() - 0.95)
    return _round_body((u / 0.07).clamp(-1, 1), colour), _cover(distance, pixel)


def _shadow(u, v, pixel, colour):
    """A contact shadow: dark in the middle of a flat ellipse, nothing at its rim."""
    depth = (1 - (u * u + (v / 0.22).square())).clamp(0, 1)
    return colour.expand(-1, -1, *depth.shape[1:]), 0.45 * depth


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
    "party hat": _party_hat,
    "board": _board,
    "post": _post,
    "shadow": _shadow,
}


# --- scenic grounds --------------------------------------------------------------------------------------
# Each gets x (N, 1 or H, W), y (N, H, 1 or W), the pixel's width (N, 1, 1) and phases (N, 4); -> (N, 3, H, W).


def _rgb(red, green, blue, like):
    return torch.tensor([red, green, blue], device=like.device)[None, :, None, None].expand(like.shape[0], -1, *like.shape[1:])


def _gradient(y, top, bottom):
    """From `top` at y = -1 to `bottom` at y = 1."""
    amount = ((y + 1) / 2).clamp(0, 1)
    return _mix(_rgb(*top, amount), _rgb(*bottom, amount), amount)


def _beach(x, y, pixel, phases):
    x, y = torch.broadcast_tensors(x, y)
    horizon = -0.1 + 0.2 * phases[:, 0, None, None]
    shore = horizon + 0.42 + 0.05 * torch.sin(4 * x + 6.3 * phases[:, 1, None, None])
    picture = _gradient(y, (0.45, 0.70, 0.95), (0.85, 0.93, 1.0))
    picture = _mix(picture, _rgb(0.12, 0.52, 0.75, y), _cover(horizon - y, pixel))
    picture = _mix(picture, _rgb(0.75, 0.90, 0.92, y), _cover(shore - 0.05 - y, pixel))
    return _mix(picture, _rgb(0.95, 0.85, 0.62, y), _cover(shore - y, pixel))


def _meadow(x, y, pixel, phases):
    x, y = torch.broadcast_tensors(x, y)
    far = -0.05 + 0.14 * torch.sin(2.2 * x + 6.3 * phases[:, 0, None, None])
    near = 0.25 + 0.08 * torch.sin(3.1 * x + 6.3 * phases[:, 1, None, None])
    picture = _gradient(y, (0.50, 0.75, 0.98), (0.95, 0.98, 1.0))
    picture = _mix(picture, _rgb(0.45, 0.72, 0.38, y), _cover(far - y, pixel))
    return _mix(picture, _rgb(0.33, 0.62, 0.26, y), _cover(near - y, pixel))


def _night(x, y, pixel, phases):
    x, y = torch.broadcast_tensors(x, y)
    picture = _gradient(y, (0.03, 0.04, 0.16), (0.14, 0.14, 0.36))
    # One star in each cell of a jittered grid, bright in some and none in others, by hashed phases.
    cell_x, cell_y = torch.floor(x / 0.22), torch.floor(y / 0.22)

    def chance(salt):
        seed = cell_x * 12.9898 + cell_y * 78.233 + salt + 40 * phases[:, 0, None, None]
        return torch.remainder(torch.sin(seed) * 43758.5453, 1.0)

    near_x = (cell_x + 0.2 + 0.6 * chance(0.0)) * 0.22
    near_y = (cell_y + 0.2 + 0.6 * chance(1.7)) * 0.22
    bright = (chance(3.1) > 0.45).float()
    star = bright * _cover(_length(x - near_x, y - near_y) - 0.018, pixel)
    picture = _mix(picture, _rgb(1.0, 0.98, 0.88, y), star * (y < 0.5).float())
    return _mix(picture, _rgb(0.07, 0.10, 0.12, y), _cover(0.62 - y, pixel))


def _snow(x, y, pixel, phases):
    x, y = torch.broadcast_tensors(x, y)
    drift = 0.22 + 0.07 * torch.sin(2.5 * x + 6.3 * phases[:, 0, None, None])
    picture = _gradient(y, (0.62, 0.70, 0.80), (0.83, 0.88, 0.93))
    picture = _mix(picture, _rgb(0.96, 0.97, 1.0, y), _cover(drift - y, pixel))
    cell_x, cell_y = torch.floor(x / 0.3), torch.floor(y / 0.3)
    jitter = torch.remainder(torch.sin(cell_x * 91.7 + cell_y * 33.3 + 40 * phases[:, 1, None, None]) * 9973.1, 1.0)
    flake = _length(x - (cell_x + 0.2 + 0.6 * jitter) * 0.3, y - (cell_y + 0.8 - 0.6 * jitter) * 0.3) - 0.022
    return _mix(picture, torch.ones_like(picture), _cover(flake, pixel))


GROUNDS = {"beach": _beach, "meadow": _meadow, "night sky": _night, "snow": _snow}

# --- styles ----------------------------------------------------------------------------------------------
PIXEL_ART_CELL = 2 / 16  # of the scene's width; whole pixels at 64
STYLES = ("pencil sketch", "pixel art", "oil painting", "photograph")


def _warp(style: str, x, y, phases):
    """Moves the coordinates at which a styled scene is looked up, (N, 1, W) and (N, H, 1) -> (N, H, W) both."""
    x, y = torch.broadcast_tensors(x, y)
    if style == "pixel art":
        return tuple((torch.floor(axis / PIXEL_ART_CELL) + 0.5) * PIXEL_ART_CELL for axis in (x, y))
    if style == "oil painting":
        turn, shift = (6.3 * phases[:, i, None, None] for i in (0, 1))
        across = 0.030 * torch.sin(11 * y + turn) + 0.016 * torch.sin(23 * x + 17 * y + shift)
        down = 0.030 * torch.sin(10 * x + shift) + 0.016 * torch.sin(19 * x - 21 * y + turn)
        return x + across, y + down
    return x, y


def _finish(style: str, picture, x, y, pixel: float, phases):
    """Paints a style over unit-range pictures (N, 3, H, W); `pixel` is a pixel's width in the scene."""
    if style == "pixel art":
        return (picture * 7).round() / 7
    if style == "oil painting":
        turn = 6.3 * phases[:, 2, None, None]
        along = x * torch.cos(turn) + y * torch.sin(turn)
        across = y * torch.cos(turn) - x * torch.sin(turn)
        stroke = torch.sin(75 * across + 3 * torch.sin(9 * along + turn)) * torch.sin(13 * along + 5 * across)
        grey = picture.mean(1, keepdim=True)
        return (grey + 1.2 * (picture - grey) + 0.07 * stroke[:, None]).clamp(0, 1)
    if style == "photograph":
        falloff = 1.06 - 0.30 * (x * x + y * y)[:, None]
        light = 1 + 0.10 * (-x - y)[:, None]
        warm = torch.tensor([1.03, 1.0, 0.93], device=picture.device)[None, :, None, None]
        grey = picture.mean(1, keepdim=True)
        return ((grey + 0.82 * (picture - grey)) * falloff * light * warm).clamp(0, 1)
    if style == "pencil sketch":
        grey = (picture * torch.tensor([0.3, 0.59, 0.11], device=picture.device)[None, :, None, None]).sum(1)
        reach = max(1, round(0.02 / pixel))
        padded = F.pad(picture, (reach,) * 4, mode="replicate")
        blurred = F.avg_pool2d(padded, 2 * reach + 1, stride=1)
        edge = (4.5 * (picture - blurred).abs().amax(1)).clamp(0, 1)
        hatch = torch.sin((x + y) * 70 + 2 * torch.sin(7 * x - 5 * y)).clamp_min(0)
        tone = (0.75 - grey).clamp(0, 1)
        paper = (0.97 - 0.85 * edge - 0.55 * tone * hatch - 0.15 * tone).clamp(0.08, 1)
        return paper[:, None].expand(-1, 3, -1, -1)
    return picture


# --- rendering -------------------------------------------------------------------------------------------
def render(placed: list[Placed], size: int, device="cpu", windows=None) -> torch.Tensor:
    """Draws the scenes at `size` x `size` pixels -> (B, 3, size, size), float32, signed range.

    `windows`: one (left, top, width) per scene in scene coordinates, default the whole picture (-1, -1, 2).
    Pixels are averaged analytically (distance fields), so a small rendering equals a reduced large one.
    """
    batch = len(placed)
    windows = torch.tensor(windows or [(-1.0, -1.0, 2.0)] * batch, device=device)
    centres = (torch.arange(size, device=device, dtype=torch.float32) + 0.5) / size
    left, top, width = (column[:, None, None] for column in windows.unbind(1))
    plain_x, plain_y = left + width * centres[None, None, :], top + width * centres[None, :, None]  # (B, 1, W), (B, H, 1)
    pixel = width / size  # (B, 1, 1)
    phases = torch.tensor([scene.phases for scene in placed], device=device)
    x, y = plain_x, plain_y
    by_style: dict[str, list[int]] = {}
    for index, scene in enumerate(placed):
        if scene.style:
            by_style.setdefault(scene.style, []).append(index)
    if "pixel art" in by_style or "oil painting" in by_style:
        x, y = (axis.expand(batch, size, size).clone() for axis in (plain_x, plain_y))
        pixel = pixel.clone()
        for style, rows in by_style.items():
            x[rows], y[rows] = _warp(style, plain_x[rows], plain_y[rows], phases[rows])
            if style == "pixel art":
                pixel[rows] = PIXEL_ART_CELL

    picture = torch.tensor([scene.background for scene in placed], device=device)[:, :, None, None]
    picture = picture.expand(-1, -1, size, size)
    for ground in {scene.ground for scene in placed} - {""}:
        rows = [index for index, scene in enumerate(placed) if scene.ground == ground]
        picture = picture.clone()
        picture[rows] = GROUNDS[ground](x[rows], y[rows], pixel[rows], phases[rows])
    lit = any(scene.light[1] for scene in placed)
    if lit:
        angle, strength = torch.tensor([scene.light for scene in placed], device=device)[:, :, None, None].unbind(1)
        light_x, light_y = strength * angle.cos(), strength * angle.sin()  # (B, 1, 1)
        picture = (picture * (1 + 0.2 * (x * light_x + y * light_y))[:, None]).clamp(0, 1)  # on the ground a fifth

    all_things = [scene.shadows + scene.things for scene in placed]
    layers = max(map(len, all_things))
    colours = torch.zeros(batch, layers, 3, size, size, device=device)
    covers = torch.zeros(batch, layers, size, size, device=device)
    by_shape: dict[str, list] = {}
    for index, things in enumerate(all_things):
        for layer, (shape, colour, *place, turn) in enumerate(things):
            by_shape.setdefault(shape, []).append((index, layer, (*colour, *place, math.cos(turn), math.sin(turn))))
    for shape, entries in by_shape.items():
        index = torch.tensor([entry[0] for entry in entries], device=device)
        layer = torch.tensor([entry[1] for entry in entries], device=device)
        numbers = torch.tensor([entry[2] for entry in entries], device=device)
        thing_x, thing_y, radius, cosine, sine = (column[:, None, None] for column in numbers[:, 3:].unbind(1))
        dx, dy = (x[index] - thing_x) / radius, (y[index] - thing_y) / radius
        u, v = cosine * dx + sine * dy, cosine * dy - sine * dx
        if shape not in SHAPES and not shape.startswith("letter "):
            side = [-1.0 if placed[entry[0]].mirrored else 1.0 for entry in entries]
            u = u * torch.tensor(side, device=device)[:, None, None]
        colour = numbers[:, :3, None, None]
        own_pixel = pixel[index] / radius
        drawn = SHAPES[shape](u, v, own_pixel, colour) if shape in SHAPES else sprites.draw(shape, u, v, own_pixel, colour)
        colours[index, layer], covers[index, layer] = drawn
        if lit:
            shade = 1 + light_x[index] * dx.clamp(-1, 1) + light_y[index] * dy.clamp(-1, 1)
            colours[index, layer] = (colours[index, layer] * shade[:, None]).clamp(0, 1)
    for layer in range(layers):
        picture = picture + (colours[:, layer] - picture) * covers[:, layer, None]

    if by_style:
        picture = picture.clone()
    for style, rows in by_style.items():
        at_x, at_y = (axis[rows].expand(len(rows), size, size) for axis in (plain_x, plain_y))
        picture[rows] = _finish(style, picture[rows], at_x, at_y, (width[rows[0]] / size).item(), phases[rows])
    return picture * 2 - 1
