"""The calls of the image API as programs make them with the official Python client."""
import struct
import zlib

SIDE = 64
PICTURE_SIZE = "256x256"


def png(side: int = SIDE, transparent: bool = False) -> bytes:
    """A red square; with transparency, its upper half is a hole."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + (b"\xc8\x20\x20" + (bytes([0 if y < side // 2 else 255]) if transparent else b"")) * side for y in range(side)
    )
    header = struct.pack(">IIBBBBB", side, side, 8, 6 if transparent else 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def generate(client):
    return client.images.generate(model="dall-e-2", prompt="a red cube", n=2, size=PICTURE_SIZE)


def generate_bytes(client):
    return client.images.generate(model="dall-e-3", prompt="a red cube", response_format="b64_json", quality="hd", style="natural", user="user-7")


def generate_modern(client):
    return client.images.generate(model="gpt-image-1", prompt="a red cube", quality="low", background="opaque", moderation="auto", output_format="webp")


def generate_stream(client):
    return list(client.images.generate(model="gpt-image-1", prompt="a red cube", stream=True, partial_images=1))


def edit(client):
    return client.images.edit(
        model="dall-e-2", image=("image.png", png()), mask=("mask.png", png(transparent=True)), prompt="a blue cube", size=PICTURE_SIZE
    )


def edit_without_mask(client):
    return client.images.edit(model="gpt-image-1", image=("image.png", png()), prompt="a blue cube")


def edit_several(client):
    return client.images.edit(model="gpt-image-1", image=[("a.png", png()), ("b.png", png(32))], prompt="both in one")


def vary(client):
    return client.images.create_variation(image=("image.png", png()), n=2, size=PICTURE_SIZE)


def models(client):
    return client.models.list()


def model(client):
    return client.models.retrieve("dall-e-2")


ALL = [generate, generate_bytes, generate_modern, generate_stream, edit, edit_without_mask, edit_several, vary, models, model]
