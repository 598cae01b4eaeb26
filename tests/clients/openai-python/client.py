"""The official Python client against a studio: python3 client.py ADDRESS KEY. Prints "ok" or fails with what differed."""
import base64
import sys
import urllib.request

import openai

import calls

address, key = sys.argv[1:3]
client = openai.OpenAI(base_url=f"{address}v1", api_key=key, max_retries=0)


def is_picture(encoded: str) -> bool:
    return base64.b64decode(encoded)[:4] in (b"\x89PNG", b"RIFF")


generated = calls.generate(client)
assert len(generated.data) == 2
with urllib.request.urlopen(generated.data[0].url) as fetched:
    assert fetched.headers["content-type"] == "image/png"
for make in (calls.generate_bytes, calls.generate_modern, calls.edit_without_mask, calls.edit_several):
    assert is_picture(make(client).data[0].b64_json), make.__name__
assert calls.edit(client).data[0].url
assert len(calls.vary(client).data) == 2

events = calls.generate_stream(client)
assert events[-1].type == "image_generation.completed"
assert all(is_picture(event.b64_json) for event in events)
assert "dall-e-2" in [model.id for model in calls.models(client)]
assert calls.model(client).id == "dall-e-2"

try:
    client.images.generate(model="dall-e-4", prompt="a red cube")
    raise AssertionError("A model that does not exist was accepted.")
except openai.NotFoundError as fault:
    assert fault.code == "model_not_found"
    assert fault.request_id.startswith("req_")
try:
    client.images.generate(prompt="a red cube", size="64x64")
    raise AssertionError("A size that does not exist was accepted.")
except openai.BadRequestError as fault:
    assert fault.param == "size"
try:
    openai.OpenAI(base_url=f"{address}v1", api_key="sk-wrong", max_retries=0).models.list()
    raise AssertionError("A wrong key was accepted.")
except openai.AuthenticationError:
    print("ok")
