"""Tests of where weights are found: test_checkpoints.py, part of runs/smoke.sh."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import checkpoints
import config


class KnowsEmbeddings(unittest.TestCase):
    """A prior's statistics of the embeddings hold only for the CLIP that they were taken from."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in ("WORK", "STARTER"):
            patch = mock.patch.object(config, name, self.root / name.lower())
            patch.start()
            self.addCleanup(patch.stop)

    def _write(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def _ship(self):
        for component in ("prior", "image_encoder"):
            self._write(config.STARTER / component / checkpoints.weight_file(component))

    def test_no_prior_at_all_knows_nothing(self):
        self.assertFalse(checkpoints.knows_embeddings("prior"))

    def test_shipped_prior_with_shipped_clip_keeps_its_statistics(self):
        self._ship()
        self.assertTrue(checkpoints.knows_embeddings("prior"))

    def test_shipped_prior_with_clip_trained_here_takes_new_statistics(self):
        self._ship()
        self._write(checkpoints.own("image_encoder"))
        self.assertFalse(checkpoints.knows_embeddings("prior"))

    def test_prior_trained_here_keeps_its_statistics(self):
        self._ship()
        self._write(checkpoints.own("image_encoder"))
        self._write(checkpoints.own("prior"))
        self.assertTrue(checkpoints.knows_embeddings("prior"))


if __name__ == "__main__":
    unittest.main()
