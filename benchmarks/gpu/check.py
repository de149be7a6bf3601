#!/usr/bin/env python3
"""Everything that a GPU is wanted for, in the order of its value, within a time limit.

  check.py --minutes 60 [--out DIR] [--only NAME,...] [--camvid DIR] [--python PYTHON] [--list]
  check.py --minutes 12         for a GPU that is lent for a quarter of an hour

Kernels correct, kernels timed, a step timed, parity with the CPU; then recorded numbers of the networks, profiles and
CamVid. A step ends after its most minutes, or after its share of the whole where that is less, so that those behind it
have their turn; what is left over goes to the last ones. One that needs longer than is left is not started. Twelve
minutes have room for the first four and for what of the others fits behind them.

DIR (default: gpu-check) gets a folder for each step with its log and results, and summary.md, written anew before and
after every step. A step that does not fit ends on a signal, and what it has written stays; so it is when check.py
itself is told to end. A step is left out, with the reason, where the machine lacks what it needs. Steps that a DIR has
passed are not repeated, so the same command goes on after a cut; what an earlier try of a step has left is kept beside
the new one, in NAME.before.

In a bundle (pack.py) the programs are its own, Java too, and the kernels' libraries are those that it ships; in a
checkout they are built. Exit status: 0 all that could run passed; 1 a step failed or found a fault; 2 there is no GPU;
3 time ran out, or check.py was ended.
"""
import argparse
import collections
import glob
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
CUT = 124    # status of a step whose parts ran out of time, as timeout(1) has it
DRIVERS = ('/dev/nvidiactl', '/dev/dxg')  # Linux, and Linux within Windows
# most: minutes that it may take; least: that it is worth starting for; share: of the whole run that it may take; needs:
# programs, or program (with CUDA), sources, folder:..., module:... of --python. command: {out} is the step's folder.
Step = collections.namedtuple('Step', 'name shows most least share needs command')


def bundled(home=HOME):
    return os.path.exists(os.path.join(home, 'imas.jar'))


def steps(camvid, python, home=HOME):
    kernels = 'IMAS_BENCH_PARTS=%s benchmarks/gpu/kernels/run {out}'
    train = 'benchmarks/gpu/train/'
    compilers = () if bundled(home) else ('nvcc', 'cmake')
    # 1600 steps a run, half of the preset's, and 2400 in all: 1200 with labels alone, which the three methods share,
    # and 400 more of each. Two CPU cores made 2.0 a second with labels alone and 0.8 with unlabelled pictures
    # (benchmarks/results/camvid.md): 1600 of the one and 800 of the other are half an hour. So a GPU that is 1.5 times
    # as fast ends within the limit, with starts and evaluations. It shows that the methods run and compare there.
    length = ('data.epoch_length=320 training.batch_unlabeled=4 training.epochs=20 '  # 80 steps an epoch
              'training.sup_only_epochs=15 evaluation.every_epochs=5')
    compare = ('if [ -f {out}/camvid46/setup.json ]; then ./imas compare --resume {out}/camvid46; else '
               './imas compare --seeds 1 --out {out}/camvid46 --preset camvid --device cuda' +
               ' --data ' + shlex.quote(camvid) + ' --labeled splits/46/labeled.txt' +
               ' --unlabeled splits/46/unlabeled.txt --val splits/val.txt' +
               ''.join(' --set ' + setting for setting in length.split()) + '; fi')
    return (
        Step('device', 'which GPU, driver and clocks', 1, 0.3, 0.04, ('nvidia-smi',), 'nvidia-smi'),
        Step('kernels-correct', 'the recorded numbers, memcheck and racecheck', 8, 1, 0.25, compilers,
             kernels % 'check'),
        Step('kernels-timed', 'kernels against their floors, then against eager and compiled PyTorch', 20, 1, 0.2,
             (*compilers, 'module:torch'), kernels % 'measure'),
        Step('build', 'the program with CUDA', 25, 15, 0.4, ('sources', 'java', 'mvn', 'nvcc'),
             'IMAS_GPU=ON ./imas version && ./imas bench -l'),
        Step('step-smoke', 'the small step on the GPU', 3, 0.5, 0.06, ('program',),
             train + 'step --case smoke --device cuda --source loader --json {out}/step.json'),
        Step('step-timed', 'steps of ResNet-50 against PyTorch', 15, 1, 0.25, ('program', 'module:torch'),
             train + 'compare.py --cases voc-r50 --device cuda --python ' + shlex.quote(python) + ' --out {out}'),
        Step('parity', '300 steps on CPU and GPU', 12, 1, 0.2, ('program',),
             train + 'parity.py --devices cpu,cuda --out {out}'),
        Step('verify', 'recorded numbers of kernels, networks and training from Java', 6, 0.5, 0.2, ('program',),
             './imas doctor && ./imas verify --device cuda'),
        Step('profile-kernels', "ncu's figures of every kernel", 8, 1, 0.2, (*compilers, 'ncu', 'module:torch'),
             'benchmarks/gpu/profile kernels {out}'),
        Step('kernels-java', 'kernels against libtorch and their limits, from Java', 8, 1.5, 0.2,
             ('sources', 'program', 'mvn'), './imas bench --device cuda --out {out}/kernels-cuda'),
        Step('profile-step', "nsys's figures of a step", 5, 1, 0.2, ('program', 'nsys'),
             'benchmarks/gpu/profile step {out}'),
        Step('camvid', 'a short comparison of methods on real pictures', 30, 10, 0.5,
             ('program', 'folder:' + camvid), compare),
    )


