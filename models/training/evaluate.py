"""Measures the newest weights and draws sheets: evaluate.py [--count 200] [--parts clip prior decoder objects variety ...]

Every generated score is given with the *true* embedding (of a rendering) beside the prior's, on combinations that
training never saw: it tells at once which part is weak. Scores go to work/evaluation/scores.json, sheets beside it.
With --record they are also added to work/curve.jsonl, from which curve.py makes the table of docs/training-curve.md.
"""

import argparse
import collections
import json
import math
import random
from dataclasses import replace

import torch
from torch.nn import functional as F

import checkpoints
import config
import enlarging
import fluent
import judge
import rims
import safetensors_io
import scenes
import sprites
from images import sheet, to_image
from pipeline import Pipeline

FOLDER = config.WORK / "evaluation"
JUDGE_LEAST = 0.97  # of true renderings judged right; a question below that is not asked of generated pictures
SEED = 20_250_101  # of the evaluation's scenes; training never uses it

# Colours whose shades (lit and dark faces) keep their hue apart from all others; hue in degrees.
HUES = {"red": (345, 378), "yellow": (40, 66), "green": (100, 165), "blue": (205, 245), "purple": (262, 300)}

SHEET_PROMPTS = (
    "a red cube on top of a blue cube",
    "a blue cube on top of a red cube",
    "a red cube",
    "a blue sphere",
    "a green cylinder",
    "a yellow star",
    "a purple heart",
    "an orange ring",
    "a pink cross",
    "a brown cone",
    "a black pyramid on a yellow background",
    "a white circle on a blue background",
    "two green stars",
    "three orange cones",
    "three red balls on a black background",
    "a yellow sphere to the left of a purple cube",
    "a green triangle above a pink heart",
    "a red circle, a yellow star and a blue square",
    "a small red cube",
    "a big blue pyramid",
    "a blue box under a yellow ball",
    "a red cube on a green cylinder on a blue cube",
    "a pair of purple hearts on a pink background",
    "a brown square next to a green ring",
)
WORLD_1_PROMPTS = (
    "a pencil sketch of a cube",
    "a pencil drawing of a star and a heart",
    "a pencil sketch of three spheres",
    "pixel art of a green cylinder",
    "pixel art of a red heart on a black background",
    "two yellow stars, pixel art",
    "a red cube on a beach",
    "a blue sphere in a meadow",
    "a white cone in the snow",
    "a yellow star under a night sky",
    "a purple ring on top of an orange cube on a beach",
    "pixel art of a pink sphere in a meadow",
)
if config.WORLD:
    SHEET_PROMPTS += WORLD_1_PROMPTS


# --- the pixel metric of binding -------------------------------------------------------------------------
def hue_mask(pictures, colour: str):
    """(B, 3, H, W), signed -> (B, H, W), true where the pixel has the colour's hue."""
    unit = (pictures + 1) / 2
    high, low = unit.amax(1), unit.amin(1)
    chroma = (high - low).clamp_min(1e-6)
    red, green, blue = unit.unbind(1)
    unless_red = torch.where(high == green, (blue - red) / chroma + 2, (red - green) / chroma + 4)
    hue = 60 * torch.where(high == red, (green - blue) / chroma % 6, unless_red)
    first, last = HUES[colour]
    inside = ((hue >= first) & (hue <= last)) | ((hue + 360 >= first) & (hue + 360 <= last))
    return inside & (chroma > 0.2) & (high > 0.15)


def bound(pictures, upper: str, lower: str):
    """Both colours cover 2 % of the picture (B), and the upper one lies above by 12 % of the height too (B)."""
    rows = torch.arange(pictures.shape[2], device=pictures.device).float()[:, None] / pictures.shape[2]
    masks = [hue_mask(pictures, colour).float() for colour in (upper, lower)]
    both = torch.stack([mask.mean((1, 2)) >= 0.02 for mask in masks]).all(0)
    centres = [(mask * rows).sum((1, 2)) / mask.sum((1, 2)).clamp_min(1) for mask in masks]
    return both, both & (centres[1] - centres[0] >= 0.12)


