"""What the reliability scripts share: the program under test, a small run, results as bits, the record."""

import argparse
import contextlib
import csv
import datetime
import glob
import hashlib
import io
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import result_file

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.dirname(os.path.dirname(HERE))

# As few and as small pictures as make every part of a run happen: supervised epochs, epochs with unlabelled pictures,
# evaluations, checkpoints in the middle of an epoch and at its end.
SMALL = [
    'data.embedded={images: 12, labeled: 4, validation: 2, size: 32}',
    'augment.crop=[32, 32]',
    'training.epochs=3',
    'training.sup_only_epochs=1',
    'training.batch_labeled=2',
    'training.batch_unlabeled=2',
    'training.checkpoint_every=2',
    'training.log_every=1',
    'evaluation.every_epochs=1',
]
STEPS_PER_EPOCH = 4

# A run of seconds spends most of its time starting: less compiling and a smaller heap shorten it, and change no bit.
QUICK = '-XX:TieredStopAtLevel=1 -Xms128m -Xmn64m'

CONFIGURATIONS = {
    'preset': [],
    'switches': [
        'unsupervised.gamma_version=v2',
        'unsupervised.intensity_mix=bernoulli',
        'unsupervised.cutmix=fixed',
        'unsupervised.cutmix_pairing=random',
        'unsupervised.class_thresholds=by_confidence',
        'unsupervised.weak_in_batch=false',
        'unsupervised.class_weighted=false',
        'supervised.loss=ohem',
        'augment.strong_random_count=true',
        'augment.strong_ops=2',
        'augment.rotate90=0.5',
        'training.keep=best',
        'training.teacher_start=average',
    ],
}

# What a person must never be shown.
INTERNALS = re.compile(
    r'^\s+at [\w.$/]+\(|SIGSEGV|SIGBUS|SIGABRT|fatal error has been detected|hs_err_pid|core dumped'
    r'|\b(?:java|javax|org|dev)\.[a-z]+\.[\w.]*[A-Z]\w+|\b[A-Z]\w+(?:Exception|Error)\b|Exception in thread|terminate called',
    re.MULTILINE,
)


class Imas:
    """The program: a launcher, started in a folder of its own."""

    def __init__(self, launcher, threads=1):
        self.launcher = os.path.abspath(launcher)
        self.threads = threads

    def with_threads(self, threads):
        return Imas(self.launcher, threads)

    def environment(self, changes=None):
        env = dict(os.environ)
        env.update(OMP_NUM_THREADS=str(self.threads), OMP_WAIT_POLICY='PASSIVE', IMAS_JAVA_OPTIONS=QUICK)
        env.update(changes or {})
        return env

    def start(self, arguments, cwd, log, env=None, before=(), **more):
        """Starts it; what it says goes to the file `log`. `before` is a command that it is started through."""
        with open(log, 'wb') as out:
            return subprocess.Popen(
                [*before, self.launcher, *arguments],
                cwd=cwd,
                env=self.environment(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                **more,
            )

    def run(self, arguments, cwd, env=None, before=(), seconds=600, **more):
        """Runs it to its end and returns (status, what it said)."""
        log = os.path.join(cwd, 'said.txt')
        process = self.start(arguments, cwd, log, env, before, **more)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            status = f'none after {seconds} s'
        return status, text(log)


def text(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def train(out, configuration='preset', settings=()):
    """The command line of a small run."""
    line = ['train', '--out', out]
    for setting in [*SMALL, *CONFIGURATIONS[configuration], *settings]:
        line += ['--set', setting]
    return line


def again(out, configuration='preset', settings=()):
    """What a person types after an interruption: --resume, or the same command if the run had not begun."""
    begun = os.path.isfile(os.path.join(out, 'config.yaml'))
    return ['train', '--resume', out] if begun else train(out, configuration, settings)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def without_speed(table):
    """metrics.csv without images_per_second, which is measured time."""
    rows = list(csv.reader(io.StringIO(table.decode())))
    speed = rows[0].index('images_per_second')
    return '\n'.join(','.join(row[:speed] + row[speed + 1 :]) for row in rows).encode()


def results(run):
    """SHA-256 of everything that a finished run leaves and that depends on no clock and no place, by file."""
    found = {}
    for name in [
        'teacher.safetensors',
        'student.safetensors',
        'best.safetensors',
        'metrics.csv',
        'hardness.csv',
        'class_iou.csv',
    ]:
        path = os.path.join(run, name)
        if os.path.exists(path):
            with open(path, 'rb') as file:
                content = file.read()
            found[name] = digest(without_speed(content) if name == 'metrics.csv' and content else content)
    for path in sorted(glob.glob(os.path.join(run, 'samples', '*.png'))):
        with open(path, 'rb') as file:
            found['samples/' + os.path.basename(path)] = digest(file.read())
    return found


def differences(expected, found):
    """Names of files whose bits differ, or that one of the two lacks."""
    return sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))


