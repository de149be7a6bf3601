#!/usr/bin/env python3
"""What of these programs can be tested in seconds and without a GPU: python3 -m unittest discover benchmarks/gpu"""
import contextlib
import glob
import io
import lzma
import os
import re
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import unittest.mock
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, 'kernels')]
import architecture  # noqa: E402
import bench  # noqa: E402
import cases  # noqa: E402
import check  # noqa: E402
import pack  # noqa: E402
import rehearse  # noqa: E402
import shipped  # noqa: E402
from imas_kernels import HostMemory  # noqa: E402
from parts_test import Order, Parts  # noqa: E402,F401  (found here, they are run with the others)


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


class InFolder(unittest.TestCase):
    """With a folder of its own."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def path(self, *names):
        return os.path.join(self.dir.name, *names)


class Pack(InFolder):
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


class Check(InFolder):
    # A step that says when it has begun and when it is told to end, and a child of its own that does not care.
    LONG = 'echo begun >{out}/result; (trap "" TERM; echo $BASHPID >{out}/child; sleep 1000) & sleep 1000'

    def read(self, *names):
        with open(self.path(*names)) as f:
            return f.read()

    def results(self):
        return [line.split(' | ')[2] for line in self.read('summary.md').splitlines() if re.match(r'\| s\d ', line)]

    def outcome(self, *commands, minutes=10, least=0):
        """(status, [results]) of steps with these commands."""
        steps = [check.Step('s%d' % k, 'nothing', 1, least, 1, needs, command)
                 for k, (needs, command) in enumerate(commands)]
        with contextlib.redirect_stdout(io.StringIO()):
            status = check.check(steps, self.dir.name, minutes, sys.executable, 'check.py')
        return status, self.results()

    def gone(self, pid):
        """Whether a process has ended, or does so soon; a zombie that nobody takes has."""
        for _ in range(200):
            try:
                with open('/proc/%s/stat' % pid) as f:
                    if f.read().rpartition(')')[2].split()[0] == 'Z':
                        return True
            except (FileNotFoundError, ProcessLookupError):
                return True
            time.sleep(0.05)
        return False

    def test_what_can_run_runs_and_the_rest_is_told(self):
        status, results = self.outcome(((), 'echo good > {out}/result'), (('no-such-program',), 'false'),
                                       (('module:no_such_module',), 'false'), (('folder:no/such',), 'false'))
        self.assertEqual(0, status)
        self.assertEqual(['passed', 'left out: no-such-program is not installed',
                          'left out: %s has no module no_such_module' % sys.executable,
                          'left out: there is no folder no/such'], results)
        self.assertEqual('good\n', self.read('s0', 'result'))

    def test_a_failed_step_ends_nothing_and_is_repeated_alone(self):
        commands = ((), 'echo x >>{out}/../trace'), ((), 'echo $$ >{out}/try; exit 7'), ((), 'echo x >>{out}/../trace')
        self.assertEqual((1, ['passed', 'FAILED (status 7)', 'passed']), self.outcome(*commands))
        first = self.read('s1', 'try')
        self.outcome(*commands)
        self.assertEqual('x\nx\n', self.read('trace'))
        self.assertEqual(first, self.read('s1.before', 'try'))
        self.assertNotEqual(first, self.read('s1', 'try'))

    def test_a_step_that_goes_on_keeps_its_folder(self):
        step = check.Step('camvid', 'nothing', 1, 0, 1, (), 'echo x >>{out}/trace')
        self.assertIn(step.name, check.GOES_ON)
        for _ in range(2):
            check.run(step, self.path('camvid'), 60)
        self.assertEqual('x\nx\n', self.read('camvid', 'trace'))

    def test_time_runs_out(self):
        step = check.Step('endless', 'nothing', 1, 0, 1, (), self.LONG)
        with unittest.mock.patch.object(check, 'GRACE', 0.5):
            result, _ = check.run(step, self.path('endless'), 4)
        self.assertEqual('cut off after 4 s', result)
        self.assertEqual('begun\n', self.read('endless', 'result'))
        self.assertTrue(self.gone(self.read('endless', 'child').strip()), 'what the step has started goes on')
        self.assertEqual((3, ['not started: 0.5 minutes at least, 0.0 are left']),
                         self.outcome(((), 'true'), minutes=0, least=0.5))
        self.assertEqual((3, ['cut off: parts of it ran out of time, the log says which']),
                         self.outcome(((), 'exit 124')))

    def end_in_the_middle(self, sign):
        """The status of check.py when it is told to end in its second step."""
        program = ('import check, sys; check.DRIVERS = ("/",); check.GRACE = 0.5; check.steps = lambda *_: ['
                   'check.Step("s0", "nothing", 1, 0, 1, (), "true"), check.Step("s1", "nothing", 1, 0, 1, (), %r), '
                   'check.Step("s2", "nothing", 1, 0, 1, (), "true")]; check.main()' % self.LONG)

        def listening():
            """Where the tests run in the background, or without a terminal, a child would ignore these signals."""
            for each in (signal.SIGINT, signal.SIGHUP):
                signal.signal(each, signal.SIG_DFL)

        process = subprocess.Popen([sys.executable, '-c', program, '--out', self.dir.name], cwd=HERE,
                                   stdout=subprocess.PIPE, text=True, preexec_fn=listening)
        for _ in range(400):
            if os.path.exists(self.path('s1', 'child')) and self.read('s1', 'child').strip():
                break
            time.sleep(0.05)
        process.send_signal(sign)
        process.communicate(timeout=60)
        return process.returncode

    def test_told_to_end_it_ends_the_step_and_keeps_what_there_is(self):
        for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self.setUp()
            self.assertEqual(3, self.end_in_the_middle(sign))
            self.assertEqual(['passed', 'cut off: check.py was told to end'], self.results())
            self.assertEqual('begun\n', self.read('s1', 'result'))
            self.assertTrue(self.gone(self.read('s1', 'child').strip()), 'the step goes on')
            self.assertEqual(['s0'], list(check.earlier(self.dir.name)))

    def test_killed_it_leaves_a_summary_that_tells_where_it_was(self):
        self.assertEqual(-signal.SIGKILL, self.end_in_the_middle(signal.SIGKILL))
        self.assertEqual(['passed', 'begun, and not ended'], self.results())
        os.killpg(os.getpgid(int(self.read('s1', 'child'))), signal.SIGKILL)

    def test_a_quarter_of_an_hour_has_room_for_what_is_worth_most(self):
        first = ['device', 'kernels-correct', 'kernels-timed', 'step-smoke', 'step-timed', 'parity']
        every = check.steps('../shared/camvid', 'python3')
        names = [step.name for step in every]
        self.assertEqual(first, [name for name in names[:7] if name != 'build'])
        self.assertLessEqual(sum(check.limit(step, 12) for step in every if step.name in first), 12 * 60)
        # a build is not begun where it would end the rest
        self.assertGreater(every[names.index('build')].least, 12)
        for step in every:
            self.assertLessEqual(check.limit(step, 60), 60 * step.most, step.name)
            self.assertLessEqual(step.least, step.most, step.name)

    def test_every_step_of_the_list_is_a_command_of_the_project(self):
        for step in check.steps('../shared/camvid', 'python3'):
            for word in step.command.replace('IMAS_BENCH_PARTS=', ' ').split():
                if word.startswith(('./', 'benchmarks/')):
                    self.assertTrue(os.access(os.path.join(check.HOME, word), os.X_OK), word)

    def test_the_comparison_on_camvid_has_the_steps_that_its_limit_is_reasoned_for(self):
        command = check.steps('../shared/camvid', 'python3')[-1].command
        settings = {name: int(value) for name, value in re.findall(r'--set \w+\.(\w+)=(\d+)', command)}
        self.assertEqual(1600, settings['epochs'] * (settings['epoch_length'] // settings['batch_unlabeled']))
        self.assertEqual(1200, settings['sup_only_epochs'] * (settings['epoch_length'] // settings['batch_unlabeled']))


class Bundle(unittest.TestCase):
    """An unpacked bundle of stand-ins."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        pack.stage_programs(check.HOME, self.dir.name)
        for folder in ('lib', os.path.join('java', 'bin')):
            os.makedirs(self.path(folder))
        natives = 'dev/imas/kernels/capi/linux-x86_64/'
        self.jar('imas.jar', 'dev/imas/Main.class', 'golden/01_hardness/hardness.json')
        self.jar('lib/imas-kernels-0.1.0.jar', natives + 'libimas.so', natives + 'libimas_cuda.so',
                 natives + 'libjniImas.so', 'dev/imas/kernels/runtime/linux-x86_64/libgomp.so.1',
                 'dev/imas/kernels/Gamma.class')
        self.jar('lib/pytorch-2.10.0-linux-x86_64-gpu.jar')
        self.program('java/bin/java', 'echo "bundled java $*"')
        self.program('imas', 'java "$@"')

    def path(self, *names):
        return os.path.join(self.dir.name, *names)

    def jar(self, name, *entries):
        with zipfile.ZipFile(self.path(name), 'w') as z:
            for entry in entries:
                z.writestr(entry, entry)

    def program(self, name, text):
        with open(self.path(name), 'w') as f:
            f.write('#!/bin/sh\n' + text + '\n')
        os.chmod(self.path(name), 0o755)

    def test_only_what_a_bundle_cannot_have_is_left_out(self):
        with unittest.mock.patch.object(check.shutil, 'which', lambda name, path=None: path and name):
            told = {step.name: check.lacking(step, sys.executable, self.dir.name)
                    for step in check.steps('../shared/camvid', 'python3', self.dir.name)}
        for name in ('kernels-correct', 'step-smoke', 'parity', 'verify'):
            self.assertIsNone(told[name], name)
        self.assertEqual('a bundle has no sources to build', told['build'])
        self.assertEqual('a bundle has no sources to build', told['kernels-java'])

    def test_what_steps_start_is_in_it(self):
        for step in check.steps('../shared/camvid', 'python3', self.dir.name):
            for word in step.command.replace('IMAS_BENCH_PARTS=', ' ').split():
                if word.startswith(('./', 'benchmarks/')):
                    self.assertTrue(os.access(self.path(word), os.X_OK), word)

    def test_its_java_is_found(self):
        step = check.Step('s', 'nothing', 1, 0, 1, ('program',), 'java -version')
        self.assertIsNone(check.lacking(step, sys.executable, self.dir.name))
        found = check.environment(sys.executable, 60, self.dir.name)['PATH'].split(os.pathsep)[0]
        self.assertEqual(self.path('java', 'bin'), found)
        os.remove(self.path('lib', 'pytorch-2.10.0-linux-x86_64-gpu.jar'))
        self.assertIn('not built with CUDA', check.lacking(step, sys.executable, self.dir.name))

    def test_the_whole_list_runs_with_the_java_of_the_bundle(self):
        script = ('import sys; sys.path.insert(0, %r); import check; check.DRIVERS = ("/",); sys.argv[1:] = '
                  '["--out", %r, "--only", "verify,build"]; check.main()')
        script %= (self.path('benchmarks', 'gpu'), self.path('out'))
        done = subprocess.run([sys.executable, '-c', script], capture_output=True, text=True, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        with open(self.path('out', 'verify', 'log')) as f:
            self.assertEqual(['bundled java doctor', 'bundled java verify --device cuda'], f.read().splitlines())

    def test_the_kernels_are_those_of_its_jars(self):
        bench_alone = 'case $1 in *bench.py) shift; echo "$@" >>"%s" ;; *) exec "%s" "$@" ;; esac' % (
            self.path('asked'), sys.executable)
        self.program('python', bench_alone)
        env = {**os.environ, 'IMAS_PYTHON': self.path('python'), 'IMAS_BENCH_PARTS': 'check'}
        done = subprocess.run([self.path('benchmarks', 'gpu', 'kernels', 'run'), self.path('out')], env=env,
                              capture_output=True, text=True, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        with open(self.path('asked')) as f:
            self.assertIn('--library target/gpu/libimas.so --golden target/gpu/golden', f.readline())
        for name in ('libimas.so', 'libimas_cuda.so', 'runtime/libgomp.so.1', 'golden/01_hardness/hardness.json'):
            self.assertTrue(os.path.exists(self.path('target', 'gpu', name)), name)
        self.assertFalse(os.path.exists(self.path('target', 'gpu', 'libjniImas.so')))

    def test_a_bundle_without_cuda_is_told(self):
        self.jar('lib/imas-kernels-0.1.0.jar', 'x/libimas.so')
        self.assertEqual(['libimas_cuda.so in lib/imas-kernels-*.jar'], shipped.unpack(self.dir.name, self.path('to')))


class Programs(InFolder):
    """Shell scripts, with stand-ins for the programs that they call."""

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
