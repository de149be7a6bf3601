#!/usr/bin/env python3
"""What of these programs can be tested in seconds and without a GPU: python3 -m unittest discover benchmarks/gpu"""
import contextlib
import glob
import io
import lzma
import os
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest
import unittest.mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, 'kernels')]
import architecture  # noqa: E402
import bench  # noqa: E402
import cases  # noqa: E402
import check  # noqa: E402
import pack  # noqa: E402
import rehearse  # noqa: E402
from imas_kernels import HostMemory  # noqa: E402
from parts_test import Parts  # noqa: E402,F401  (found here, it is run with the others)


def entry(kind, arch, payload):
    return struct.pack('<HHIQ', kind, 0, 64, len(payload)) + bytes(12) + struct.pack('<I', arch) + bytes(32) + payload


def fat_binary(*entries):
    body = b''.join(entries)
    return struct.pack('<IHHQ', pack.FAT_BINARY, 1, 16, len(body)) + body


def elf(device_code):
    """An ELF64 file with the sections .shstrtab and .nv_fatbin."""
    names = b'\0.shstrtab\0.nv_fatbin\0'
    sections = [(1, 64, len(names)), (11, 64 + len(names), len(device_code))]
    table = 64 + len(names) + len(device_code)
    header = b'\x7fELF\x02\x01' + bytes(34) + struct.pack('<Q', table) + bytes(10) + struct.pack('<HHH', 64, len(sections), 0)
    return header + names + device_code + b''.join(struct.pack('<IIQQQQ', name, 1, 0, 0, offset, size) + bytes(24) for name, offset, size in sections)


