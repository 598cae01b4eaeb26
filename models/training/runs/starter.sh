#!/bin/sh
# Makes models/starter from nothing on a CPU (Debian's python3-torch with libopenblas0-pthread, libjemalloc2 and
# fonts-noto-color-emoji), or with DEVICE=cuda on a GPU. Every line can be stopped and run again: it resumes. On two quiet cores these minutes give
# about the samples of the shipped model (see models/starter/MODEL_CARD.md), which came by way of world 0; more is better,
# above all for the decoder.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-/usr/bin/python3}
device=${DEVICE:-cpu}
jemalloc=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2
if [ -e "$jemalloc" ]; then
    # torch frees and takes back large blocks all the time; without this each take is a page fault per 4 KiB
    # (kept for 20 s only: kept for ever, fragments grew to 13 GB in a quarter of an hour)
    export LD_PRELOAD="$jemalloc" MALLOC_CONF=dirty_decay_ms:20000,muzzy_decay_ms:20000
fi
export OMP_NUM_THREADS=1
export WORLD=1 # styles, scenic grounds and emoji beside the primitives of world 0

stage() {
    nice -n 19 "$python" train.py "$@" --device "$device" --resume
}

"$python" train.py tokenizer
stage clip --minutes "${CLIP_MINUTES:-60}"
stage clip --minutes 5 --decay
stage decoder --minutes "${DECODER_MINUTES:-240}"

# What the model shall know at the end; the decoder's emoji are still blobs then.
export SPRITE_SHARE=0 DETAIL=1
stage decoder --minutes "${DETAIL_MINUTES:-14}"
stage decoder --minutes "${DECODER_DECAY_MINUTES:-20}" --decay
stage prior --minutes "${PRIOR_MINUTES:-9}"
stage prior --minutes 5 --decay
stage prior_autoregressive --minutes "${PRIOR_AUTOREGRESSIVE_MINUTES:-30}"
stage prior_autoregressive --minutes 6 --decay
stage super_res_first --minutes "${UPSAMPLER_MINUTES:-5}"
stage super_res_first --minutes 1 --decay
stage super_res_1024 --minutes "${UPSAMPLER_MINUTES:-5}"
stage super_res_1024 --minutes 1 --decay
stage judge --minutes 7
"$python" evaluate.py
"$python" export.py
