#!/usr/bin/env python3
"""Everything that a GPU is wanted for, in the order of its value, within a time limit.

  check.py --minutes 60 [--out DIR] [--only NAME,...] [--camvid DIR] [--python PYTHON] [--list]

Kernels correct, kernels timed, steps timed, parity with the CPU, profiles, CamVid. Each step has its own most minutes, or
what is left of the whole; one that does not fit ends on a signal, and what it has written stays. DIR (default: gpu-check)
gets a folder for each step with its log and results, and summary.md, written anew after every step. A step is left out,
with the reason, where the machine lacks what it needs. Steps that a DIR has passed are not repeated, so the same command
goes on after a cut. Exit status: 0 all that could run passed; 1 a step failed or found a fault; 2 there is no GPU; 3 time
ran out.
"""
import argparse
import collections
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.dirname(os.path.dirname(HERE))
GRACE = 20   # seconds that a step has for ending when it is told to
LEAST = 30   # seconds that are worth starting a step for
DRIVERS = ('/dev/nvidiactl', '/dev/dxg')  # Linux, and Linux within Windows
# command: {out} is the step's folder; needs: programs, or folder:..., or module:... of --python.
Step = collections.namedtuple('Step', 'name shows minutes needs command')


def steps(camvid, python):
    kernels = 'IMAS_BENCH_PARTS=%s benchmarks/gpu/kernels/run {out}'
    train = 'benchmarks/gpu/train/'
    return (
        Step('device', 'which GPU, driver and clocks', 1, ('nvidia-smi',), 'nvidia-smi'),
        Step('build', 'the program with CUDA', 30, ('java', 'mvn', 'nvcc'), 'IMAS_GPU=ON ./imas version && ./imas bench -l'),
        Step('kernels-correct', 'the recorded numbers, memcheck and racecheck', 8, ('nvcc', 'cmake'), kernels % 'check'),
        Step('verify', 'the same numbers, networks and training from Java', 6, ('java',), './imas doctor && ./imas verify --device cuda'),
        Step('kernels-timed', 'kernels against libtorch and their limits, from Java', 8, ('java',), './imas bench --device cuda --out {out}/kernels-cuda'),
        Step('kernels-torch', 'kernels against eager and compiled PyTorch, and their floors', 12, ('nvcc', 'module:torch'), kernels % 'measure'),
        Step('step-smoke', 'the small step on the GPU', 3, ('java',), train + 'step --case smoke --device cuda --source loader --json {out}/step.json'),
        Step('step-timed', 'steps of ResNet-50 against PyTorch', 15, ('java', 'module:torch'),
             train + 'compare.py --cases voc-r50 --device cuda --python ' + shlex.quote(python) + ' --out {out}'),
        Step('parity', '300 steps on CPU and GPU', 12, ('java',), train + 'parity.py --devices cpu,cuda --out {out}'),
        Step('profile-kernels', "ncu's figures of every kernel", 8, ('java', 'ncu'), 'benchmarks/gpu/profile kernels {out}'),
        Step('profile-step', "nsys's figures of a step", 5, ('java', 'nsys'), 'benchmarks/gpu/profile step {out}'),
        Step('camvid', 'the short comparison of methods on real pictures', 30, ('java', 'folder:' + camvid),
             './imas compare --seeds 1 --out {out}/camvid46 --preset camvid --device cuda --data ' + shlex.quote(camvid) +
             ' --labeled splits/46/labeled.txt --unlabeled splits/46/unlabeled.txt --val splits/val.txt'),
    )


def lacking(step, python):
    """What the machine lacks for a step, in words; None when it lacks nothing."""
    for need in step.needs:
        kind, _, name = need.rpartition(':')
        if kind == 'folder' and not os.path.isdir(os.path.join(HOME, name)):
            return 'there is no folder ' + name
        if kind == 'module' and subprocess.run([python, '-c', 'import ' + name], capture_output=True, check=False).returncode:
            return '%s has no module %s' % (python, name)
        if not kind and not shutil.which(name):
            return name + ' is not installed'
    return None


