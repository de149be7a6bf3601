"""Where the record of a trial goes."""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def keep(arguments, result):
    """Writes a record to --out, else to results/ under the script's name; a short form leaves none without --out."""
    out = arguments.out
    if out is None and not arguments.short:
        out = os.path.join(HERE, 'results', os.path.basename(sys.argv[0]) + '.json')
    if out:
        with open(out, 'w', encoding='utf-8') as file:
            json.dump(result, file, indent=1, ensure_ascii=False)
            file.write('\n')
