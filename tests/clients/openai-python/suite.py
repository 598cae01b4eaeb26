"""Runs the official Python client's own tests of its image calls against a studio: python3 suite.py TREE ADDRESS KEY. Prints "ok" or fails with
what differed.

The tests are written for a mock server that answers anything. A real server needs a key and pictures, where they send a made-up key and the
words "Example data"; and they ask a model for a size that OpenAI gives to another one only. These three are replaced; the rest is as it is in
the source tree. Its conftest.py is not loaded, which needs more packages than these tests do."""
import asyncio
import contextlib
import functools
import inspect
import pathlib
import sys

import pytest

import calls

WORDS = b"Example data"
OTHERS_SIZE = "256x256"


class Studio:
    """The fixtures of the suite, and its pictures."""

    def __init__(self, address: str, key: str) -> None:
        self.options = {"base_url": f"{address}v1", "api_key": key}

    @pytest.fixture
    def client(self, request):
        import openai

        with openai.OpenAI(**self.options, _strict_response_validation=request.param) as client:
            yield client

    @pytest.fixture
    def async_client(self, request):
        import openai

        if isinstance(request.param, dict):
            pytest.skip("The other HTTP client sends the same requests.")
        return openai.AsyncOpenAI(**self.options, _strict_response_validation=request.param)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        if not inspect.iscoroutinefunction(pyfuncitem.obj):
            return None
        needed = pyfuncitem._fixtureinfo.argnames
        asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in needed}))
        return True


def with_pictures(call):
    """The call with pictures in the place of words."""

    @functools.wraps(call)
    def sent(*args, **fields):
        for name, picture in (("image", calls.png()), ("mask", calls.png(transparent=True))):
            if fields.get(name) == WORDS:
                fields[name] = picture
        if fields.get("size") == OTHERS_SIZE and str(fields.get("model")).startswith("gpt-image"):
            fields["size"] = "1024x1024"
        return call(*args, **fields)

    return sent


def main() -> int:
    tree, address, key = sys.argv[1:4]
    sys.path.insert(0, tree)
    from openai.resources import images

    for resource in (images.Images, images.AsyncImages):
        for name in ("edit", "create_variation"):
            setattr(resource, name, with_pictures(getattr(resource, name)))
    suite = str(pathlib.Path(tree, "tests", "api_resources", "test_images.py"))
    options = ["--noconftest", "-p", "no:cacheprovider", "-p", "no:asyncio", "-c", "/dev/null", "--rootdir", tree, "-q", "--tb", "short"]
    with contextlib.redirect_stdout(sys.stderr):
        outcome = pytest.main([*options, suite], plugins=[Studio(address, key)])
    if outcome == 0:
        print("ok")
    return outcome


sys.exit(main())
