#!/usr/bin/env python3
"""How the tiles of the fast kernels fill GPUs at the published sizes, by the rule of cuda-kernels/window.cuh.

  waves.py            the table of LIMITS.md: tiles over tiles at once, by kernel, size and GPU

Tiles at once are those that registers (cuda-kernels/resources.csv) and shared memory allow, as CUDA's occupancy
calculator counts them. parts_test.py and cuda-kernels/test/limits_test.cpp hold this rule and window.cuh to the same
numbers.
"""
import collections
import csv
import functools
import math
import os
import re

import cases

KERNELS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..', 'cuda-kernels')
# threads and shared memory (KiB) of a multiprocessor, and KiB that the system takes of each block's
Generation = collections.namedtuple('Generation', 'threads shared taken')
GENERATIONS = {75: Generation(1024, 64, 0), 80: Generation(2048, 164, 1), 86: Generation(1536, 100, 1),
               89: Generation(1536, 100, 1), 90: Generation(2048, 228, 1), 100: Generation(2048, 228, 1),
               120: Generation(1536, 100, 1)}
REGISTERS = 65536  # of a multiprocessor, in every generation
Gpu = collections.namedtuple('Gpu', 'name architecture multiprocessors')
GPUS = (Gpu('T4', 75, 40), Gpu('RTX 3060', 86, 28), Gpu('RTX 4060', 89, 24), Gpu('L4', 89, 58), Gpu('RTX 3090', 86, 82),
        Gpu('A100', 80, 108), Gpu('RTX 4090', 89, 128), Gpu('H100, H200', 90, 132), Gpu('RTX 5090', 120, 170))
# kernel: as resources.csv has it; windows in shared memory, and bytes beside them; intervals that tiles overlap by
Fast = collections.namedtuple('Fast', 'kernel windows overlap least_height more_shared')


@functools.lru_cache(None)
def constants():
    """{name: value} of the numbers in window.cuh and pixel_loss.cuh."""
    found = {}
    for name in ('window.cuh', 'pixel_loss.cuh'):
        with open(os.path.join(KERNELS, name)) as f:
            found.update((k, int(v)) for k, v in re.findall(r'constexpr int (k\w+) = (\d+);', f.read()))
    return found


def fast_kernels(c, classes):
    row_table = 4 * (1 + c['kRows']) * (c['kMaxHeight'] + 2) // 16 * 16 + 16
    sums = 4 * classes * (c['kThreads'] + c['kThreads'] // 32 + 1)
    loss = sums + 2 * 4 * 2 * c['kRows'] * c['kPitch'] + row_table + 64

    def counts(bins):
        return (4 * bins + 15) // 16 * 16
    return {
        'pseudo_label': Fast('pseudo_label_kernel<%d>', 2, 0, 2, row_table + counts(3 * classes + 2)),
        'consistency_loss': Fast('pixel_loss_kernel<%d;ConsistencyTarget>', 1, 1, c['kLeastHeight'], loss),
        'supervised_loss': Fast('pixel_loss_kernel<%d;SupervisedTarget>', 1, 1, c['kLeastHeight'], loss),
        "OHEM's probabilities": Fast('probability_kernel<%d>', 1, 0, 2, row_table + (2048 + 32) * 4),
        'confusion': Fast('confusion_kernel<%d>', 1, 0, 2, row_table + counts(3 * classes)),
    }


@functools.lru_cache(None)
def registers():
    """{(kernel, architecture): registers a thread}"""
    with open(os.path.join(KERNELS, 'resources.csv')) as f:
        rows = csv.DictReader(line for line in f if not line.startswith('#'))
        return {(r['kernel'], int(r['arch'][3:])): int(r['registers']) for r in rows}


def first(i, n, out):
    """The first output whose lower input is at least i (native/src/law/enlarge.hpp)."""
    if i <= 0:
        return 0
    return out if i > n - 1 or out == 1 else -(-i * (out - 1) // (n - 1))


def widths(c, n, out, overlap):
    """(tiles along a row, threads of each): fast_tiles()"""
    best, chosen, tried, across = 0.0, None, 0, -(-n // (c['kPitch'] - 3))
    while tried < 8 and across <= n:
        width = -(-n // across)
        widest = max(first(min(b + width, n), n, out) - first(b - overlap, n, out) for b in range(0, n, width))
        if widest > c['kThreads']:
            across = -(-n // (width - 1))
            continue
        tried += 1
        threads, really = -(-max(widest, width) // 32) * 32, -(-n // width)
        if out / (really * threads) > best:
            best, chosen = out / (really * threads), (really, threads)
        across += 1
    return chosen


def height_of(c, rows, side_by_side, at_once, least):
    """The rows of a tile: with_height()"""
    waves = -(-(-(-rows // c['kMaxHeight']) * side_by_side) // at_once)
    return max(least, -(-rows // (waves * at_once // side_by_side)))


def blocks_at_once(gpu, registers_of_thread, threads, shared):
    g, warps = GENERATIONS[gpu.architecture], threads // 32
    warps_at_once = REGISTERS // (-(-registers_of_thread // 8) * 8 * 32) // 4 * 4  # by registers; warps come in fours
    by_registers = warps_at_once // warps
    by_shared = g.shared * 1024 // (shared + g.taken * 1024)
    return gpu.multiprocessors * min(by_registers, by_shared, g.threads // threads)


Filled = collections.namedtuple('Filled', 'tiles at_once height waves')


def filled(kernel, shape, gpu):
    """How a kernel's tiles fill a GPU."""
    c = constants()
    images, classes, low, _, high, _ = cases.SHAPES[shape]
    fast = fast_kernels(c, classes)[kernel]
    across, threads = widths(c, low, high, fast.overlap)
    window = 4 * 2 * classes * c['kPitch']
    at_once = blocks_at_once(gpu, registers()[fast.kernel % classes, gpu.architecture], threads,
                             fast.windows * window + fast.more_shared)
    height = height_of(c, low, across * images, at_once, fast.least_height)
    tiles = across * images * -(-low // height)
    return Filled(tiles, at_once, height, math.ceil(tiles / at_once))


def table():
    lines = ['| kernel | size | ' + ' | '.join(gpu.name for gpu in GPUS) + ' |', '|---|---' + '|---' * len(GPUS) + '|']
    for kernel in fast_kernels(constants(), 21):
        for shape in ('voc', 'cityscapes'):
            cells = []
            for gpu in GPUS:
                f = filled(kernel, shape, gpu)
                cells.append('%d / %d = %.2f' % (f.tiles, f.at_once, f.tiles / f.at_once))
            lines.append('| %s | %s | %s |' % (kernel, shape, ' | '.join(cells)))
    return '\n'.join(lines)


if __name__ == '__main__':
    print(table())