def reference(imas, folder, configuration='preset', settings=()):
    """The bits of an uninterrupted run, and how many seconds it took."""
    os.makedirs(folder)
    run = os.path.join(folder, 'run')
    begun = time.monotonic()
    status, said = imas.run(train(run, configuration, settings), folder)
    if status != 0:
        sys.exit(f'the uninterrupted run failed with status {status}:\n{said}')
    found = results(run)
    needed = {'teacher.safetensors', 'metrics.csv', 'hardness.csv'}
    if not needed <= found.keys():
        sys.exit(f'the uninterrupted run left no {", ".join(sorted(needed - found.keys()))}')
    return found, time.monotonic() - begun


def crash_files(*folders):
    return [
        path
        for folder in folders
        for pattern in ('hs_err_*', 'core*', 'replay_pid*')
        for path in glob.glob(os.path.join(folder, pattern))
    ]


def unfinished(run):
    """Files that a writer left beside its target, or left empty."""
    found = []
    for folder, _, names in os.walk(run):
        for name in names:
            path = os.path.join(folder, name)
            if name != '.lock' and (name.endswith('.tmp') or os.path.getsize(path) == 0):
                found.append(os.path.relpath(path, run))
    return sorted(found)


class Record:
    """Counts what was tried, and leaves the result file."""

    def __init__(self, arguments, test):
        self.arguments = arguments
        self.test = test
        self.runs = 0
        self.faults = []  # (case, what went wrong)
        self.begun = time.monotonic()

    def done(self, label, faults):
        """One case; `faults` says in a sentence each what went wrong."""
        self.runs += 1
        for fault in faults:
            self.fault(label, fault)
        print(f'{self.runs:5d}  {"bad" if faults else "ok "}  {label}', flush=True)

    def fault(self, label, fault):
        self.faults.append((label, fault))
        print(f'FAILED {label}: {fault}', flush=True)

    def finish(self, figure, details=None, needed=1):
        """Writes the file, says the figure, and ends the script: status 1 on a failure or when too little was tried."""
        result = {
            'test': self.test,
            'command': command_line(),
            'commit': commit(self.arguments.imas),
            'machine': machine(),
            'date': datetime.date.today().isoformat(),
            'runs': self.runs,
            'failures': len({label for label, _ in self.faults}),
            'figure': figure,
            'details': {
                **(details or {}),
                'seconds': round(time.monotonic() - self.begun),
                'failed': [without_places(f'{label}: {fault}') for label, fault in self.faults[:40]],
            },
        }
        result_file.keep(self.arguments, result)
        print(figure)
        if self.runs < needed:
            sys.exit(f'only {self.runs} of {needed} were tried: that proves nothing')
        sys.exit(1 if self.faults else 0)


def command_line():
    """How to run it again, without the places of this machine."""
    words = [f'benchmarks/reliability/{os.path.basename(sys.argv[0])}']
    given = iter(sys.argv[1:])
    for word in given:
        if word in ('--imas', '--out', '--keep', '--older'):
            next(given, None)
        else:
            words.append(word)
    return ' '.join(words)


def without_places(line):
    return re.sub(r'(?<![\w.])/[\w./-]*/', '.../', line)[:400]


def commit(launcher):
    """The commit of the sources that the launcher belongs to; changed files are told."""
    folder = os.path.dirname(os.path.realpath(launcher))
    git = ['git', '-C', folder]
    try:
        head = subprocess.run(
            [*git, 'rev-parse', '--short=10', 'HEAD'], capture_output=True, text=True, check=True
        ).stdout.strip()
        changed = subprocess.run(
            [*git, 'status', '--porcelain', '--untracked-files=no', '--', 'src', 'native', 'imas'],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return 'unknown'
    return head + (' with changes' if changed else '')


def machine():
    model = next(
        (line.split(':')[1].strip() for line in text('/proc/cpuinfo').splitlines() if line.startswith('model name')),
        'unknown',
    )
    memory = int(text('/proc/meminfo').split()[1]) / 2**20
    return f'{os.cpu_count()} cores of {model}, {memory:.0f} GB, Linux {os.uname().release.split("-")[0]}'


def parser(description):
    options = argparse.ArgumentParser(description=description)
    options.add_argument(
        '--short', action='store_true', help='a few cases, for continuous integration; writes no result file'
    )
    options.add_argument(
        '--imas',
        default=os.path.join(HOME, 'imas'),
        metavar='FILE',
        help='the launcher to test (default: that of this checkout)',
    )
    options.add_argument('--out', metavar='FILE', help='where the result goes (default: results/ beside the script)')
    options.add_argument('--seed', type=int, default=1, metavar='N', help='of all that is drawn (default: 1)')
    options.add_argument('--keep', metavar='FOLDER', help='work in this folder and leave it (default: a temporary one)')
    return options


@contextlib.contextmanager
def workplace(arguments):
    """An empty folder to work in, removed at the end unless --keep names it."""
    if arguments.keep:
        os.makedirs(arguments.keep, exist_ok=True)
        yield tempfile.mkdtemp(dir=arguments.keep)
        return
    folder = tempfile.mkdtemp(prefix='reliability-')
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def dice(arguments, *purpose):
    return random.Random(f'{arguments.seed} {purpose}')
