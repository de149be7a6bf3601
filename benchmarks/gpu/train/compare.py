#!/usr/bin/env python3
"""Measures the training step of iMAS and of PyTorch on one card, one after the other, and writes a comparison.

  compare.py [--cases voc-r50,voc-r101,cityscapes-r50] [--device cuda] [--source device] [--out DIR]
  compare.py --table DIR          only makes the table again from the measurements in DIR

Programs: iMAS in its default precision, PyTorch as it is usually written (torch_step.py --variant plain) and tuned
(--variant tuned). Each runs in a process of its own. --imas names the command of iMAS's measurement (default: step
beside this file, which builds the project), --python the Python that has PyTorch. Writes into --out one JSON file a run
and table.md, anew after each. Exit status 1 when a goal is missed.

Goals: iMAS at least 2 times the images a second of plain PyTorch and 1.15 times those of the tuned one, at most 60 %
of the plain one's peak memory, kernels at most 3 % of the step.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = ('imas', 'pytorch-plain', 'pytorch-tuned')


def commands(case, device, source, steps, warmup, images, out, imas, python):
    """{program: (command, JSON file)} of one case."""
    common = ['--case', case, '--device', device, '--source', source, '--steps', str(steps), '--warmup', str(warmup)]
    result = {}
    for program in PROGRAMS:
        path = os.path.join(out, '%s-%s-%s.json' % (case, source, program))
        head = shlex.split(imas) if program == 'imas' else [*shlex.split(python), os.path.join(HERE, 'torch_step.py'), '--variant', program.split('-')[1]]
        result[program] = (head + common + ['--images', images, '--json', path], path)
    return result


def goals(runs):
    """[(name, found, wanted, met)] from {program: measurement}; what was not measured is left out."""
    def rate(program):
        return runs[program]['images_per_second']
    rows = []
    mine = runs.get('imas')
    if mine and 'pytorch-plain' in runs:
        faster = rate('imas') / rate('pytorch-plain')
        rows.append(('speed against plain PyTorch', '%.2f x' % faster, 'at least 2.00 x', faster >= 2))
        if mine['peak_memory_bytes']:
            memory = mine['peak_memory_bytes'] / runs['pytorch-plain']['peak_memory_bytes']
            rows.append(('peak memory against plain PyTorch', '%.0f %%' % (100 * memory), 'at most 60 %', memory <= 0.6))
    if mine and 'pytorch-tuned' in runs:
        faster = rate('imas') / rate('pytorch-tuned')
        rows.append(('speed against tuned PyTorch', '%.2f x' % faster, 'at least 1.15 x', faster >= 1.15))
    if mine:
        step = sum(v for k, v in mine['split_ms'].items() if k != 'loader_wait')
        share = mine['split_ms']['kernels'] / step
        rows.append(('share of the kernels in the step', '%.1f %%' % (100 * share), 'at most 3.0 %', share <= 0.03))
    return rows


def table(cases):
    """Markdown of {case: {program: measurement}}."""
    lines = ['| case | program | precision | images/s | step ms (median) | predict | kernels | learn | update | loader wait | peak GiB |', '|---' * 11 + '|']
    for case, runs in cases.items():
        for program in PROGRAMS:
            if program in runs:
                r = runs[program]
                split = ' | '.join('%.2f' % r['split_ms'][part] for part in ('predict', 'kernels', 'learn', 'update', 'loader_wait'))
                lines.append('| %s | %s | %s | %.1f | %.2f | %s | %.2f |' % (case, program, r['precision'], r['images_per_second'], r['step_ms']['median'], split, r['peak_memory_bytes'] / 2**30))
    lines += ['', '| case | goal | found | wanted | met |', '|---|---|---|---|---|']
    for case, runs in cases.items():
        lines += ['| %s | %s | %s | %s | %s |' % (case, name, found, wanted, 'yes' if met else '**no**') for name, found, wanted, met in goals(runs)]
    devices = sorted({r['device_name'] for runs in cases.values() for r in runs.values()})
    builds = sorted({r['build'] for runs in cases.values() for r in runs.values() if 'build' in r})
    return '\n'.join(lines + ['', 'Device: ' + ', '.join(devices)] + ['', *builds] * bool(builds)) + '\n'


def read(out):
    """{case: {program: measurement}} of the JSON files in a folder."""
    cases = {}
    for name in sorted(os.listdir(out)):
        if name.endswith('.json'):
            with open(os.path.join(out, name)) as f:
                r = json.load(f)
            cases.setdefault(r['case'] + ('' if r['source'] == 'device' else ', from files'), {})[r['program']] = r
    return cases


def write_table(out):
    """(measurements, table) of what there is in a folder."""
    cases = read(out)
    text = table(cases)
    with open(os.path.join(out, 'table.md.part'), 'w') as f:
        f.write(text)
    os.replace(os.path.join(out, 'table.md.part'), os.path.join(out, 'table.md'))
    return cases, text


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--cases', default='voc-r50,voc-r101,cityscapes-r50')
    p.add_argument('--device', default='cuda')
    p.add_argument('--source', choices=('device', 'loader'), default='device')
    p.add_argument('--steps', type=int, default=30)
    p.add_argument('--warmup', type=int, default=10)
    p.add_argument('--out', default='target/compare')
    p.add_argument('--imas', default=os.environ.get('IMAS_STEP', os.path.join(HERE, 'step')))
    p.add_argument('--python', default=sys.executable)
    p.add_argument('--table', metavar='DIR')
    a = p.parse_args()
    out = a.table or a.out
    failures = []
    if not a.table:
        os.makedirs(out, exist_ok=True)
        for case in a.cases.split(','):
            images = os.path.join(out, 'images', case.split('-')[0])
            for program, (command, path) in commands(case, a.device, a.source, a.steps, a.warmup, images, out, a.imas, a.python).items():
                print('$ ' + shlex.join(command), flush=True)
                if os.path.exists(path):
                    os.remove(path)
                if subprocess.run(command).returncode:
                    failures.append('%s %s' % (case, program))
                write_table(out)  # a comparison that is cut off leaves what it has
    cases, text = write_table(out)
    print(text)
    for failure in failures:
        print('FAILED: ' + failure)
    sys.exit(0 if cases and not failures and all(met for runs in cases.values() for *_, met in goals(runs)) else 1)


if __name__ == '__main__':
    main()
