"""Runs that are interrupted at chosen moments and resumed until they are done: what `kills` and `signals` share.

A moment is what the run directory shows (a file appears, a table grows) and a random time after it, so that also what
takes a millisecond is hit. What was really hit is told from the directory afterwards: a stage.
"""

import collections
import concurrent.futures
import glob
import os
import shutil
import signal
import time

import campaign
import checkpoints

LOOK = 0.001  # seconds between looks at the run directory
RESULTS = [
    'student.safetensors*',
    'teacher.safetensors*',
    'class_iou.csv',
    'samples/*',
    'summary.json*',
    'report.html*',
]
KINDS = ['preset:1', 'preset:2', 'switches:1', 'switches:2']  # configuration and number of threads
STAGES = ['start', 'load', 'step', 'evaluation', 'checkpoint write', 'report']


def exists(pattern):
    return lambda run: bool(glob.glob(os.path.join(run, pattern)))


def rows(run):
    try:
        with open(os.path.join(run, 'metrics.csv'), 'rb') as file:
            return max(0, file.read().count(b'\n') - 1)
    except FileNotFoundError:
        return 0


def before_evaluation(run):
    """The last but one row of an epoch is there: its last step or its evaluation is under way."""
    return rows(run) % campaign.STEPS_PER_EPOCH == campaign.STEPS_PER_EPOCH - 1


# name: (what is waited for, greatest number of times it is let pass, greatest delay in seconds)
MOMENTS = {
    'at any time': (None, 0, None),
    'while starting': (None, 0, 1.0),
    'configuration written': (exists('config.yaml.tmp'), 0, 0),
    'while loading': (exists('config.yaml'), 0, 0.6),
    'while stepping': (rows, 0, 0.5),
    'before an evaluation': (before_evaluation, 2, 0.05),
    'tensors written': (exists('checkpoints/*.safetensors.tmp'), 4, 0.004),
    'description written': (exists('checkpoints/*.json.tmp'), 4, 0.0005),
    'results written': (exists('[st]*.safetensors.tmp'), 1, 0.004),
    'samples written': (exists('samples/*.png'), 0, 0.02),
    'report written': (exists('summary.json'), 0, 0.05),
    'report replaced': (exists('report.html.tmp'), 0, 0),
}


class Attempt:
    """One start of the program, which an interruption ends unless it ends by itself before."""

    def __init__(self, process, run, log, begun):
        self.process = process
        self.run = run
        self.log = log
        self.begun = begun

    def over(self):
        return self.process.poll() is not None

    def wait_for(self, condition, passes):
        """Waits until the condition has become true `passes` + 1 times; False if the program ended first."""
        was = condition(self.run)  # left by an earlier attempt
        while not self.over():
            now = condition(self.run)
            if now and not was:
                if passes == 0:
                    return True
                passes -= 1
            was = now
            time.sleep(LOOK)
        return False

    def wait(self, moment, length, dice):
        condition, passes, delay = MOMENTS[moment]
        if condition and not self.wait_for(condition, dice.randint(0, passes)):
            return
        time.sleep(dice.uniform(0, length if delay is None else delay))

    def fresh(self, pattern):
        """Whether this attempt wrote such a file."""
        return any(os.path.getmtime(path) >= self.begun for path in glob.glob(os.path.join(self.run, pattern)))

    def stage(self):
        """What was interrupted."""
        if not self.fresh('config.yaml'):
            return 'start'
        if any(self.fresh(pattern) for pattern in RESULTS):
            return 'report'
        if ' steps in ' not in campaign.text(self.log):
            return 'load'
        if self.fresh('checkpoints/*.tmp') or self.half_a_checkpoint():
            return 'checkpoint write'
        return 'evaluation' if before_evaluation(self.run) else 'step'

    def half_a_checkpoint(self):
        tensors = glob.glob(os.path.join(self.run, 'checkpoints', '*.safetensors'))
        return any(not os.path.exists(path[: -len('safetensors')] + 'json') for path in tensors)


class Interrupted:
    """A run that is interrupted again and again, then completed, and must end as if nothing had happened."""

    def __init__(self, imas, folder, configuration, expected, length, dice):
        self.imas = imas
        self.folder = folder
        self.run = os.path.join(folder, 'run')
        self.configuration = configuration
        self.expected = expected
        self.length = length
        self.dice = dice
        self.newest = 0
        os.makedirs(folder)

    def interrupt(self, moment, number, end):
        """One interruption: (status, stage, what was said), or None when the program was done before it came.

        `end(process)` ends the process and waits for it.
        """
        log = os.path.join(self.folder, 'said.txt')
        begun = time.time()
        process = self.imas.start(campaign.again(self.run, self.configuration), self.folder, log)
        attempt = Attempt(process, self.run, log, begun)
        attempt.wait(moment, self.length, self.dice)
        if attempt.over():
            return process.returncode, None, campaign.text(log)
        finishing = attempt.fresh('summary.json')  # all that is left is the report: it may as well end well
        process.send_signal(number)
        end(process)
        if process.returncode == 0 and finishing:
            return 0, None, campaign.text(log)
        return process.returncode, attempt.stage(), campaign.text(log)

    def lost(self):
        """Whether a checkpoint that was there is no longer."""
        try:
            step = checkpoints.usable_step(self.run)
        except checkpoints.Damaged as e:
            return [f'no checkpoint can be used: {e}']
        before, self.newest = self.newest, step
        return [f'the checkpoint after step {before} is lost, the newest is {step}'] if step < before else []

    def complete(self):
        """Lets the run end; what differs from the uninterrupted one."""
        status, said = self.imas.run(campaign.again(self.run, self.configuration), self.folder)
        return self.ended(status, said)

    def ended(self, status, said):
        if status != 0:
            return [f'ended with status {status}: {said.strip()[-300:]}']
        faults = [f'other bits in {name}' for name in campaign.differences(self.expected, campaign.results(self.run))]
        faults += [f'left over: {name}' for name in campaign.unfinished(self.run)]
        faults += [
            f'left a crash file: {os.path.basename(path)}' for path in campaign.crash_files(self.folder, self.run)
        ]
        if not faults:
            shutil.rmtree(self.folder)
        return faults


