"""What the scripts of this folder share: how the program is called, and the record that each leaves."""

import datetime
import json
import os
import pathlib
import platform
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
HOME = HERE.parents[1]


def parser_options(parser):
    parser.add_argument('--program', default=str(HOME / 'imas'), help='what is run (default: this checkout)')
    parser.add_argument('--out', help='where the record goes, without ending (default: benchmarks/results)')


# A run of seconds spends most of its time starting: less compiling and a smaller heap shorten it, and change no bit.
QUICK = '-XX:TieredStopAtLevel=1 -Xms128m -Xmn64m'


def environment(threads=1):
    return {'IMAS_JAVA_OPTIONS': QUICK, **os.environ, 'OMP_NUM_THREADS': str(threads)}


def command(program, arguments):
    return [*shlex.split(program), 'train', *map(str, arguments)]


def train(program, arguments, threads=1):
    """Trains to the end, and returns what the run said."""
    done = subprocess.run(
        command(program, arguments), capture_output=True, text=True, env=environment(threads), check=False
    )
    if done.returncode != 0:
        sys.exit(f'a run ended with {done.returncode}: {done.stderr[-1000:]}')
    return done.stderr


def machine():
    name = platform.machine()
    try:
        found = re.search(r'model name\s*: (.*)', pathlib.Path('/proc/cpuinfo').read_text(encoding='utf-8'))
        name = found.group(1) if found else name
    except OSError:
        pass
    return {'processor': name, 'cores': os.cpu_count(), 'system': f'{platform.system()} {platform.release().split("-")[0]}'}


def versions(program):
    said = subprocess.run([*shlex.split(program), 'version'], capture_output=True, text=True, check=False).stdout
    return [line.strip() for line in said.splitlines() if line.strip() and '/' not in line]


def keep(name, options, figures, table):
    """Writes NAME.json and NAME.md, and prints the table."""
    given = sys.argv[1:]
    for place in ('--program', '--out', '--keep'):
        if place in given:
            at = given.index(place)
            given = given[:at] + given[at + 2 :]
    record = {
        'command': ' '.join([f'benchmarks/distributed/{pathlib.Path(sys.argv[0]).name}', *given]),
        'date': datetime.date.today().isoformat(),
        'machine': machine(),
        'load_average_at_the_end': round(os.getloadavg()[0], 1),
        'versions': versions(options.program),
        **figures,
    }
    target = pathlib.Path(options.out) if options.out else HOME / 'benchmarks/results' / name
    target.with_suffix('.json').write_text(json.dumps(record, indent=1) + '\n', encoding='utf-8')
    where = (
        f'`{record["command"]}` on {record["date"]}: {record["machine"]["processor"]}, {record["machine"]["cores"]}'
        f' cores, load average {record["load_average_at_the_end"]}; {", ".join(record["versions"])}.'
    )
    target.with_suffix('.md').write_text(f'{table}\n\n{where}\n', encoding='utf-8')
    print(table)
