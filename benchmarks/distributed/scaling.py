#!/usr/bin/env python3
"""Images a second in several processes, one thread each, and the share of the time that went into exchange."""

import argparse
import csv
import os
import pathlib
import re
import statistics
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def measured(program, device, processes, further, folder):
    """Median images a second of the steps with unlabelled images, and what the run says of exchange."""
    run = folder / f'run-{processes}'
    done = subprocess.run(
        program.split()
        + ['train', '--config', str(HERE / 'tiny.yaml'), '--device', device, '--out', str(run)]
        + ['--processes', str(processes), *further],
        capture_output=True,
        text=True,
        env={**os.environ, 'OMP_NUM_THREADS': '1'},
        check=True,
    )
    with open(run / 'metrics.csv', encoding='utf-8') as file:
        rows = [row for row in csv.DictReader(file) if row['gamma_mean']]
    rate = statistics.median(float(row['images_per_second']) for row in rows)
    share = re.search(r'processes; (\d+) %', done.stderr)
    return rate, share.group(1) + ' %' if share else '-'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--program', default=str(HERE.parents[1] / 'imas'))
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--processes', type=int, nargs='+', default=[1, 2])
    options, further = parser.parse_known_args()
    print('| processes | images a second | exchange and waiting |\n|---|---|---|')
    with tempfile.TemporaryDirectory() as name:
        for processes in options.processes:
            rate, share = measured(options.program, options.device, processes, further, pathlib.Path(name))
            print(f'| {processes} | {rate:.2f} | {share} |', flush=True)


if __name__ == '__main__':
    main()
