#!/bin/sh
# Runs every stage for a step or two, the export and the evaluation, with tiny settings, in a temporary folder:
# a minute or two, exit status 0 only if everything ran. Needs a Python with torch (PYTHON=...). World 3's sprites are fetched
# once from the npm registry into the ignored work folder; without network access world 3 is left out.
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
# The larger worlds take their sprites from a font that not every machine has.
if [ -e /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ] && [ -e /usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf ]; then
    WORLD=2 TRAINING_WORK="$TRAINING_WORK/world2" "$python" train.py clip --smoke
else
    echo "smoke: worlds 1 and 2 not drawn: fonts-noto-color-emoji and fonts-dejavu-core are not installed"
fi
if ./fetch_sprites.sh >/dev/null 2>&1; then
    for stage in clip judge; do
        WORLD=3 TRAINING_WORK="$TRAINING_WORK/world3" "$python" train.py "$stage" --smoke
    done
    WORLD=3 TRAINING_WORK="$TRAINING_WORK/world3" "$python" evaluate.py --count 2 --parts objects variety
else
    echo "smoke: world 3 not drawn: its sprites cannot be fetched from the npm registry"
fi
"$python" export.py "$TRAINING_WORK/model"
test -s "$TRAINING_WORK/model/decoder/diffusion_pytorch_model.safetensors"
"$python" evaluate.py --count 2 --parts clip decoder
"$python" -m unittest --quiet test_checkpoints test_rims
echo "smoke: every stage ran"
