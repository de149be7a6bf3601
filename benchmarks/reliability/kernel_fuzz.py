"""What both fuzzing scripts do: run imas_fuzz on each instruction set or backend, and add up what it counted."""
import re

import kernel_record

LINE = re.compile(r'^(imas_\w+): (\d+) calls, (\d+) accepted, (\d+) refused$', re.MULTILINE)


def counted(said):
    return {name: {'calls': int(calls), 'accepted': int(accepted), 'refused': int(refused)}
            for name, calls, accepted, refused in LINE.findall(said)}


def campaign(record, program, variants, calls, first):
    """`variants` has an environment by name. Returns what was counted, by variant and function."""
    found = {}
    for name, environment in variants.items():
        status, said = kernel_record.run([program, str(calls), str(first)], environment)
        functions = counted(said)
        done = sum(function['calls'] for function in functions.values())
        record.runs += done
        found[name] = functions
        print(f'{name}: {done} calls, status {status}', flush=True)
        if status != 0 or done != calls:
            record.fail(f'{name}: status {status}: {said[-500:]}')
    return found


def accepted(found):
    return sum(function['accepted'] for functions in found.values() for function in functions.values())