class Pack(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def path(self, *names):
        return os.path.join(self.dir.name, *names)

    def test_only_other_machine_code_is_zeroed(self):
        old, mine, ptx = b'\x11' * 16, b'\x22' * 24, b'\x33' * 8
        whole = elf(fat_binary(entry(2, 80, old), entry(2, 90, mine)) + bytes(8) + fat_binary(entry(1, 90, ptx), entry(2, 120, old)))
        with open(self.path('lib.so'), 'wb') as f:
            f.write(whole)
        self.assertEqual(pack.keep_architecture(self.path('lib.so'), 90), 32)
        with open(self.path('lib.so'), 'rb') as f:
            self.assertEqual(f.read(), whole.replace(old, bytes(16)))
        with self.assertRaisesRegex(SystemExit, 'has no code for sm_75'):
            pack.keep_architecture(self.path('lib.so'), 75)

    def test_debugging_symbols_are_zeroed(self):
        whole = elf(b'S' * 20).replace(b'.nv_fatbin', b'.strtab\0in')
        with open(self.path('lib.so'), 'wb') as f:
            f.write(whole)
        pack.forget_symbols(self.path('lib.so'))
        with open(self.path('lib.so'), 'rb') as f:
            self.assertEqual(f.read(), whole.replace(b'S' * 20, bytes(20)))

    def test_an_unknown_form_is_refused(self):
        broken = bytearray(fat_binary(entry(2, 90, bytes(8))))
        broken[4] = 2
        with open(self.path('lib.so'), 'wb') as f:
            f.write(elf(bytes(broken)))
        with self.assertRaisesRegex(SystemExit, 'unknown form'):
            pack.keep_architecture(self.path('lib.so'), 90)

    def test_pieces_come_together_in_any_order(self):
        os.makedirs(self.path('bundle', 'jre'))
        with open(self.path('bundle', 'jre', 'file'), 'wb') as f:
            f.write(os.urandom(5000))
        with lzma.open(self.path('packed'), 'wb') as z, tarfile.open(fileobj=z, mode='w|') as tar:
            tar.add(self.path('bundle'), '.')
        with contextlib.redirect_stdout(io.StringIO()) as said:
            pack.write_pieces(self.path('packed'), self.path('out'), 2000)
            pieces = sorted(os.listdir(self.path('out')))
            self.assertEqual(pieces, ['p1', 'p2', 'p3'])
            self.assertFalse(pack.unpack(self.path('to'), [self.path('out', 'p3')]))
            self.assertIn('waiting for piece(s) 1, 2', said.getvalue())
            self.assertFalse(pack.unpack(self.path('to'), [self.path('out', 'p1')]))
            self.assertTrue(pack.unpack(self.path('to'), [self.path('out', 'p2')]))
        with open(self.path('to', 'jre', 'file'), 'rb') as a, open(self.path('bundle', 'jre', 'file'), 'rb') as b:
            self.assertEqual(a.read(), b.read())
        self.assertEqual(sorted(os.listdir(self.path('to'))), ['jre'])

    def test_a_damaged_piece_is_refused(self):
        with open(self.path('packed'), 'wb') as f:
            f.write(bytes(100))
        with contextlib.redirect_stdout(io.StringIO()):
            pack.write_pieces(self.path('packed'), self.path('out'), 1000)
        with open(self.path('out', 'p1', 'piece'), 'ab') as f:
            f.write(b'x')
        with self.assertRaisesRegex(SystemExit, 'damaged'):
            pack.unpack(self.path('to'), [self.path('out', 'p1')])


class Check(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def outcome(self, *commands, seconds=600):
        """(status, [results]) of steps with these commands."""
        steps = [check.Step('s%d' % k, 'nothing', 1, needs, command) for k, (needs, command) in enumerate(commands)]
        with contextlib.redirect_stdout(io.StringIO()):
            status = check.check(steps, self.dir.name, seconds, sys.executable, 'check.py')
        with open(os.path.join(self.dir.name, 'summary.md')) as f:
            return status, [line.split(' | ')[2] for line in f if line.startswith('| s')][1:]

    def test_what_can_run_runs_and_the_rest_is_told(self):
        status, results = self.outcome(((), 'echo good > {out}/result'), (('no-such-program',), 'false'), (('module:no_such_module',), 'false'), (('folder:no/such',), 'false'))
        self.assertEqual(0, status)
        self.assertEqual(['passed', 'left out: no-such-program is not installed', 'left out: %s has no module no_such_module' % sys.executable,
                          'left out: there is no folder no/such'], results)
        with open(os.path.join(self.dir.name, 's0', 'result')) as f:
            self.assertEqual('good\n', f.read())

    def test_a_failed_step_ends_nothing_and_is_repeated_alone(self):
        trace = os.path.join(self.dir.name, 'trace')
        commands = ((), 'echo x >> %s' % trace), ((), 'exit 7'), ((), 'echo x >> %s' % trace)
        self.assertEqual((1, ['passed', 'FAILED (status 7)', 'passed']), self.outcome(*commands))
        self.outcome(*commands)
        with open(trace) as f:
            self.assertEqual('x\nx\n', f.read())

    def test_time_runs_out(self):
        step = check.Step('endless', 'nothing', 1, (), 'trap "" TERM; echo begun; sleep 1000')
        with unittest.mock.patch.object(check, 'GRACE', 0.1):
            result, _ = check.run(step, os.path.join(self.dir.name, 'endless'), 0.5)
        self.assertEqual('cut off after 0 s', result)
        self.assertEqual((3, ['not started: no time left']), self.outcome(((), 'true'), seconds=0))

    def test_every_step_of_the_list_is_a_command_of_the_project(self):
        for step in check.steps('../shared/camvid', 'python3'):
            for word in step.command.replace('IMAS_BENCH_PARTS=', ' ').split():
                if word.startswith(('./', 'benchmarks/')):
                    self.assertTrue(os.access(os.path.join(check.HOME, word), os.X_OK), word)


class Programs(unittest.TestCase):
    """Shell scripts, with stand-ins for the programs that they call."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def path(self, *names):
        return os.path.join(self.dir.name, *names)

    def stand_in(self, name, text):
        os.makedirs(self.path('bin'), exist_ok=True)
        with open(self.path('bin', name), 'w') as f:
            f.write('#!/bin/sh\n' + text)
        os.chmod(self.path('bin', name), 0o755)

    def run_script(self, name, *arguments, **environment):
        """The finished process, with the stand-ins in front of what is installed."""
        env = {**os.environ, 'IMAS_BUILD': self.path('build'), **environment}
        env['PATH'] = self.path('bin') + ':' + env['PATH']
        return subprocess.run([os.path.join(HERE, name), *arguments], env=env, capture_output=True, text=True,
                              check=False)

    def asked(self, name):
        """The command lines that a stand-in wrote down."""
        with open(self.path(name)) as f:
            return f.read().splitlines()


class Architecture(Programs):
    def test_the_latest_that_is_not_later_than_the_gpu(self):
        every = architecture.known()
        self.assertEqual([75, 80, 86, 89, 90], every[:5])
        for gpu, built in ((75, 75), (80, 80), (87, 86), (89, 89), (90, 90), (103, 100), (121, 120), (130, 120)):
            self.assertEqual([built], architecture.chosen([gpu], every), gpu)
        self.assertEqual([80, 89], architecture.chosen([89, 80, 89], every))
        self.assertEqual([], architecture.chosen([70], every))

    def compiled_for(self, listed, **environment):
        self.stand_in('nvidia-smi', 'case $* in *compute_cap*) echo "%s" ;; esac\n' % listed)
        self.stand_in('cmake', 'echo "$@" >>"%s"\n' % self.path('cmake'))
        self.run_script(os.path.join('kernels', 'run'), self.path('out'), **environment)
        return re.search(r'-DIMAS_CUDA_ARCHITECTURES=(\S+)', self.asked('cmake')[-2]).group(1)

    def test_the_kernels_are_built_for_the_gpus_of_the_machine(self):
        self.assertEqual('80', self.compiled_for('8.0'))
        self.assertEqual('75,89', self.compiled_for('8.9\n7.5\n8.9'))
        self.assertEqual('90', self.compiled_for('8.0', IMAS_CUDA_ARCHITECTURES='90'))

    def test_the_oldest_where_nothing_tells(self):
        self.stand_in('nvidia-smi', 'echo "[N/A]"\n')
        said, told = io.StringIO(), io.StringIO()
        with unittest.mock.patch.object(architecture, 'from_runtime', lambda: []), \
                unittest.mock.patch.dict(os.environ, PATH=self.path('bin') + ':' + os.environ['PATH']), \
                contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
            architecture.main()
        self.assertEqual('75\n', said.getvalue())
        self.assertIn('which the driver translates', told.getvalue())


class Profile(Programs):
    # For other shapes and layouts, for NaN, and those that no training launches.
    OTHERS = {'pseudo_label_exact_kernel', 'exact_probability_kernel', 'confusion_exact_kernel', 'compose_rows_kernel',
              'mix_maps_kernel', 'image_kernel', 'trial_kernel'}

    def kernels(self):
        with open(os.path.join(HERE, 'profile')) as f:
            return set(re.search(r'^kernels=\(([^)]*)\)', f.read(), re.M).group(1).split())

    def profile(self, seen):
        """The profile where ncu saw these kernels."""
        self.stand_in('cmake', 'mkdir -p "$IMAS_BUILD" && touch "$IMAS_BUILD/libimas_cuda.so"\n')
        printing = "case $* in *--import*) printf '%s\\n' $SEEN ;; esac\n"
        self.stand_in('ncu', 'echo "$@" >>"%s"\n' % self.path('ncu') + printing)
        seen = ' '.join('"%d","%s"' % numbered for numbered in enumerate(seen))
        return self.run_script('profile', 'kernels', self.path('out'), SEEN=seen)

    def test_every_kernel_of_a_training_is_looked_at(self):
        written = set()
        for path in glob.glob(os.path.join(check.HOME, 'cuda-kernels', '*.cu*')):
            with open(path) as f:
                written |= set(re.findall(r'__global__ void[^;{]*?\b(\w+_kernel)\(', f.read(), re.S))
        self.assertEqual(written, self.kernels() | self.OTHERS)

    def test_all_launches_are_profiled_and_clocks_left_alone(self):
        done = self.profile(self.kernels() | {'pixel_loss_kernel'})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        command = self.asked('ncu')[0]
        self.assertIn('--clock-control none', command)
        self.assertNotIn('--launch', command)
        pattern = re.search(r'--kernel-name regex:(\S+)', command).group(1)
        self.assertTrue(all(re.search(pattern, kernel) for kernel in self.kernels()))
        self.assertIn('histogram_kernel: 1 launches', done.stdout)

    def test_a_kernel_that_was_not_seen_is_told(self):
        # exact_probability_kernel is another one than probability_kernel
        done = self.profile(self.kernels() - {'probability_kernel', 'ema_kernel'} | {'exact_probability_kernel'})
        self.assertEqual(done.returncode, 1)
        self.assertIn('profile: nothing of probability_kernel ema_kernel in', done.stderr)

    def test_each_kernel_is_called_once(self):
        class NoKernels:
            called = []

            def workspace_bytes(self, *_):
                return 64

            def bind(self, name, *_, **__):
                return lambda: self.called.append(name)

        kernels = NoKernels()
        with contextlib.redirect_stdout(io.StringIO()):
            arguments = bench.arguments(['--library', 'x.so', '--device', 'cpu', '--once', '--shapes', 'tiny'])
            names = bench.once(arguments, kernels, HostMemory())
        self.assertEqual(len(names), len(cases.KERNELS) + 1)
        others = ['compose_batch', 'confusion', 'consistency_loss', 'ema_update', 'gamma', 'pseudo_label']
        self.assertEqual(sorted(kernels.called), others + 3 * ['supervised_loss'])


class Rehearse(unittest.TestCase):
    GOOD = ['copy-beside pinned device 100', 'copy pinned device 64', 'launch - - 0', 'copy device pinned 4', 'sync-stream - - 0', 'kernel ema_update - 0']

    def test_calls_are_counted_a_step(self):
        counted = rehearse.steps(['launch - - 0', 'kernel ema_update - 0'] + self.GOOD)
        self.assertEqual(len(counted), 3)
        self.assertEqual(counted[1]['copy-beside pinned device'], 1)
        self.assertEqual(rehearse.faults(counted[1]), [])

    def test_what_a_step_must_not_do(self):
        for more, told in (('sync-stream - - 0', 'waits 2 times'), ('sync-device - - 0', 'waits 2 times'), ('copy host device 8', 'copy host device: 1 times'), ('copy device host 4', 'copy device host')):
            self.assertIn(told, '; '.join(rehearse.faults(rehearse.steps([more] + self.GOOD)[0])))
        self.assertEqual(rehearse.faults(rehearse.steps(self.GOOD[1:])[0]), ['no batch travels beside the work'])


if __name__ == '__main__':
    unittest.main()