GOES_ON = ('camvid',)  # with what it has left in its folder; others begin anew


def program(home=HOME):
    """Whether there is a program with CUDA: a bundle's, or one that was built."""
    libraries = os.path.join(home, 'lib') if bundled(home) else os.path.join(home, 'target', 'lib')
    return bool(glob.glob(os.path.join(libraries, 'pytorch-*-gpu.jar')))


def environment(python, seconds, home=HOME):
    """Of a step; a bundle's Java stands before others."""
    path = os.environ.get('PATH', os.defpath)
    java = os.path.join(home, 'java', 'bin')
    if os.path.isdir(java):
        path = java + os.pathsep + path
    return {**os.environ, 'PATH': path, 'IMAS_PYTHON': python, 'IMAS_STEP_SECONDS': '%d' % seconds}


def lacking(step, python, home=HOME):
    """What the machine lacks for a step, in words; None when it lacks nothing."""
    for need in step.needs:
        kind, _, name = need.rpartition(':')
        if kind == 'folder':
            if not os.path.isdir(os.path.join(home, name)):
                return 'there is no folder ' + name
        elif kind == 'module':
            find = 'import importlib.util, sys; sys.exit(importlib.util.find_spec(%r) is None)' % name
            if subprocess.run([python, '-c', find], capture_output=True, check=False).returncode:
                return '%s has no module %s' % (python, name)
        elif need == 'sources':
            if bundled(home):
                return 'a bundle has no sources to build'
        elif need == 'program':
            if not program(home):
                return 'the program is not built with CUDA here (the step build does it, or a bundle has it)'
            if not shutil.which('java', path=environment(python, 0, home)['PATH']):
                return 'java is not installed'
        elif not shutil.which(name):
            return name + ' is not installed'
    return None


def limit(step, minutes):
    """Seconds that a step may take in a run of so many minutes."""
    return 60 * min(step.most, max(step.least, step.share * minutes))


def run(step, folder, seconds, python=sys.executable):
    """(what became of it, seconds): 'passed', 'FAILED (status N)' or 'cut off after N s'."""
    if os.path.isdir(folder) and step.name not in GOES_ON:
        shutil.rmtree(folder + '.before', ignore_errors=True)
        os.rename(folder, folder + '.before')
    os.makedirs(folder, exist_ok=True)
    begin = time.monotonic()
    with open(os.path.join(folder, 'log'), 'ab') as log:
        process = subprocess.Popen(['bash', '-c', step.command.format(out=shlex.quote(folder))], cwd=HOME, stdout=log,
                                   stderr=subprocess.STDOUT, start_new_session=True, env=environment(python, seconds))
        try:
            status = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            stop(process)
            return 'cut off after %d s' % seconds, time.monotonic() - begin
        except KeyboardInterrupt:
            stop(process)
            raise
    took = time.monotonic() - begin
    if status == CUT:
        return 'cut off: parts of it ran out of time, the log says which', took
    return 'passed' if status == 0 else 'FAILED (status %d)' % status, took