def binding_scenes(count: int) -> list[scenes.Scene]:
    """Held-out pairs, one thing on top of the other, two different colours of the metric."""
    rng, drawn = random.Random(SEED), []
    while len(drawn) < count:
        colours = rng.sample(list(HUES), 2)
        things = tuple(scenes.Thing(rng.choice(scenes.SHAPE_NAMES), colour) for colour in colours)
        scene = scenes.Scene(things, "on top")
        if scenes.is_held_out(scene):
            drawn.append(scene)
    return drawn


# --- scores ----------------------------------------------------------------------------------------------
def rendered(drawn, size=config.BASE_SIZE, seed=SEED):
    rng = random.Random(seed)
    return scenes.render([scenes.place(scene, rng) for scene in drawn], size)


def score_clip(pipeline, count: int) -> dict:
    rng, drawn = random.Random(SEED), []
    while len(drawn) < 256:  # different meanings only
        scene = scenes.sample_scene(rng, config.WORLD)
        if scene not in drawn:
            drawn.append(scene)
    text = F.normalize(pipeline.clip.embed_texts([scenes.caption(scene, rng) for scene in drawn])[0], dim=1)
    image = F.normalize(pipeline.clip.embed_pictures(rendered(drawn)), dim=1)
    ranks = (text @ image.t()).argsort(1, descending=True)
    right = torch.arange(256)[:, None]
    scores = {
        "retrieval@1 of 256": (ranks[:, :1] == right).any(1).float().mean().item(),
        "retrieval@5 of 256": (ranks[:, :5] == right).any(1).float().mean().item(),
    }
    # Swaps: the caption of a scene with its own picture, and with one where colours, order, number or thing differ.
    kinds = ("colours", "order", "counts", *(("look-alikes",) if config.WORLD == 3 else ()))
    for kind in kinds:
        pairs, others = [], []
        while len(pairs) < count:
            scene = scenes.sample_scene(rng, config.WORLD, held_out=kind in ("colours", "order"))
            if kind in ("counts", "look-alikes"):
                if other := _other_count(scene, rng) if kind == "counts" else _other_thing(scene, rng):
                    pairs.append(scene)
                    others.append(other)
                continue
            if len(scene.things) != 2:  # a held-out hat or word
                continue
            first, second = scene.things
            if scene.relation == "next" or first.colour == second.colour:
                continue
            if kind == "colours" and (not first.colour or not second.colour or scene.style == "pencil sketch"):
                continue  # a sprite brings its own, a sketch has none
            if kind == "colours":
                swapped = (replace(first, colour=second.colour), replace(second, colour=first.colour))
            else:
                swapped = (second, first)
            pairs.append(scene)
            others.append(scenes.Scene(swapped, scene.relation, scene.background, scene.style))
        text = F.normalize(pipeline.clip.embed_texts([scenes.caption(scene, rng) for scene in pairs])[0], dim=1)
        own = F.normalize(pipeline.clip.embed_pictures(rendered(pairs)), dim=1)
        other = F.normalize(pipeline.clip.embed_pictures(rendered(others)), dim=1)
        scores[f"swapped {kind} told apart"] = ((text * own).sum(1) > (text * other).sum(1)).float().mean().item()
    return scores


def _other_count(scene: scenes.Scene, rng: random.Random) -> scenes.Scene | None:
    """One, two or three equal things instead of as many as there are."""
    if scene.relation not in ("single", "count"):
        return None
    number = rng.choice([n for n in (1, 2, 3) if n != len(scene.things)])
    return replace(scene, things=scene.things[:1] * number, relation="single" if number == 1 else "count")


def _other_thing(scene: scenes.Scene, rng: random.Random) -> scenes.Scene | None:
    """A single sprite's look-alike in its place."""
    thing = scene.things[0]
    if scene.relation != "single" or thing.shape not in fluent.SPRITES:
        return None
    return replace(scene, things=(replace(thing, shape=rng.choice(fluent.look_alikes(thing.shape))),))


def score_prior(pipeline, count: int) -> dict:
    rng = random.Random(SEED + 1)
    drawn = [scenes.sample_scene(rng, config.WORLD) for _ in range(256)]
    true = pipeline.clip.embed_pictures(rendered(drawn))
    captions = [scenes.caption(scene, rng) for scene in drawn]
    mean, deviation = pipeline.parts["prior"].clip_mean, pipeline.parts["prior"].clip_std

    def scores(guessed):
        cosine = F.cosine_similarity((true - mean) / deviation, (guessed - mean) / deviation)
        similar = F.normalize(guessed, dim=1) @ F.normalize(true, dim=1).t()
        return {
            "cosine to the true embedding": cosine.mean().item(),
            "retrieval@1 of 256": (similar.argmax(1) == torch.arange(256)).float().mean().item(),
        }

    result = {"diffusion": scores(pipeline.embeddings(captions, SEED))}
    if "prior_autoregressive" in pipeline.parts:
        result["autoregressive"] = scores(pipeline.embeddings_autoregressive(captions, SEED))
    return result


