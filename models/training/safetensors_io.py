"""Reads and writes safetensors files with nothing but torch (no extra package)."""

import json
import struct
from pathlib import Path

import torch

_NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}
_DTYPES = {name: dtype for dtype, name in _NAMES.items()}


def save(tensors: dict[str, torch.Tensor], path: Path, dtype: torch.dtype | None = None) -> int:
    """Writes the tensors in order of name, floating ones cast to `dtype`; returns the file's size in bytes."""
    header, chunks, offset = {}, [], 0
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu()
        if dtype is not None and tensor.is_floating_point():
            tensor = tensor.to(dtype)
        tensor = tensor.contiguous()
        # Viewing as bytes works for bfloat16 too, which numpy does not know.
        data = tensor.reshape(-1).view(torch.uint8).numpy().tobytes()
        end = offset + len(data)
        header[name] = {"dtype": _NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, end]}
        chunks.append(data)
        offset = end

    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # tensor data starts on an 8-byte boundary
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        file.writelines(chunks)
    return path.stat().st_size


def load(path: Path) -> dict[str, torch.Tensor]:
    """Returns every tensor of the file in its stored type."""
    data = bytearray(path.read_bytes())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(data, dtype=torch.uint8, offset=begin, count=end - begin).clone()
        tensors[name] = flat.view(_DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors
