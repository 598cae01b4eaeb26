#!/bin/sh
# World 3 from the shipped weights, in parts (config.PARTS), evaluated at every half million decoder samples: work/curve.jsonl,
# curve.py. It can be stopped at any moment and run again: what is done is skipped, the rest resumes. On a shared machine it
# runs at the lowest priority; lengths are in samples, so that a busy machine only makes it later.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-/usr/bin/python3}
device=${DEVICE:-cpu}
jemalloc=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2
if [ -e "$jemalloc" ]; then
    export LD_PRELOAD="$jemalloc" MALLOC_CONF=dirty_decay_ms:20000,muzzy_decay_ms:20000 # why: see starter.sh
fi
export OMP_NUM_THREADS=1 WORLD=3

stage() {
    nice -n 19 "$python" train.py "$@" --device "$device" --resume
}

# Pictures of the newest weights against renderings; the table's row; once for each number of samples.
measure() {
    sheet=${TRAINING_WORK:-work}/evaluation/prompts-$1.webp
    if [ ! -e "$sheet" ]; then
        nice -n 19 "$python" evaluate.py --record --count 120 --parts decoder objects variety rims sheets
        nice -n 19 "$python" prompt_sheet.py "$sheet"
    fi
}

./fetch_sprites.sh
# The embedding decides what a decoder can ever draw: it knows all parts' scenes before any decoder learns. From the
# shipped weights it told look-alikes apart in 99 of 100 after 21,000 pairs.
stage clip --samples "${CLIP_SAMPLES:-60000}"
stage clip --samples "$((${CLIP_SAMPLES:-60000} + 20000))" --decay

export PART=large # single large things and primitives, until the judge recognises 80 % of them
stage decoder --samples 100000
(
    export PART=signs # prior and judge know everything from the beginning
    stage prior --samples 200000
    stage judge --samples 250000
)
measure 100000
for samples in 250000 500000 1000000 1500000 2000000 2500000 3000000; do
    stage decoder --samples $samples
    measure $samples
done

export PART=pairs
for samples in 3500000 4000000 4500000; do
    stage decoder --samples $samples
    measure $samples
done

export PART=signs
for samples in 5000000 5500000; do
    stage decoder --samples $samples
    measure $samples
done

# Detail, and the parts that follow the decoder.
export DETAIL=1
stage decoder --samples 6000000 --decay
stage prior --samples 600000
stage prior --samples 700000 --decay
stage prior_autoregressive --samples 400000
stage prior_autoregressive --samples 500000 --decay
for part in super_res_first super_res_1024; do
    stage $part --samples 80000
    stage $part --samples 100000 --decay
done
measure 6000000