def generate(pipeline, embeddings, prompts=None, batch=50):
    """Pictures (B, 3, 64, 64) of the embeddings (B, E); with prompts the decoder sees the captions too."""
    parts = [slice(i, i + batch) for i in range(0, len(embeddings), batch)]
    return torch.cat([pipeline.decode(embeddings[part], SEED, prompts[part] if prompts else None) for part in parts])


def binding_rates(pictures, drawn) -> dict:
    results = [
        bound(picture[None], *(thing.colour for thing in scene.things)) for picture, scene in zip(pictures, drawn)
    ]
    return {
        "both colours": sum(both.item() for both, _ in results) / len(results),
        "both colours in the right order": sum(order.item() for _, order in results) / len(results),
    }


def load_judge():
    module = judge.Judge()
    path = config.WORK / "judge" / "judge.safetensors"
    if not path.exists():
        return None
    module.load_state_dict(safetensors_io.load(path))
    return module.eval()


@torch.no_grad()
def judged(network, pictures, drawn) -> dict:
    presence, count, relation, style, *letters = judge.labels(drawn)
    said_presence, said_count, said_relation, said_style, *said_letters = network(pictures)
    right = (said_presence > 0) == (presence > 0.5)
    shapes = len(judge.NAMES)
    bare = torch.tensor([not scene.things[0].hat for scene in drawn])
    single = torch.tensor([scene.relation == "single" for scene in drawn]) & bare
    hatted = torch.tensor([scene.relation == "single" for scene in drawn]) & ~bare
    named = presence[:, :shapes].argmax(1) == said_presence[:, :shapes].argmax(1)
    scores = {
        "shapes": right[:, :shapes].all(1).float().mean().item(),
        "colours": right[:, shapes:].all(1).float().mean().item(),
        "count": (said_count.argmax(1) == count).float().mean().item(),
        "relation": (said_relation.argmax(1) == relation).float().mean().item(),
    }
    if single.any():
        scores["named object (single things)"] = named[single].float().mean().item()
    if hatted.any():
        there = ((said_presence > 0) | (presence < 0.5))[:, :shapes].all(1)
        scores["object and hat, both recognised"] = there[hatted].float().mean().item()
    if letters and (letters[0] >= 0).any():
        asked = torch.stack(letters, 1) > 0  # letters of signs, the blanks after them not
        read = torch.stack([logits.argmax(1) for logits in said_letters], 1) == torch.stack(letters, 1)
        scores["letters of signs"] = read[asked].float().mean().item()
    styled = style > 0
    if styled.any():
        scores["style asked for"] = (said_style.argmax(1) == style)[styled].float().mean().item()
        scores["no style where none was asked for"] = (said_style.argmax(1) == style)[~styled].float().mean().item()
    return scores


@torch.no_grad()
def frechet_distance(network, pictures, others) -> float:
    """Between the judge's features of two sets of pictures, as if both were normally distributed (Heusel et al. 2017);
    comparable only with distances by the same judge over as many pictures."""
    first, second = (network.features(part).double() for part in (pictures, others))
    means = [features.mean(0) for features in (first, second)]
    covariances = [features.t().cov() for features in (first, second)]
    # The trace of the root of A B is the sum of the roots of its eigenvalues.
    roots = torch.linalg.eigvals(covariances[0] @ covariances[1]).real.clamp_min(0).sqrt().sum()
    trace = sum(covariance.trace() for covariance in covariances)
    return ((means[0] - means[1]).square().sum() + trace - 2 * roots).item()


