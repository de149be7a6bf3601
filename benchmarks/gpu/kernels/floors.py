#!/usr/bin/env python3
"""The floor of every kernel on a GPU: the longest of what its bytes, its exponentials and its instructions take at least.

  floors.py                            the table for H100 and H200, at the published sizes (LIMITS.md has it)
  floors.py --count OBJECTS            counts the instructions anew, from the machine code of a build (BUILD/cuda/*.o), with
                                       CUDA's cuobjdump; prints what stands in instructions.csv

Bytes: every input read once, every output written once, at the bandwidth that copies reach. Exponentials: 16 a cycle and
multiprocessor. Instructions: what the machine code spends on a pixel in its innermost loop over rows, all classes, at 4
warp instructions a cycle and multiprocessor; filling and leaving that loop, and pixels that two tiles compute, come on
top. bench.py shows its times against these floors, with the clock and bandwidth of the GPU at hand; the goal is 1.4
floors. The instructions are those of sm_90: on other GPUs, whose code differs by some, a floor is near, not exact.
"""
import argparse
import collections
import csv
import math
import os
import re
import subprocess
import sys

import cases

GOAL = 1.4
Gpu = collections.namedtuple('Gpu', 'name multiprocessors clock bandwidth')  # clock in 1/s, bandwidth in bytes/s
GPUS = (Gpu('H100', 132, 1.755e9, 3.0e12), Gpu('H200', 132, 1.755e9, 4.2e12))
EXPONENTIALS_A_CYCLE, LANES_A_CYCLE = 16, 128  # of a multiprocessor
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'instructions.csv')
# What a call of a case runs over every pixel, by the functions' names in the machine code.
LOOPS = {
    'pseudo_label': {'pseudo_label_kernel': 2},  # teacher and student
    'consistency_loss': {'pixel_loss_kernel/ConsistencyTarget': 1},
    'supervised_ce': {'pixel_loss_kernel/SupervisedTarget': 1},
    'supervised_ohem': {'probability_kernel': 1, 'pixel_loss_kernel/SupervisedTarget': 1},
    'confusion': {'confusion_kernel': 1},
}


def read_instructions(path=TABLE):
    """{(loop, classes): warp instructions a pixel}"""
    with open(path) as f:
        return {(r['loop'], int(r['classes'])): int(r['instructions']) for r in csv.DictReader(line for line in f if not line.startswith('#'))}


def parts(spec, gpu, bytes_, exponentials, instructions):
    """(microseconds of bytes, of exponentials, of instructions)"""
    cycles = gpu.multiprocessors * gpu.clock
    loops = LOOPS.get(spec.kernel, {})
    # OHEM needs all probabilities; how many exponentials it computes a second time depends on how many pixels are hard.
    a_pixel = sum(times * instructions[loop, spec.classes] for loop, times in loops.items() if not (spec.kernel == 'supervised_ohem' and loop.startswith('pixel_loss')))
    return bytes_ / gpu.bandwidth * 1e6, exponentials / (EXPONENTIALS_A_CYCLE * cycles) * 1e6, spec.pixels * a_pixel / (LANES_A_CYCLE * cycles) * 1e6


def floor_us(spec, gpu, bytes_, exponentials, instructions):
    return max(parts(spec, gpu, bytes_, exponentials, instructions))


class Sizes:
    """A provider of tensors that are sizes alone, so that the cases' own bytes and exponentials are read."""
    view = None

    def __getattr__(self, name):
        return (lambda *_, **__: (None, 0)) if name == 'workspace' else (lambda *_, **__: self)


class NoKernels:
    def workspace_bytes(self, *_):
        return 0

    def bind(self, *_, **__):
        return None


def table():
    instructions = read_instructions()
    heads = ['%s: bytes, exponentials, issue µs | %s floor µs' % (gpu.name, gpu.name) for gpu in GPUS]
    lines = ['| kernel | size | type | MB | M exponentials | ' + ' | '.join(heads) + ' |',
             '|---|---|---|---|---|' + '---|---|' * len(GPUS)]
    for spec in sorted(cases.specs(['voc', 'cityscapes']), key=lambda s: list(cases.KERNELS).index(s.kernel)):
        if spec.channels_last or spec.kernel == 'gamma':  # which is a launch
            continue
        bytes_, exponentials = sizes_of(spec)
        cells = [spec.kernel, spec.shape_name, spec.dtype_name, '%.1f' % (bytes_ / 1e6), '%.1f' % (exponentials / 1e6)]
        for gpu in GPUS:
            three = parts(spec, gpu, bytes_, exponentials, instructions)
            cells += [', '.join('%.1f' % x for x in three), '**%.1f**' % max(three)]
        lines.append('| ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def sizes_of(spec):
    if spec.kernel == 'ema_update':
        return 12 * cases.PARAMETERS[spec.shape_name], 0
    case = cases.KERNELS[spec.kernel](NoKernels(), Sizes(), spec)
    return case.bytes, case.exponentials


# ---------------------------------------------------------------- machine code
def functions(listing):
    """(name, [(address, instruction)]) of each function in a listing of cuobjdump."""
    name, code = None, []
    for line in listing.splitlines():
        begin = re.match(r'\s*Function : (\S+)', line)
        if begin:
            if name:
                yield name, code
            name, code = begin.group(1), []
        one = re.match(r'\s*/\*([0-9a-f]{4,})\*/\s+(.*?);', line)
        if one:
            code.append((int(one.group(1), 16), one.group(2)))
    if name:
        yield name, code


def loops(code):
    """The instructions of each loop: from the target of a backward branch to the branch."""
    for at, text in code:
        back = re.search(r'\bBRA\S*\s.*?0x([0-9a-f]+)', text)
        if back and int(back.group(1), 16) < at:
            yield [t for a, t in code if int(back.group(1), 16) <= a <= at]


def count(objects):
    """[(loop, classes, instructions, exponentials)] of the kernels that LOOPS names."""
    rows = []
    for path in objects:
        listing = subprocess.run(['cuobjdump', '-sass', path], check=True, capture_output=True, text=True).stdout
        for name, code in functions(listing):
            for loop in {loop for of_kernel in LOOPS.values() for loop in of_kernel}:
                kernel, _, target = loop.partition('/')
                classes = re.search(r'\d%sILi(\d+)E' % kernel, name)
                if not classes or target not in name:
                    continue
                k = int(classes.group(1))
                sign = 'FMNMX' if kernel == 'confusion_kernel' else 'MUFU.EX2'
                over_classes = [texts for texts in loops(code) if sum(sign in t for t in texts) >= k - 1]
                row = min(over_classes, key=len)
                rows.append((loop, k, len(row), sum('MUFU.EX2' in t for t in row)))
    return sorted(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--count', nargs='+', metavar='OBJECT')
    args = parser.parse_args()
    if not args.count:
        print(table())
        return
    try:
        rows = count(args.count)
    except FileNotFoundError:
        sys.exit("floors.py: cuobjdump, which reads the machine code, is missing; it comes with CUDA's toolkit")
    if not rows:
        sys.exit('floors.py: none of the kernels is in %s; expected BUILD/cuda/*.o' % ' '.join(args.count))
    print('# warp instructions of the innermost loop over rows, sm_90\nloop,classes,instructions,exponentials')
    for row in rows:
        print('%s,%d,%d,%d' % row)


if __name__ == '__main__':
    main()