class Campaign:
    """The whole: references, interruptions, completions, record.

    number_of(dice) draws a signal; judge(number, status, said) gives the faults of one interruption; `spared` are
    stages in which nothing of the kind can end a run.
    """

    def __init__(self, arguments, test, number_of, end, judge, noun, spared=()):
        self.arguments = arguments
        self.spared = spared
        self.number_of = number_of
        self.end = end
        self.judge = judge
        self.noun = noun
        self.record = campaign.Record(arguments, test)
        self.moments = (
            ['tensors written', 'before an evaluation', 'report written'] if arguments.short else list(MOMENTS)
        )
        self.stages, self.hit = collections.Counter(), collections.Counter()
        self.completed = self.late = 0

    def run(self):
        signal.signal(signal.SIGINT, signal.default_int_handler)  # else children of a background job ignore Ctrl-C
        kinds = self.arguments.only or (KINDS[:1] if self.arguments.short else KINDS)
        share = -(-self.arguments.runs // len(kinds))
        with campaign.workplace(self.arguments) as folder, concurrent.futures.ThreadPoolExecutor(
            self.arguments.jobs
        ) as pool:
            for done in [pool.submit(self.interrupt_often, folder, kind, share) for kind in kinds]:
                done.result()
        missed = [stage for stage in STAGES if not self.stages[stage] and stage not in self.spared]
        if missed and not self.arguments.short:
            self.record.fault('the moments', f'nothing hit {", ".join(missed)}')
        places = ', '.join(f'{self.stages[stage]} {stage}' for stage in STAGES if self.stages[stage])
        end = (
            'every run ended with the bits of an uninterrupted one'
            if not self.record.faults
            else f'{len(self.record.faults)} faults'
        )
        self.record.finish(
            f'{self.record.runs} {self.noun}s ({places}) in {self.completed} runs: {end}',
            {
                'stages': self.stages,
                'moments': self.hit,
                'runs completed': self.completed,
                'ended before the moment': self.late,
                'configurations and threads': kinds,
            },
            needed=self.arguments.runs,
        )

    def interrupt_often(self, folder, kind, share):
        """`share` interruptions of one configuration and number of threads, in as many runs as that takes."""
        configuration, threads = kind.split(':')
        program = campaign.Imas(self.arguments.imas, int(threads))
        expected, length = campaign.reference(program, os.path.join(folder, 'reference-' + kind), configuration)
        print(f'{kind}: uninterrupted in {length:.1f} s', flush=True)
        dice = campaign.dice(self.arguments, kind)
        count = tries = 0
        while count < share:
            run = Interrupted(program, os.path.join(folder, f'{kind}-{tries}'), configuration, expected, length, dice)
            for _ in range(min(dice.randint(1, 8), share - count)):
                tries += 1
                hit = self.once(run, kind, self.moments[tries % len(self.moments)])
                if not hit:
                    break
                count += 1
            else:
                self.ended(f'{kind} completed', run.complete())
            if tries > 4 * share + 20:
                raise SystemExit(
                    f'{kind}: {count} {self.noun}s hit in {tries} tries; the run is too short for its moments'
                )

    def once(self, run, kind, moment):
        """One interruption; False if the run was done before it."""
        number = self.number_of(run.dice)
        status, stage, said = run.interrupt(moment, number, self.end)
        if stage is None:
            self.late += 1
            self.ended(f'{kind} ended before {moment}', run.ended(status, said))
            return False
        self.stages[stage] += 1
        self.hit[moment] += 1
        faults = self.judge(number, status, said) + run.lost()
        faults += [f'left a crash file: {os.path.basename(path)}' for path in campaign.crash_files(run.folder, run.run)]
        self.record.done(f'{kind} {moment}: {signal.Signals(number).name} hit {stage} #{self.record.runs + 1}', faults)
        return True

    def ended(self, label, faults):
        """What a completed run shows counts against the interruptions before it; it is none itself."""
        self.completed += 1
        for fault in faults:
            self.record.fault(f'{label} #{self.record.runs}', fault)
        if not faults:
            print(f'       ok   {label}', flush=True)


def parser(description, long, short):
    options = campaign.parser(description)
    options.add_argument(
        '--runs', type=int, metavar='N', help=f'interruptions in all (default: {long}, with --short {short})'
    )
    options.add_argument(
        '--jobs', type=int, default=1, metavar='N', help='configurations under way at once (default: 1)'
    )
    options.add_argument(
        '--only',
        action='append',
        metavar='CONFIGURATION:THREADS',
        help='preset:1, preset:2, switches:1 or switches:2; may be repeated',
    )
    arguments = options.parse_args()
    arguments.runs = arguments.runs or (short if arguments.short else long)
    return arguments
