#!/usr/bin/env python3
"""What of the reliability scripts can be tested in seconds: python3 -m unittest discover benchmarks/reliability"""

import importlib.machinery
import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import campaign  # noqa: E402
import checkpoints  # noqa: E402
import recorder  # noqa: E402
import replay  # noqa: E402


def script(name):
    """A script without ending, as a module."""
    loader = importlib.machinery.SourceFileLoader(name.replace('-', '_'), os.path.join(HERE, name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


sys.dont_write_bytecode = True
page = script('page')
power_cut = script('power-cut')

RESULT = {
    'test': 'a | test',
    'command': 'benchmarks/reliability/it',
    'commit': 'abc',
    'machine': 'one',
    'date': '2026-01-02',
    'runs': 1200,
    'failures': 0,
    'figure': 'all well',
    'details': {},
}


class Page(unittest.TestCase):
    def test_it_is_what_the_result_files_give(self):
        with open(page.PAGE, encoding='utf-8') as file:
            self.assertEqual(
                file.read(), page.page(page.results(os.path.join(HERE, 'results'))), 'run benchmarks/reliability/page'
            )

    def test_it_shows_every_figure_and_failure(self):
        failed = {**RESULT, 'failures': 1, 'details': {'failed': ['case 3: lost']}}
        text = page.page({'well': RESULT, 'ill': failed})
        self.assertIn('| [a \\| test](../benchmarks/reliability/results/well.json) | 1,200 | 0 | all well |', text)
        self.assertIn('- case 3: lost', text)

    def test_results_that_say_too_little_are_refused(self):
        for change, message in (({'runs': 0}, '0 runs prove nothing'), ({'figure': None}, 'figure missing')):
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, 'it.json'), 'w', encoding='utf-8') as file:
                    json.dump({**RESULT, **change}, file)
                with self.assertRaisesRegex(SystemExit, message):
                    page.results(folder)

    def test_result_files_name_no_place_of_a_machine(self):
        for name in os.listdir(os.path.join(HERE, 'results')):
            with self.subTest(name):
                with open(os.path.join(HERE, 'results', name), encoding='utf-8') as file:
                    text = file.read()
                self.assertLess(len(text), 100_000)
                self.assertNotRegex(text, r'/(work|tmp|home|root)/')


def checkpoint(step, tensors, rows=1):
    """The two files of a checkpoint."""
    number = checkpoints.Number
    found = {
        'state': {
            'step': number(step),
            'lr': number('1.0E-4'),
            'metricsBytes': number(rows),
            'hardnessBytes': number(0),
        },
        'config': {'name': 'käse "x"', 'list': [number(1), None, True]},
        'tensors': {
            'file': f'step-{step:09}.safetensors',
            'bytes': number(len(tensors)),
            'sha256': checkpoints.sha256(tensors),
        },
    }
    return {
        f'checkpoints/step-{step:09}.json': checkpoints.signed(found),
        f'checkpoints/step-{step:09}.safetensors': tensors,
    }


class Checkpoints(unittest.TestCase):
    def setUp(self):
        self.files = {'metrics.csv': b'12', **checkpoint(3, b'old', rows=1), **checkpoint(12, b'new', rows=2)}

    def test_the_newest_is_found(self):
        self.assertEqual(checkpoints.newest(self.files)[0], 12)
        self.assertEqual(checkpoints.newest({'config.yaml': b''}), (0, None))

    def test_a_damaged_one_is_passed_over(self):
        whole = self.files['checkpoints/step-000000012.json']
        for name, content in (
            ('checkpoints/step-000000012.safetensors', b'neW'),
            ('checkpoints/step-000000012.safetensors', b'new '),
            ('checkpoints/step-000000012.json', b''),
            ('checkpoints/step-000000012.json', whole.replace(b'true', b'false')),
            ('metrics.csv', b'1'),
        ):
            with self.subTest(name):
                self.assertEqual(checkpoints.newest({**self.files, name: content})[0], 3)

    def test_nothing_usable_is_no_beginning(self):
        self.files.pop('checkpoints/step-000000003.safetensors')
        self.files.pop('checkpoints/step-000000012.safetensors')
        with self.assertRaisesRegex(checkpoints.Damaged, 'step 12: its tensors are missing; step 3'):
            checkpoints.newest(self.files)


def safe_save(step, tensors, number):
    """The operations of a checkpoint written with care, its tensors before its description."""
    operations = []
    for name, content in reversed(checkpoint(step, tensors, rows=step + 3).items()):
        path = '/d/run/' + name
        operations += [
            ('create', path + '.tmp', number),
            ('write', number, 0, content),
            ('fsync', number),
            ('link', path, number),
            ('unlink', path + '.tmp'),
            ('fsync folder', '/d/run/checkpoints'),
        ]
        number += 1
    return operations


def careful_run():
    begin = [
        ('mkdir', '/d/run'),
        ('fsync folder', '/d'),
        ('create', '/d/run/config.yaml', 1),
        ('write', 1, 0, b'name: it'),
        ('fsync', 1),
        ('create', '/d/run/metrics.csv', 2),
        ('create', '/d/run/hardness.csv', 3),
        ('mkdir', '/d/run/checkpoints'),
        ('fsync folder', '/d/run'),
    ]
    saves = [
        [('write', 2, step, b'row'), ('fsync', 2), *safe_save(step, b'tensors of %d' % step, 10 * step)]
        for step in (3, 6)
    ]
    return begin + sum(saves, [])


def faults(operations, most=2000):
    cut = power_cut.Cut(
        '/d', operations, {'/d': replay.FOLDER}, {}, {'metrics.csv': b'', 'hardness.csv': b''}, most, random.Random(1)
    )
    cut.replay(keep=3)
    return cut