def stop(process):
    """Asks the step and all it started to end, then ends them; a program that goes on would disturb the next step."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            until = time.monotonic() + GRACE
            while time.monotonic() < until:
                process.poll()  # forgets the shell itself, so that the group is empty when the others are gone
                os.killpg(process.pid, 0)
                time.sleep(0.05)
        except ProcessLookupError:
            return


def save(out, done, command):
    """state.json for going on, summary.md for reading; each is whole at any time."""
    text = '# GPU check\n\nCommand: `%s`\n\n| step | shows | result | seconds | of |\n|---|---|---|---|---|\n' % command
    for name, r in done.items():
        seconds, most = ('-' if r.get(key) is None else '%.0f' % r[key] for key in ('seconds', 'most'))
        text += '| %s | %s | %s | %s | %s |\n' % (name, r['shows'], r['result'], seconds, most)
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


def check(chosen, out, minutes, python, command):
    """The exit status."""
    begin = time.monotonic()
    end = begin + 60 * minutes
    done, ended = earlier(out), False
    for step in chosen:
        if step.name in done:
            print('%-16s passed before' % step.name, flush=True)
            continue
        record = done[step.name] = {'shows': step.shows, 'seconds': None, 'most': None}
        reason, left = lacking(step, python), end - time.monotonic() - GRACE
        if reason:
            record['result'] = 'left out: ' + reason
        elif left < 60 * step.least:
            record['result'] = 'not started: %g minutes at least, %.1f are left' % (step.least, max(0, left) / 60)
        else:
            print('%-16s %s ...' % (step.name, step.shows), flush=True)
            record.update(result='begun, and not ended', most=min(limit(step, minutes), left))
            save(out, done, command)
            started = time.monotonic()
            try:
                record['result'], record['seconds'] = run(step, os.path.join(out, step.name), record['most'], python)
            except KeyboardInterrupt:
                record.update(result='cut off: check.py was told to end', seconds=time.monotonic() - started)
                ended = True
        print('%-16s %s' % (step.name, record['result']), flush=True)
        save(out, done, command)
        if ended:
            return 3
    results = [r['result'] for r in done.values()]
    if any(r.startswith('FAILED') for r in results):
        return 1
    return 3 if any(r.startswith(('cut off', 'not started')) for r in results) else 0


def told_to_end(*_):
    """SIGTERM and a lost terminal are as Ctrl-C: the step ends first, and the summary tells it."""
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, default=60, help='of all steps together (default 60)')
    parser.add_argument('--out', default='gpu-check', help='folder for logs and results')
    parser.add_argument('--only', help='some of the steps, by their names')
    parser.add_argument('--camvid', default='../shared/camvid', help='the CamVid folder (docs/data.md)')
    parser.add_argument('--python', default=sys.executable, help='a Python with PyTorch')
    parser.add_argument('--list', action='store_true', help='tells the steps, their minutes, and what each lacks here')
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
            print('%-16s %4.1f min  %s%s' % (
                step.name, limit(step, args.minutes) / 60, step.shows, ' (%s)' % reason if reason else ''))
        return
    if not any(os.path.exists(driver) for driver in DRIVERS):
        print('check.py: this machine has no NVIDIA GPU with a driver (neither of %s); --list tells the steps'
              % ', '.join(DRIVERS), file=sys.stderr)
        sys.exit(2)
    for sign in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sign) != signal.SIG_IGN:  # nohup
            signal.signal(sign, told_to_end)
    out = os.path.abspath(args.out)
    os.makedirs(out, exist_ok=True)
    command = 'benchmarks/gpu/check.py ' + ' '.join(sys.argv[1:])
    try:
        status = check(chosen, out, args.minutes, args.python, command)
    except KeyboardInterrupt:  # between two steps
        status = 3
    print('results in ' + os.path.join(args.out, 'summary.md'))
    sys.exit(status)


if __name__ == '__main__':
    main()
