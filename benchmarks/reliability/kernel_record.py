"""What the scripts about the kernels share: building and running native programs, and the record they leave."""
import argparse
import datetime
import os
import re
import subprocess
import sys
import time

import result_file

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.dirname(os.path.dirname(HERE))


def parser(description):
    options = argparse.ArgumentParser(description=description)
    options.add_argument('--short', action='store_true',
                         help='a few cases, for continuous integration; writes no result file')
    options.add_argument('--out', metavar='FILE', help='where the result goes (default: results/ beside the script)')
    options.add_argument('--build', metavar='FOLDER', help='the CMake build folder (default: one under target/)')
    return options


def build(folder, target, *options):
    """Configures and builds a target as Maven does; the path of the build folder."""
    folder = os.path.abspath(folder)
    subprocess.run(['cmake', f'-DBINARY_DIR={folder}', f'-DTARGET={target}', '-DOPTIONS=' + ' '.join(options),
                    '-P', os.path.join(HOME, 'native/cmake/build.cmake')], cwd=HOME, check=True)
    return folder


def run(command, environment=None, seconds=3600):
    """Status and all that was said; a status that is text says that there was none in time."""
    env = {**os.environ, 'OMP_WAIT_POLICY': 'PASSIVE', **(environment or {})}
    try:
        done = subprocess.run(command, cwd=HOME, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors='replace', timeout=seconds)
    except subprocess.TimeoutExpired as late:
        return f'none after {seconds} s', (late.stdout or b'').decode(errors='replace')
    return done.returncode, done.stdout


def without_places(text):
    return re.sub(r'(?<![\w.])/[\w./-]*/', '.../', text)[:600]


def git(*words):
    done = subprocess.run(['git', '-C', HOME, *words], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ''


def machine():
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        model = next((line.split(':')[1].strip() for line in file if line.startswith('model name')), 'unknown')
    return f'{os.cpu_count()} cores of {model}, Linux {os.uname().release.split("-")[0]}'


class Record:
    """Counts what was tried, and leaves the result file."""

    def __init__(self, arguments, test):
        self.arguments = arguments
        self.test = test
        self.runs = 0
        self.failed = []
        self.begun = time.monotonic()

    def fail(self, what):
        self.failed.append(without_places(what))
        print('FAILED ' + what, flush=True)

    def finish(self, figure, details, needed):
        """Writes the file, says the figure, and ends: status 1 on a failure or when too little was tried."""
        if self.runs < needed:
            self.fail(f'only {self.runs} of {needed} were tried')
        changed = git('status', '--porcelain', '--untracked-files=no', '--', 'native', 'cuda-kernels', 'CMakeLists.txt')
        result = {
            'test': self.test,
            'command': 'benchmarks/reliability/' + os.path.basename(sys.argv[0]) + ' --short' * self.arguments.short,
            'commit': (git('rev-parse', '--short=10', 'HEAD') or 'unknown') + (' with changes' if changed else ''),
            'machine': machine(),
            'date': datetime.date.today().isoformat(),
            'runs': self.runs,
            'failures': len(self.failed),
            'figure': figure,
            'details': {**details, 'seconds': round(time.monotonic() - self.begun), 'failed': self.failed[:20]},
        }
        result_file.keep(self.arguments, result)
        print(figure)
        sys.exit(1 if self.failed else 0)
