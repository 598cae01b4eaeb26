"""CLIP's byte-level BPE: training on the captions of the whole future vocabulary, and encoding.

The vocabulary must not change when worlds are added (every later checkpoint resumes from the token table), so the
corpus names objects, hats, styles and places that later worlds draw. Any other word is spelled: every byte is a
token. Format: `vocab.json` (256 byte symbols, the same with `</w>`, the merges, then the two special tokens),
`merges.txt`, `tokenizer_config.json`, as CLIP's. Text that looks like a special token is plain text here.
"""

import collections
import functools
import json
import random
import unicodedata
from pathlib import Path

import torch

import config
import scenes

START, END = "<|startoftext|>", "<|endoftext|>"


# --- the corpus ------------------------------------------------------------------------------------------
OBJECTS = """dog cat mouse hamster rabbit fox bear panda koala tiger lion cow pig frog monkey chicken penguin bird
eagle duck owl bat wolf horse unicorn bee butterfly snail ladybug turtle snake octopus crab fish whale dolphin shark
elephant giraffe camel sheep goat kangaroo flamingo peacock parrot hedgehog dinosaur dragon apple orange lemon banana
watermelon grapes strawberry cherry peach pineapple tomato avocado carrot corn mushroom bread cheese hamburger pizza
sandwich egg cake cookie ice cream cup teapot bottle bicycle car bus truck train rocket airplane helicopter ship
sailboat house castle tent tree pine tree palm tree cactus flower rose sunflower leaf mountain volcano sun moon cloud
rainbow snowman ghost alien robot skull pumpkin smiling face astronaut crown top hat guitar piano drum trumpet violin
camera television telephone computer light bulb book pencil key lock bell clock alarm clock umbrella chair armchair
sofa bed table door balloon gift football basketball diamond anchor hammer candle sign""".split()
HATS = ("party hat", "top hat", "crown", "cap", "wizard hat", "straw hat", "beret", "helmet")
STYLES = ("a photo of", "a painting of", "an oil painting of", "a watercolor of", "a pencil sketch of", "a drawing of",
          "a pixel art of", "a cartoon of", "a sketch of", "a photograph of")  # fmt: skip
PLACES = ("in a field", "on the grass", "in a meadow", "at sea", "on the sea", "on the beach", "on the sand",
          "in the desert", "at night", "under the night sky", "under a starry sky", "on a snowy day", "in the snow",
          "on a wooden table", "on a table", "in the forest", "in the city", "in space", "at sunset",
          "in the mountains")  # fmt: skip
SIGN_WORDS = """hello welcome open closed stop go love peace deep learning happy birthday thank you good morning
night world yes no exit danger art dream cafe shop sale free home music coffee pizza team canvas""".split()
EXTRA = ("wearing a", "in the shape of a", "holding a", "made of", "that says", "inside a", "in a", "and a", "four",
         "five", "six", "many", "several", "shiny", "dark", "light", "gray", "grey", "golden", "silver",
         "striped")  # fmt: skip


def corpus(seed: int = 0, captions: int = 40_000) -> list[str]:
    """Captions of world 0 and of the worlds to come."""
    rng = random.Random(seed)
    lines = []
    for _ in range(captions):
        lines.append(scenes.caption(scenes.any_scene(rng), rng))
        thing = scenes.with_article(rng.choice(OBJECTS))
        text = rng.choice(
            (
                thing,
                f"{scenes.with_article(rng.choice(HATS))} and {thing}",
                f"{thing} wearing {scenes.with_article(rng.choice(HATS))}",
                f"{thing} {rng.choice(EXTRA)} {rng.choice(OBJECTS)}",
                f"a sign that says {rng.choice(SIGN_WORDS)} {rng.choice(SIGN_WORDS)}",
                f"{rng.choice(('two', 'three', 'four'))} {scenes.plural(rng.choice(OBJECTS))}",
                f"{thing} on top of {scenes.with_article(rng.choice(list(scenes.COLOURS)))}"
                f" {rng.choice(scenes.SHAPE_NAMES)}",
            )
        )
        if rng.random() < 0.3:
            text = f"{rng.choice(STYLES)} {text}"
        if rng.random() < 0.4:
            text = f"{text} {rng.choice(PLACES)}"
        lines.append(text)
    return lines