class PowerCut(unittest.TestCase):
    def setUp(self):
        self.addCleanup(setattr, power_cut, 'table_of', power_cut.table_of)
        power_cut.table_of = lambda name, content: b''

    def test_a_careful_run_has_no_fault(self):
        cut = faults(careful_run())
        self.assertEqual(cut.faults, {})
        self.assertGreater(cut.judged, 60)
        self.assertEqual(len(cut.kept), 3)

    def test_every_sync_is_needed(self):
        operations = careful_run()
        folder = ('fsync folder', '/d/run/checkpoints')  # its first sync; later an older checkpoint serves instead
        for i, operation in enumerate(operations):
            if operation[0].startswith('fsync') and (operation != folder or i == operations.index(folder)):
                with self.subTest(f'{i}: {operation}'):
                    self.assertNotEqual(faults(operations[:i] + operations[i + 1 :]).faults, {})

    def test_the_order_of_the_two_files_is_needed(self):
        operations = careful_run()
        first = next(
            i
            for i, operation in enumerate(operations)
            if operation[:2] == ('create', '/d/run/checkpoints/step-000000003.safetensors.tmp')
        )
        turned = (
            operations[:first]
            + operations[first + 6 : first + 12]
            + operations[first : first + 6]
            + operations[first + 12 :]
        )
        self.assertNotEqual(faults(turned).faults, {})

    def test_unsynced_contents_are_old_new_torn_or_empty_bytes(self):
        disk = replay.Disk('/d')
        for operation in (
            ('create', '/d/a', 1),
            ('write', 1, 0, b'old!'),
            ('fsync', 1),
            ('fsync folder', '/d'),
            ('write', 1, 4, b'more'),
        ):
            disk.do(operation)
        found = {state['a'] for state in disk.states(lambda path: True, 99, random.Random(1))}
        self.assertEqual(found, {b'old!', b'old!more', b'old!mo', b'old!\0\0\0\0'})


class Recorder(unittest.TestCase):
    def feed(self, *lines):
        return recorder.Recording('/d', '/').feed(lines)

    def hexed(self, text):
        return '"' + ''.join(f'\\x{byte:02x}' for byte in text.encode()) + '"'

    def test_calls_become_operations(self):
        a, b, folder = self.hexed('/d/a'), self.hexed('/d/b'), self.hexed('/d')
        found = self.feed(
            f'7 openat(AT_FDCWD, {self.hexed("/etc/x")}, O_RDONLY) = 3',
            f'7 openat(AT_FDCWD, {a}, O_WRONLY|O_CREAT|O_TRUNC, 0666) = 4',
            f'7 write(4, {self.hexed("hello")}, 5 <unfinished ...>',
            '8 close(3) = 0',
            '7 <... write resumed>) = 3',
            f'7 write(4, {self.hexed("lo")}, 2) = 2',
            f'7 write(1, {self.hexed("said")}, 4) = 4',
            '7 fsync(4) = 0',
            '7 close(4) = 0',
            f'7 rename({a}, {b}) = 0',
            f'7 openat(AT_FDCWD, {folder}, O_RDONLY) = 4',
            '7 fsync(4) = 0',
            f'7 unlink({self.hexed("/d/none")}) = -1 ENOENT (No such file or directory)',
        )
        self.assertEqual(
            found,
            [
                ('create', '/d/a', 1),
                ('write', 1, 0, b'hel'),
                ('write', 1, 3, b'lo'),
                ('fsync', 1),
                ('link', '/d/b', 1),
                ('unlink', '/d/a'),
                ('fsync folder', '/d'),
            ],
        )

    def test_what_is_not_modelled_is_refused(self):
        begin = f'7 openat(AT_FDCWD, {self.hexed("/d/a")}, O_RDWR|O_CREAT, 0666) = 4'
        for line in (
            '7 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 4, 0) = 0x7f0000000000',
            '7 writev(4, [], 1) = 5',
            f'7 link({self.hexed("/d/a")}, {self.hexed("/d/b")}) = 0',
        ):
            with self.subTest(line), self.assertRaises(recorder.Unreadable):
                self.feed(begin, line)


class Campaign(unittest.TestCase):
    def test_only_the_measured_speed_is_left_out(self):
        table = b'epoch,step,images_per_second,loss_dice\n1,2,33.5,\n'
        self.assertEqual(campaign.without_speed(table), campaign.without_speed(table.replace(b'33.5', b'12.1')))
        self.assertNotEqual(campaign.without_speed(table), campaign.without_speed(table.replace(b'1,2', b'1,3')))

    def test_other_and_missing_files_are_differences(self):
        self.assertEqual(campaign.differences({'a': '1', 'b': '2'}, {'a': '1', 'b': '3', 'c': '4'}), ['b', 'c'])

    def test_internals_are_seen(self):
        for line in (
            '\tat dev.imas.cli.Main.main(Main.java:3)',
            'java.io.IOException: no',
            '# SIGSEGV (0xb) at pc',
            'Exception in thread "main"',
        ):
            self.assertRegex('imas: before\n' + line, campaign.INTERNALS)
        for line in (
            'imas: the run directory runs/a could not be written (the disk is full)',
            'step-000000002.safetensors.tmp',
            'epoch 1/4  step 6/24',
        ):
            self.assertNotRegex(line, campaign.INTERNALS)

    def test_scripts_explain_themselves(self):
        for name in page.FIRST:
            with self.subTest(name):
                said = subprocess.run(
                    [os.path.join(HERE, name), '--help'], capture_output=True, text=True, check=True
                ).stdout
                self.assertIn('--short', said)


if __name__ == '__main__':
    unittest.main()