def run(step, folder, seconds):
    """(what became of it, seconds): 'passed', 'FAILED (status N)' or 'cut off after N s'."""
    os.makedirs(folder, exist_ok=True)
    begin = time.monotonic()
    with open(os.path.join(folder, 'log'), 'wb') as log:
        process = subprocess.Popen(['bash', '-c', step.command.format(out=shlex.quote(folder))], cwd=HOME, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            status = process.wait(timeout=seconds)
        except (subprocess.TimeoutExpired, KeyboardInterrupt) as end:
            stop(process)
            if isinstance(end, KeyboardInterrupt):
                raise
            return 'cut off after %d s' % seconds, time.monotonic() - begin
    return 'passed' if status == 0 else 'FAILED (status %d)' % status, time.monotonic() - begin


def stop(process):
    """Asks the step and all it started to end, then ends them."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=GRACE)
            return
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            return


def save(out, done, command):
    """state.json for going on, summary.md for reading; each is whole at any time."""
    text = '# GPU check\n\nCommand: `%s`\n\n| step | shows | result | seconds |\n|---|---|---|---|\n' % command
    text += ''.join('| %s | %s | %s | %s |\n' % (name, r['shows'], r['result'], '-' if r['seconds'] is None else '%.0f' % r['seconds']) for name, r in done.items())
    for name, content in (('state.json', json.dumps(done, indent=1)), ('summary.md', text)):
        with open(os.path.join(out, name + '.part'), 'w') as f:
            f.write(content)
        os.replace(os.path.join(out, name + '.part'), os.path.join(out, name))
    return text


def earlier(out):
    """What an earlier call has passed."""
    try:
        with open(os.path.join(out, 'state.json')) as f:
            return {name: r for name, r in json.load(f).items() if r['result'] == 'passed'}
    except FileNotFoundError:
        return {}


def check(chosen, out, seconds, python, command):
    """The exit status."""
    end = time.monotonic() + seconds
    done = earlier(out)
    for step in chosen:
        if step.name in done:
            print('%-16s passed before' % step.name, flush=True)
            continue
        reason, left, took = lacking(step, python), end - time.monotonic(), None
        if reason:
            result = 'left out: ' + reason
        elif left - GRACE < LEAST:
            result = 'not started: no time left'
        else:
            print('%-16s %s ...' % (step.name, step.shows), flush=True)
            result, took = run(step, os.path.join(out, step.name), min(60 * step.minutes, left - GRACE))
        done[step.name] = {'shows': step.shows, 'result': result, 'seconds': took}
        print('%-16s %s' % (step.name, result), flush=True)
        save(out, done, command)
    results = [r['result'] for r in done.values()]
    if any(r.startswith('FAILED') for r in results):
        return 1
    return 3 if any(r.startswith(('cut off', 'not started')) for r in results) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, default=60, help='of all steps together (default 60)')
    parser.add_argument('--out', default='gpu-check', help='folder for logs and results')
    parser.add_argument('--only', help='some of the steps, by their names')
    parser.add_argument('--camvid', default='../shared/camvid', help='the CamVid folder (docs/data.md)')
    parser.add_argument('--python', default=sys.executable, help='a Python with PyTorch')
    parser.add_argument('--list', action='store_true', help='tells the steps and what each lacks here')
    args = parser.parse_args()
    every = steps(args.camvid, args.python)
    names = [s.name for s in every]
    wanted = args.only.split(',') if args.only else names
    unknown = [name for name in wanted if name not in names]
    if unknown:
        parser.error('--only: %s is unknown, expected some of %s' % (','.join(unknown), ','.join(names)))
    chosen = [s for s in every if s.name in wanted]
    if args.list:
        for step in chosen:
            reason = lacking(step, args.python)
            print('%-16s %2d min  %s%s' % (step.name, step.minutes, step.shows, ' (%s)' % reason if reason else ''))
        return
    if not any(os.path.exists(driver) for driver in DRIVERS):
        print('check.py: this machine has no NVIDIA GPU with a driver (neither of %s); --list tells the steps' % ', '.join(DRIVERS), file=sys.stderr)
        sys.exit(2)
    out = os.path.abspath(args.out)
    os.makedirs(out, exist_ok=True)
    status = check(chosen, out, 60 * args.minutes, args.python, 'benchmarks/gpu/check.py ' + ' '.join(sys.argv[1:]))
    print('results in ' + os.path.join(args.out, 'summary.md'))
    sys.exit(status)


if __name__ == '__main__':
    main()
