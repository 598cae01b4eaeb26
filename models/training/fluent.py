"""The sprites of world 3, by what they are: within a group they are each other's look-alikes.

Run as a program it prints the names of their files, for fetch_sprites.sh.
"""

GROUPS = {
    "heads": {
        "dog": "🐶", "cat": "🐱", "fox": "🦊", "panda": "🐼", "rabbit": "🐰", "lion": "🦁", "frog": "🐸",
        "penguin": "🐧", "unicorn": "🦄", "robot": "🤖", "teddy bear": "🧸", "pig": "🐷", "monkey": "🐵",
        "koala": "🐨", "tiger": "🐯", "owl": "🦉",
    },
    "animals": {"duck": "🦆", "elephant": "🐘", "turtle": "🐢", "fish": "🐠", "butterfly": "🦋"},
    "food": {
        "avocado": "🥑", "apple": "🍎", "banana": "🍌", "strawberry": "🍓", "watermelon": "🍉", "carrot": "🥕",
        "mushroom": "🍄", "cake": "🎂", "donut": "🍩", "pizza": "🍕", "ice cream": "🍦", "pumpkin": "🎃",
    },
    "plants": {"sunflower": "🌻", "cactus": "🌵", "tree": "🌳", "tulip": "🌷"},
    "things": {
        "car": "🚗", "rocket": "🚀", "sailboat": "⛵", "house": "🏠", "light bulb": "💡", "gift": "🎁", "chair": "🪑",
        "couch": "🛋️", "guitar": "🎸", "soccer ball": "⚽", "balloon": "🎈", "umbrella": "☂️", "clock": "⏰",
        "book": "📕", "key": "🔑", "bell": "🔔", "coffee": "☕", "camera": "📷", "airplane": "✈️", "snowman": "⛄",
        "ghost": "👻", "crown": "👑", "top hat": "🎩",
    },
}  # fmt: skip
SPRITES = {name: emoji for group in GROUPS.values() for name, emoji in group.items()}
HATS = ("top hat", "crown")


def look_alikes(name: str) -> list[str]:
    """The others of a world 3 sprite's group."""
    group = next(group for group in GROUPS.values() if name in group)
    return [other for other in group if other != name]


def file_name(emoji: str) -> str:
    """In the package: its code points."""
    return "-".join(f"{ord(character):x}" for character in emoji) + ".webp"


if __name__ == "__main__":
    print(*(file_name(emoji) for emoji in SPRITES.values()), sep="\n")