# --- CLIP's rules ----------------------------------------------------------------------------------------
@functools.lru_cache(1)
def byte_symbols() -> list[str]:
    """One printable character per byte value: printable bytes stand for themselves, the others follow from U+0100."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    symbols = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}
    return [symbols[byte] for byte in range(256)]


def _vocabulary_order() -> list[str]:
    """Byte symbols in CLIP's order: printable ones first."""
    return sorted(byte_symbols(), key=lambda symbol: (ord(symbol) >= 256, ord(symbol)))


# Matched whole before anything else; the first two are plain text for us all the same.
LITERALS = (START, END, "'s", "'t", "'re", "'ve", "'m", "'ll", "'d")


def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace():
        return "space"
    return {"L": "letter", "N": "number"}.get(category[0], "other")


def words_of(text: str) -> list[str]:
    """Pre-tokenisation: literals, runs of letters, single numbers, runs of anything else."""
    text = " ".join(unicodedata.normalize("NFC", text).split()).lower()
    words, i = [], 0
    while i < len(text):
        kind = _kind(text[i])
        if kind == "space":
            i += 1
            continue
        literal = next((c for c in LITERALS if text.startswith(c, i)), None)
        end = i + 1
        if literal:
            end = i + len(literal)
        elif kind != "number":
            while end < len(text) and _kind(text[end]) == kind:
                end += 1
        words.append(text[i:end])
        i = end
    return words


def _symbols(word: str) -> tuple[str, ...]:
    table = byte_symbols()
    mapped = [table[byte] for byte in word.encode()]
    return (*mapped[:-1], mapped[-1] + "</w>")


def _merge(symbols: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    merged, i = [], 0
    while i < len(symbols):
        if symbols[i : i + 2] == pair:
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return tuple(merged)


# --- training and encoding -------------------------------------------------------------------------------
def train(folder: Path):
    """Learns the merges, the most frequent pair first, and writes the three files."""
    counts = collections.Counter(word for line in corpus() for word in words_of(line))
    words = {_symbols(word): count for word, count in counts.items()}
    merges = []
    while len(merges) < config.TOKENIZER_MERGES:
        pairs = collections.Counter()
        for symbols, count in words.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += count
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))  # ties by name: the same file every time
        merges.append(best)
        words = {_merge(symbols, best): count for symbols, count in words.items()}

    order = _vocabulary_order()
    tokens = order + [symbol + "</w>" for symbol in order] + [a + b for a, b in merges] + [START, END]
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {token: index for index, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(f"{a} {b}" for a, b in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = {
        "bos_token": START,
        "eos_token": END,
        "model_max_length": config.TOKEN_LENGTH,
        "pad_token": END,
        "tokenizer_class": "CLIPTokenizer",
        "unk_token": END,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


class Tokenizer:
    def __init__(self, folder: Path):
        self.vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        lines = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]
        self.ranks = {tuple(line.split()): rank for rank, line in enumerate(lines) if line}
        self.start, self.end = self.vocabulary[START], self.vocabulary[END]
        self.word_ids = functools.lru_cache(100_000)(self._word_ids)

    def _word_ids(self, word: str) -> list[int]:
        symbols = _symbols(word)
        while len(symbols) > 1:
            pair = min(zip(symbols, symbols[1:]), key=lambda pair: self.ranks.get(pair, float("inf")))
            if pair not in self.ranks:
                break
            symbols = _merge(symbols, pair)
        return [self.vocabulary.get(symbol, self.end) for symbol in symbols]

    def encode(self, text: str) -> list[int]:
        """Start token, text (cut to fit), end token; no padding."""
        ids = [token for word in words_of(text) for token in self.word_ids(word)]
        return [self.start, *ids[: config.TOKEN_LENGTH - 2], self.end]

    def batch(self, texts: list[str]):
        """-> ids (B, L) padded with the end token, mask (B, L) with 1 from start to end token; int64."""
        rows = [self.encode(text) for text in texts]
        length = config.TOKEN_LENGTH
        ids = torch.tensor([row + [self.end] * (length - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
        return ids, mask
