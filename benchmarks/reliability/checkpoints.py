"""Which checkpoint of a run could be resumed, told from its files alone: a second opinion on the program's own.

A run is given as a mapping from paths below the run directory to their bytes, so that folders on the disk and states
that were only worked out (a power cut) are judged by the same code.
"""

import functools
import hashlib
import json
import os
import re

DESCRIPTION = re.compile(r'checkpoints/step-(\d+)\.json')


class Number(str):
    """A number as it is written: the checksum is over the text, and a float here need not print as Java prints it."""


class Damaged(Exception):
    pass


def compact(value):
    """JSON without spaces, as the program hashes it."""
    if isinstance(value, dict):
        return (
            '{'
            + ','.join(json.dumps(key, ensure_ascii=False) + ':' + compact(item) for key, item in value.items())
            + '}'
        )
    if isinstance(value, list):
        return '[' + ','.join(map(compact, value)) + ']'
    return value if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def description(content):
    """The parsed description whose checksum holds."""
    try:
        found = json.loads(content.decode(), parse_float=Number, parse_int=Number, parse_constant=Number)
        expected = found.pop('check')
    except (ValueError, KeyError, AttributeError) as e:
        raise Damaged('no description') from e
    if hashlib.sha256(compact(found).encode()).hexdigest() != expected:
        raise Damaged('its checksum differs')
    return found


def signed(found):
    """A description with its checksum, as the program would write it."""
    return compact({**found, 'check': hashlib.sha256(compact(found).encode()).hexdigest()}).encode()


@functools.lru_cache(maxsize=64)
def sha256(content):
    """States that were worked out share their contents: each is hashed once."""
    return hashlib.sha256(content).hexdigest()


def check(files, step):
    """The description of a checkpoint that can be resumed with these files."""
    name = next(path for path in files if (match := DESCRIPTION.fullmatch(path)) and int(match[1]) == step)
    found = description(files[name])
    tensors = files.get('checkpoints/' + found['tensors']['file'])
    if tensors is None:
        raise Damaged('its tensors are missing')
    if len(tensors) != int(found['tensors']['bytes']) or sha256(tensors) != found['tensors']['sha256']:
        raise Damaged('the checksum of its tensors differs')
    for table, key in (('metrics.csv', 'metricsBytes'), ('hardness.csv', 'hardnessBytes')):
        if len(files.get(table, b'')) < int(found['state'][key]):
            raise Damaged(f'{table} is shorter than the checkpoint needs')
    return found


def steps(files):
    """Steps that have a description, newest first."""
    return sorted((int(match[1]) for match in map(DESCRIPTION.fullmatch, files) if match), reverse=True)


def newest(files):
    """(step, description) of the newest usable checkpoint; (0, None) if no description is there.

    Damaged when every checkpoint is: the run could not go on, and would not begin anew by itself either.
    """
    faults = []
    for step in steps(files):
        try:
            return step, check(files, step)
        except Damaged as e:
            faults.append(f'step {step}: {e}')
    if faults:
        raise Damaged('; '.join(faults))
    return 0, None


def read(run):
    """The files of a run directory that resuming needs."""
    files = {}
    for folder in ('', 'checkpoints'):
        path = os.path.join(run, folder)
        for name in os.listdir(path) if os.path.isdir(path) else ():
            relative = os.path.join(folder, name)
            if os.path.isfile(os.path.join(run, relative)) and (
                folder or name in ('config.yaml', 'metrics.csv', 'hardness.csv')
            ):
                with open(os.path.join(run, relative), 'rb') as file:
                    files[relative] = file.read()
    return files


def usable_step(run):
    """The step from which a run directory would be resumed, 0 for the beginning; Damaged if it could not."""
    return newest(read(run))[0]
