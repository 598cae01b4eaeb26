#!/bin/sh
# World 3 on one GPU that is lent for a quarter of an hour: gpu.sh learn, then gpu.sh finish, each within ten minutes, on a
# machine without network access. Before: fetch_sprites.sh here, and carry models/training/work/fluent-emoji-3d there (0.4 MB).
# `finish` leaves in $OUT the model folder in fp16, in pieces of at most 15 MiB (cat model.tar.* | tar -x), and its sheets;
# DEVICE=cpu and MINUTE=0.01 try the script itself.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
device=${DEVICE:-cuda}
export WORLD=3

stage() { # stage NAME MINUTES ...
    name=$1 minutes=$2
    shift 2
    "$python" train.py "$name" --minutes "$(awk "BEGIN { print $minutes * ${MINUTE:-1} }")" --device "$device" "$@"
}

case $1 in
learn)
    stage clip 2 --decay
    stage judge 0.5 --decay
    stage prior 0.7 --decay
    (export PART=large && stage decoder 4.5)
    ;;
finish)
    (export PART=signs DETAIL=1 && stage decoder 2.5 --resume --decay)
    stage super_res_first 1.2 --decay
    stage super_res_1024 0.6 --decay
    "$python" export.py "$OUT/model"
    (cd "$OUT" && tar -cf - model | split -b 15M - model.tar. && rm -r model)
    "$python" prompt_sheet.py "$OUT/prompts.webp"
    "$python" evaluate.py --count 60 --parts clip objects
    ;;
esac
