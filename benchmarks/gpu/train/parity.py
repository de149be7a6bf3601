#!/usr/bin/env python3
"""Trains 300 steps on the generated scenes on two devices with the same seed and compares them.

  parity.py --devices cpu,cuda --out DIR     trains DIR/cpu and DIR/cuda in float32, then compares
  parity.py --compare RUN RUN                only compares two run directories

Both runs see the same images and draws; rounding alone parts them. The learning rate is a tenth of the preset's, with
which two runs that round otherwise are soon as different as two seeds. The bounds are five times and more what was seen
between one and two threads on a CPU (docs/gpu.md).
Exit status 1 when one is exceeded.
"""
import argparse
import csv
import json
import os
import subprocess
import sys

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SETTINGS = ('training.lr=0.003', 'training.epochs=5', 'training.sup_only_epochs=2', 'training.log_every=1', 'evaluation.every_epochs=5')
LAST = 60
BOUNDS = {
    'supervised loss of the first step, relative': 1e-4,
    'supervised loss of the first 10 steps, largest relative': 1e-3,
    'supervised loss, mean of the last 60 steps, relative': 0.02,
    'consistency loss, mean of the last 60 steps, relative': 0.1,
    'gamma, mean of the last 60 steps, absolute': 0.02,
    'mIoU of the teacher, absolute': 0.025,
}


def columns(folder):
    """{column: [number or None]} of metrics.csv."""
    with open(os.path.join(folder, 'metrics.csv'), newline='') as f:
        rows = list(csv.DictReader(f))
    return {name: [float(row[name]) if row[name] else None for row in rows] for name in rows[0]}


def relative(a, b):
    return abs(a - b) / max(abs(a), 1e-12)


def mean(values):
    return sum(values) / len(values)


def differences(a, b, miou_a, miou_b):
    """{name: difference} of two runs' columns."""
    if len(a['step']) != len(b['step']) or len(a['step']) < LAST:
        raise SystemExit('parity: the runs have %d and %d rows; expected the same, at least %d' % (len(a['step']), len(b['step']), LAST))

    def last(run, name):
        return mean([v for v in run[name][-LAST:] if v is not None])
    found = (
        relative(a['loss_sup'][0], b['loss_sup'][0]),
        max(relative(x, y) for x, y in zip(a['loss_sup'][:10], b['loss_sup'][:10])),
        relative(last(a, 'loss_sup'), last(b, 'loss_sup')),
        relative(last(a, 'loss_unsup'), last(b, 'loss_unsup')),
        abs(last(a, 'gamma_mean') - last(b, 'gamma_mean')),
        abs(miou_a - miou_b),
    )
    return dict(zip(BOUNDS, found))


def compare(first, second):
    """Prints the differences of two runs; the names of those beyond their bounds."""
    miou = []
    for folder in (first, second):
        with open(os.path.join(folder, 'summary.json')) as f:
            miou.append(json.load(f)['miou_teacher'])
    found = differences(columns(first), columns(second), *miou)
    for name, value in found.items():
        print('%-58s %.2e  at most %.0e  %s' % (name, value, BOUNDS[name], 'ok' if value <= BOUNDS[name] else 'TOO MUCH'))
    return [name for name, value in found.items() if not value <= BOUNDS[name]]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--devices', default='cpu,cuda')
    p.add_argument('--out', default='target/parity')
    p.add_argument('--seed', default='1')
    p.add_argument('--imas', default=os.path.join(HOME, 'imas'))
    p.add_argument('--compare', nargs=2, metavar='RUN')
    a = p.parse_args()
    runs = a.compare
    if not runs:
        runs = [os.path.join(a.out, device.replace(':', '')) for device in a.devices.split(',')]
        for device, out in zip(a.devices.split(','), runs):
            command = [a.imas, 'train', '--device', device, '--precision', 'fp32', '--seed', a.seed, '--out', out]
            for setting in SETTINGS:
                command += ['--set', setting]
            if subprocess.run(command).returncode:
                sys.exit('parity: the run on %s failed' % device)
    sys.exit(1 if compare(*runs) else 0)


if __name__ == '__main__':
    main()
