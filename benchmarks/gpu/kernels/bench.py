#!/usr/bin/env python3
"""Checks the kernels against the recorded numbers, then measures them.

  bench.py --library build/libimas.so --golden src/main/resources/golden --out DIR [--device cuda|cpu] [--dry-run]
           [--shapes voc,cityscapes] [--only pseudo_label,...] [--check-only] [--once]

--device cuda needs a GPU, and PyTorch for the measurements. --dry-run calls every kernel at tiny sizes without timing:
with --device cpu that needs nothing but the CPU library and Python's standard library. --once calls every kernel once
at the sizes of --shapes, bf16 and channels_last, for a profiler to look at; with --device cuda it needs PyTorch.
Exit status: 0; 1 when a check failed; 2 when there is no library or device. DIR gets kernels.json and kernels.md.
"""
import argparse
import os
import random
import shlex
import sys

import cases
import report
from golden import Golden
from imas_kernels import CPU, CUDA, Arena, CudaMemory, HostMemory, Kernels


def arguments(line):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--library', required=True, help='libimas.so; libimas_cuda.so is found beside it')
    parser.add_argument('--golden', help='folder of recorded numbers; left out: no such check')
    parser.add_argument('--out', default='.', help='folder for kernels.json and kernels.md')
    parser.add_argument('--device', choices=('cuda', 'cpu'), default='cuda')
    parser.add_argument('--dry-run', action='store_true')
    parser.add_argument('--check-only', action='store_true', help='the recorded numbers alone (for compute-sanitizer)')
    parser.add_argument('--once', action='store_true', help='every kernel once, not timed (for profilers)')
    parser.add_argument('--shapes', default='voc,cityscapes')
    parser.add_argument('--only', default=','.join(cases.KERNELS))
    parser.add_argument('--repeats', type=int, default=50)
    args = parser.parse_args(line)
    for name, known in (('shapes', cases.SHAPES), ('only', cases.KERNELS)):
        chosen = getattr(args, name).split(',')
        unknown = [x for x in chosen if x not in known]
        if unknown:
            parser.error('--%s: %s is unknown, expected some of %s' % (name, ','.join(unknown), ','.join(known)))
        setattr(args, name, chosen)
    if args.device == 'cpu' and not (args.dry_run or args.check_only or args.once):
        parser.error('--device cpu: add --dry-run; CPU times are taken by the JMH benchmarks')
    return args


def row(spec, **measured):
    blank = dict.fromkeys(('us', 'spread_us', 'floor_us', 'floors', 'copy_share', 'eager', 'compile', 'error', 'eager_us', 'compile_us', 'sets'))
    return {'kernel': spec.kernel, 'shape': spec.shape_name, 'dtype': spec.dtype_name, 'layout': spec.layout, **blank, **measured}


def dry_run(args, kernels, memory):
    """Every kernel once at tiny sizes."""
    rows = []
    for spec in cases.specs(['tiny']):
        if spec.kernel not in args.only:
            continue
        with Arena(memory) as arena:
            case = cases.KERNELS[spec.kernel](kernels, cases.HostProvider(arena, random.Random(1)), spec)
            case.call()
            memory.synchronize()
            rows.append(row(spec, bytes=case.bytes, exponentials=case.exponentials))
    return {'device': args.device + ' (dry run)', 'torch': 'not used', 'copy_gb_per_s': None, 'rows': rows}


def once(args, kernels, memory):
    """Every kernel once at the chosen sizes, as training on a GPU calls it; the names of what was called."""
    called = []
    for shape in args.shapes:
        for name, build in cases.PROFILED.items():
            if name.split(',')[0] not in args.only:
                continue
            with Arena(memory) as arena:
                if memory.kind == CUDA:
                    import torch_side
                    provider = torch_side.TorchProvider(1)
                else:
                    provider = cases.HostProvider(arena, random.Random(1))
                spec = cases.Spec(name, shape, 'bf16', 'channels_last')
                build(kernels, provider, spec).call()
                memory.synchronize()
            called.append(spec.name())
            print(called[-1], flush=True)
    return called


def main(line):
    args = arguments(line)
    os.makedirs(args.out, exist_ok=True)
    kind = CUDA if args.device == 'cuda' else CPU
    try:
        kernels, memory = Kernels(args.library, kind), CudaMemory() if kind == CUDA else HostMemory()
    except (OSError, RuntimeError) as problem:  # no library, no device, no libcudart
        print('bench.py: %s' % problem, file=sys.stderr)
        return 2
    failures = []
    if args.golden:
        checks = Golden(kernels, memory, args.golden).run()
        failures += checks.failed
        print('recorded numbers: %d comparisons, %d failed' % (checks.made, len(checks.failed)), flush=True)
        for failed in checks.failed:
            print('  ' + failed)
    if args.check_only:
        return 1 if failures else 0
    if args.once:
        once(args, kernels, memory)
        return 0

    def save(result):
        result.update(build=kernels.build_info(), command=' '.join(['bench.py'] + [shlex.quote(x) for x in line]), failures=failures + result.get('failures', []))
        return report.write(result, args.out)

    if args.dry_run:
        result = dry_run(args, kernels, memory)
    else:
        import torch_side
        result = torch_side.measure(args, row, lambda partial: save(dict(partial)))
    print(save(result))
    return 1 if result['failures'] else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
