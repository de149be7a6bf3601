"""Measurements as JSON and as a Markdown table with the goals."""
import json
import os

import floors
from cases import COPIES, FUSED

GOAL_EAGER, GOAL_COMPILE, GOAL_COPY = 10.0, 3.0, 0.85


def goal_of(row):
    """(text, met or None where it was not measured)"""
    if row['kernel'] in FUSED:
        goal = '>= 10x eager, >= 3x compile, <= %.1f floors' % floors.GOAL
        if row.get('eager') is None or row.get('compile') is None or row.get('floors') is None:
            return goal, None
        return goal, row['eager'] >= GOAL_EAGER and row['compile'] >= GOAL_COMPILE and row['floors'] <= floors.GOAL
    if row['kernel'] in COPIES:
        return '>= 85 % of copy', None if row.get('copy_share') is None else row['copy_share'] >= GOAL_COPY
    return 'one launch', None


def number(value, digits=1, suffix=''):
    return '-' if value is None else '%.*f%s' % (digits, value, suffix)


def table(result):
    lines = ['# CUDA kernels against PyTorch', '',
             'Device: %s. %s. PyTorch: %s. Command: `%s`.' % (result['device'], result['build'], result['torch'], result['command']), '',
             'Copy bandwidth measured in this run: %s GB/s (bytes read plus bytes written).' % number(result['copy_gb_per_s'], 0), '',
             '`us`: median of CUDA-event times, rotating over input sets larger than the L2 cache, with the difference between two',
             'measurements. `floor`: the longest of the bytes at that bandwidth, the exponentials and the instructions (floors.py).',
             '`of the floor`: how many floors the time is. `copy`: share of the bandwidth that the bytes make at the measured time.',
             '`eager`, `compile`: how many times as long PyTorch takes for the same results, its histograms made with `torch.histc`.',
             '`error`: against PyTorch in float64. All times are the lower of two medians.', '',
             '| kernel | shape | type | layout | us | floor us | of the floor | copy | eager | compile | error | goal | met |',
             '|---|---|---|---|---|---|---|---|---|---|---|---|---|']
    for row in result['rows']:
        goal, met = goal_of(row)
        spread = '' if row.get('spread_us') is None else ' ± %.1f' % row['spread_us']
        lines.append('| ' + ' | '.join([row['kernel'], row['shape'], row['dtype'], row['layout'], number(row['us'], 1) + spread, number(row['floor_us'], 1), number(row['floors'], 2, 'x'),
                                        number(None if row['copy_share'] is None else 100 * row['copy_share'], 0, ' %'), number(row['eager'], 1, 'x'),
                                        number(row['compile'], 1, 'x'), '-' if row['error'] is None else '%.1e' % row['error'], goal,
                                        'not measured' if met is None else 'yes' if met else 'NO']) + ' |')
    for name in result.get('failures', []):
        lines += ['', 'FAILED: ' + name]
    return '\n'.join(lines) + '\n'


def write(result, folder):
    """Both files, each whole at any time: a run that is cut off leaves what it has."""
    text = table(result)
    for name, content in (('kernels.json', json.dumps(result, indent=1)), ('kernels.md', text)):
        path = os.path.join(folder, name)
        with open(path + '.part', 'w') as f:
            f.write(content)
        os.replace(path + '.part', path)
    return text
