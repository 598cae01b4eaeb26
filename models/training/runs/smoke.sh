#!/bin/sh
# Runs every stage for a step or two, the export and the evaluation, with tiny settings, in a temporary folder:
# about a minute, no network access, exit status 0 only if everything ran. Needs a Python with torch (PYTHON=...).
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-/usr/bin/python3}
TRAINING_WORK=$(mktemp -d)
export TRAINING_WORK
trap 'rm -rf "$TRAINING_WORK"' EXIT

"$python" train.py tokenizer
for stage in clip prior prior_autoregressive decoder super_res_first super_res_1024 judge; do
    "$python" train.py "$stage" --smoke
done
"$python" train.py decoder --smoke --resume --decay
"$python" export.py "$TRAINING_WORK/model"
test -s "$TRAINING_WORK/model/decoder/diffusion_pytorch_model.safetensors"
"$python" evaluate.py --count 2 --parts clip decoder
echo "smoke: every stage ran"
