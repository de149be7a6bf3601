#!/usr/bin/env python3
"""Images a second in several processes, one thread each, and the share of the time that went into exchange; beside them
one process with as many threads, which has nothing to exchange. A ResNet-18 at 64 pixels for twelve steps; what is
given further are options of `imas train`, such as --set KEY=VALUE."""

import argparse
import csv
import pathlib
import re
import statistics
import tempfile

import record

SHORT = ['--set', 'augment.crop=[64, 64]', '--set', 'training.epochs=2']


def measured(options, processes, threads, further, folder):
    """Median images a second of the steps with unlabelled images, and what the run says of exchange."""
    run = folder / f'run-{processes}-{threads}'
    arguments = ['--config', record.HERE / 'drift.yaml', *SHORT, '--device', options.device, '--out', run]
    said = record.train(options.program, arguments + further + ['--processes', processes], threads)
    with open(run / 'metrics.csv', encoding='utf-8') as file:
        rows = [row for row in csv.DictReader(file) if row['gamma_mean']]
    share = re.search(r'processes; (\d+) %', said)
    return {
        'processes': processes,
        'threads': threads,
        'images_per_second': round(statistics.median(float(row['images_per_second']) for row in rows), 2),
        'percent_in_exchange_and_waiting': int(share.group(1)) if share else 0,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    record.parser_options(parser)
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--processes', type=int, nargs='+', default=[1, 2])
    options, further = parser.parse_known_args()
    lines = ['| processes | threads of each | images a second | exchange and waiting |', '|---|---|---|---|']
    ways = [(n, 1) for n in options.processes] + [(1, n) for n in options.processes if n > 1]
    found = []
    with tempfile.TemporaryDirectory() as name:
        for processes, threads in ways:
            entry = measured(options, processes, threads, further, pathlib.Path(name))
            found.append(entry)
            lines.append(
                f'| {processes} | {threads} | {entry["images_per_second"]} |'
                f' {entry["percent_in_exchange_and_waiting"]} % |'
            )
    record.keep(f'distributed-scaling-{options.device}', options, {'found': found}, '\n'.join(lines))


if __name__ == '__main__':
    main()