def object_scenes(count: int) -> dict[str, list[scenes.Scene]]:
    """World 3's own scores: every object, hats on heads that training never saw with them, words it never saw."""
    things = scenes.sprite_names(3)
    drawn = [scenes.Scene((scenes.Thing(name, ""),), "single") for name in things] * math.ceil(count / len(things))
    pairs = [
        scenes.Scene((scenes.Thing(head, "", "", hat),), "single")
        for head in sprites.heads(3)
        for hat in scenes.hat_names(3)
    ]
    hats = [scene for scene in pairs if scenes.is_held_out(scene)]
    signs = [
        scenes.Scene((scenes.Thing("sign", colour),), "sign", words=word)
        for word in scenes.sign_words(3)
        for colour in ("white", "yellow")
    ]
    signs = [scene for scene in signs if scenes.is_held_out(scene)]
    return {
        "named objects": drawn,
        "objects with hats": hats * math.ceil(count / 2 / len(hats)),
        "signs": signs * math.ceil(count / 4 / len(signs)),
    }


QUESTIONS = {
    "named objects": "named object (single things)",
    "objects with hats": "object and hat, both recognised",
    "signs": "letters of signs",
}


def score_objects(pipeline, count: int) -> dict:
    """Only what the judge answers right about renderings is asked of the drawn pictures."""
    network = load_judge()
    if config.WORLD != 3 or network is None:
        return {}
    scores = {}
    for name, drawn in object_scenes(count).items():
        question = QUESTIONS[name]
        true_pictures = rendered(drawn)
        scores[name] = {"pictures": len(drawn), "renderings": judged(network, true_pictures, drawn)[question]}
        if scores[name]["renderings"] < JUDGE_LEAST:
            continue
        true = pipeline.clip.embed_pictures(true_pictures)
        guessed = pipeline.embeddings([scenes.caption(scene) for scene in drawn], SEED)
        for source, embeddings in (("true embedding", true), ("prior", guessed)):
            pictures = generate(pipeline, embeddings)
            scores[name][source] = judged(network, pictures, drawn)[question]
            if name == "named objects":  # what is weak is worth knowing by name
                missed = collections.Counter(
                    scene.things[0].shape
                    for picture, scene in zip(pictures, drawn)
                    if judged(network, picture[None], [scene])[question] < 1
                )
                scores[name][f"{source}, most often missed"] = dict(missed.most_common(12))
    return scores


@torch.no_grad()
def score_variety(pipeline, count: int) -> dict:
    """Mean distance (judge's features) between the four pictures of a prompt, over that between four renderings of the
    same caption; 1 = as varied as the world itself. Drawn from four renderings' own embeddings, from one rendering's with
    four noises, and from the prior's: the first low is the decoder's fault, the second tells what its noise adds, the
    third less than the first is the prior's."""
    network = load_judge()
    if network is None:
        return {}
    rng, drawn = random.Random(SEED + 7), []
    while len(drawn) < max(2, count // 4):
        scene = scenes.sample_scene(rng, config.WORLD)
        if scene.relation in ("single", "count", "on top", "left"):
            drawn.append(scene)
    captions = [scenes.caption(scene) for scene in drawn]

    def spread(fours):  # four times (B, 3, 64, 64) -> mean distance of the six pairs (B)
        features = [network.features(pictures).float() for pictures in fours]
        pairs = [(a - b).square().sum(1).sqrt() for i, a in enumerate(features) for b in features[:i]]
        return torch.stack(pairs).mean(0)

    renderings = [rendered(drawn, seed=SEED + 10 + i) for i in range(4)]
    true = [pipeline.clip.embed_pictures(pictures) for pictures in renderings]
    world = spread(renderings)

    def drawings(embeddings):  # each four with its own noise
        rows = [slice(i, i + 50) for i in range(0, len(drawn), 50)]
        return [
            torch.cat([pipeline.decode(four[part], SEED + 20 + i) for part in rows]) for i, four in enumerate(embeddings)
        ]

    sources = {
        "true embeddings of four renderings": true,
        "true embedding of one rendering": [true[0]] * 4,
        "prior": [pipeline.embeddings(captions, SEED + 30 + i) for i in range(4)],
    }
    if "prior_autoregressive" in pipeline.parts:
        sources["autoregressive prior"] = [pipeline.embeddings_autoregressive(captions, SEED + 30 + i) for i in range(4)]
    return {"prompts": len(drawn)} | {
        name: (spread(drawings(embeddings)).mean() / world.mean()).item() for name, embeddings in sources.items()
    }


def score_rims(pipeline, count: int) -> dict:
    """Outlines of single shapes at 256 pixels, by the prior; the renderings' error is the measure's own."""
    shapes, _, prompts = zip(*rims.PROMPTS)
    rng = random.Random(SEED + 8)
    single = [scenes.Scene((scenes.Thing(shape, colour),), "single") for shape, colour, _ in rims.PROMPTS]
    true = scenes.render([scenes.place(scene, rng) for scene in single], 256)
    low = generate(pipeline, pipeline.embeddings(list(prompts), SEED))
    drawn = torch.cat([pipeline.enlarge(low[i : i + 7], SEED) for i in range(0, len(low), 7)])
    clean = F.avg_pool2d(true, 4)
    mended = torch.cat([pipeline.enlarge(clean[i : i + 7], SEED) for i in range(0, len(low), 7)])
    return {
        "renderings": rims.score(true, shapes),
        "renderings, enlarged from 64": rims.score(mended, shapes),
        "prior": rims.score(drawn, shapes),
    }


def inpainting_rates(network, pipeline, count: int) -> dict:
    """A single thing's place is painted out (the box around it) and another asked for there: is the new one recognised,
    and does the rest stay? The engine pastes the known pixels back; here the network's own drawing is compared."""
    rng, before, after, placed = random.Random(SEED + 6), [], [], []
    while len(before) < count:
        scene = scenes.sample_scene(rng, config.WORLD)
        other = scenes.sample_scene(rng, config.WORLD)
        if scene.relation == other.relation == "single":
            before.append(scene)
            after.append(replace(other, background=scene.background, style=scene.style))
            placed.append(scenes.place(scene, rng))
    pictures = scenes.render(placed, config.BASE_SIZE)
    keep = torch.ones(count, 1, config.BASE_SIZE, config.BASE_SIZE)
    for row, scene in enumerate(placed):
        _, _, x, y, radius, _ = scene.things[0]
        reach = max(1.2 * radius, 0.5)
        left, top, right, bottom = (
            int(min(max((value + 1) / 2, 0), 1) * config.BASE_SIZE)
            for value in (x - reach, y - reach, x + reach, y + reach)
        )
        keep[row, :, top:bottom, left:right] = 0
    embeddings = pipeline.embeddings([scenes.caption(scene) for scene in after], SEED)
    parts = [slice(i, i + 50) for i in range(0, count, 50)]
    filled = torch.cat(
        [pipeline.decode(embeddings[p], SEED, picture=pictures[p], keep=keep[p]) for p in parts]
    )
    outside = ((filled - pictures).abs() * keep).sum() / keep.sum() / 3 * 127.5
    filled = filled * (1 - keep) + pictures * keep
    return {
        "new object recognised": judged(network, filled, after)["named object (single things)"],
        "mean difference outside before pasting (of 255)": outside.item(),
    }


def score_decoder(pipeline, count: int) -> dict:
    drawn = binding_scenes(count)
    true_pictures = rendered(drawn)
    captions = [scenes.caption(scene) for scene in drawn]
    true = pipeline.clip.embed_pictures(true_pictures)
    guessed = pipeline.embeddings(captions, SEED)
    swapped = [scenes.Scene(scene.things[::-1], scene.relation) for scene in drawn]
    scores = {
        "binding": {
            "renderings": binding_rates(true_pictures, drawn),
            "renderings with swapped labels": binding_rates(true_pictures, swapped),
            "true embedding": binding_rates(generate(pipeline, true), drawn),
            "prior": binding_rates(generate(pipeline, guessed), drawn),
            "prior, caption tokens": binding_rates(generate(pipeline, guessed, captions), drawn),
        }
    }
    network = load_judge()
    if network is not None:
        rng = random.Random(SEED + 2)
        drawn = [scenes.sample_scene(rng, config.WORLD) for _ in range(count)]
        true_pictures = rendered(drawn)
        scores["judge"] = {"renderings": judged(network, true_pictures, drawn)}
        allowed = [question for question, rate in scores["judge"]["renderings"].items() if rate >= JUDGE_LEAST]
        if allowed:
            guessed = pipeline.embeddings([scenes.caption(scene) for scene in drawn], SEED)
            true = pipeline.clip.embed_pictures(true_pictures)
            others = rendered(drawn, seed=SEED + 5)
            scores["frechet distance"] = {"other renderings": frechet_distance(network, true_pictures, others)}
            for name, embeddings in (("true embedding", true), ("prior", guessed)):
                pictures = generate(pipeline, embeddings)
                rates = judged(network, pictures, drawn)
                scores["judge"][name] = {question: rates[question] for question in allowed}
                scores["frechet distance"][name] = frechet_distance(network, true_pictures, pictures)
            if "named object (single things)" in allowed:
                scores["inpainting"] = inpainting_rates(network, pipeline, count)
    return scores


def score_upsampler(pipeline, count: int) -> dict:
    """Signal-to-noise ratio (dB) against renderings beside the plain enlargement's, and the mean colour's shift."""
    rng, scores = random.Random(SEED + 3), {}
    for component, low_size, pictures in (("super_res_first", 64, 16), ("super_res_1024", 256, 4)):
        placed = [scenes.place(scenes.sample_scene(rng, config.WORLD), rng) for _ in range(min(count, pictures))]
        low, high = scenes.render(placed, low_size), scenes.render(placed, 4 * low_size)
        made = pipeline.enlarge(low, SEED, component)
        plain = enlarging.enlarge(low, 4 * low_size).clamp(-1, 1)

        def decibel(x, y=high):
            return (10 * torch.log10(4 / (x - y).square().mean())).item()

        scores[component] = {
            "PSNR": decibel(made),
            "PSNR of bicubic": decibel(plain),
            "largest shift of the mean colour (of 255)": ((made - high).mean((2, 3)).abs().max() * 127.5).item(),
        }
    return scores


# --- sheets ----------------------------------------------------------------------------------------------
def draw_sheets(pipeline):
    """Fixed prompts (four seeds, by the prior); renderings beside what their embedding decodes to and beside their left
    half continued; enlargements."""
    prompts = list(SHEET_PROMPTS)
    columns = []
    for seed in range(4):
        columns.append(pipeline.decode(pipeline.embeddings(prompts, seed), seed))
    sheet([(text, [column[i] for column in columns]) for i, text in enumerate(prompts)], FOLDER / "prompts.png", 96)

    rng = random.Random(SEED + 4)
    drawn = [scenes.sample_scene(rng, config.WORLD) for _ in range(18)]
    true = rendered(drawn)
    decoded = pipeline.decode(pipeline.clip.embed_pictures(true), 0)
    sheet([(scenes.caption(s), [t, d]) for s, t, d in zip(drawn, true, decoded)], FOLDER / "true_embedding.png", 128)

    keep = torch.ones(18, 1, 64, 64)
    keep[:, :, :, 32:] = 0
    filled = pipeline.decode(pipeline.clip.embed_pictures(true), 0, picture=true, keep=keep)
    rows = [(scenes.caption(s), [t * k, d]) for s, t, k, d in zip(drawn, true, keep, filled)]
    sheet(rows, FOLDER / "inpainting.png", 128)

    if "super_res_first" in pipeline.parts:
        low = columns[0][:6]
        large = pipeline.enlarge(low, 0)
        sheet([(text, [l, h]) for text, l, h in zip(prompts, low, large)], FOLDER / "enlarged.png", 256)
    if "super_res_1024" in pipeline.parts:
        path = FOLDER / "1024.png"
        to_image(pipeline.enlarge(large[:1], 0, "super_res_1024")[0]).save(path)


SCORES = {
    "clip": score_clip,
    "prior": score_prior,
    "decoder": score_decoder,
    "objects": score_objects,
    "variety": score_variety,
    "rims": score_rims,
    "upsampler": score_upsampler,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--parts", nargs="+", default=[*SCORES, "sheets"], choices=[*SCORES, "sheets"])
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    pipeline = Pipeline()
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "scores.json"
    scores = json.loads(path.read_text()) if path.exists() else {}
    for part in options.parts:
        if part == "sheets":
            draw_sheets(pipeline)
            continue
        scores[part] = SCORES[part](pipeline, options.count)
        print(part, json.dumps(scores[part], indent=2), flush=True)
        path.write_text(json.dumps(scores, indent=2) + "\n")
    if options.record:
        metas = {stage: config.WORK / stage / "meta.json" for stage in config.STAGES}
        trained = {stage: json.loads(meta.read_text()) for stage, meta in metas.items() if meta.exists()}
        row = {"world": config.WORLD, "part": config.PART, "trained": trained, "scores": scores}
        with open(config.WORK / "curve.jsonl", "a") as curve:
            curve.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
