#!/usr/bin/env python3
"""Takes the native libraries and the recorded numbers out of a bundle's jars, for programs that are not Java.

  shipped.py --to DIR [--bundle DIR]    DIR gets libimas.so, libimas_cuda.so, runtime/libgomp.so.1 and golden/

So kernels/run checks and measures on a machine without compilers what the bundle ships.
"""
import argparse
import glob
import os
import shutil
import sys
import zipfile

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


def take(jar, wanted):
    """Writes the entries for which wanted(name) names a file; how many they were."""
    taken = 0
    with zipfile.ZipFile(jar) as z:
        for item in z.infolist():
            to = None if item.is_dir() else wanted(item.filename)
            if to:
                os.makedirs(os.path.dirname(to), exist_ok=True)
                with z.open(item) as source, open(to, 'wb') as target:
                    shutil.copyfileobj(source, target, 1 << 20)
                taken += 1
    return taken


def unpack(bundle, to):
    """What could not be found, in words; empty where all is there."""
    def library(name):
        base = os.path.basename(name)
        if base in ('libimas.so', 'libimas_cuda.so'):
            return os.path.join(to, base)
        return os.path.join(to, 'runtime', base) if base.startswith('libgomp.so') else None

    def recorded(name):
        return os.path.join(to, name) if name.startswith('golden/') else None

    missing = []
    jars = glob.glob(os.path.join(bundle, 'lib', 'imas-kernels-*.jar'))
    if sum(take(jar, library) for jar in jars) == 0 or not os.path.exists(os.path.join(to, 'libimas_cuda.so')):
        missing.append('libimas_cuda.so in lib/imas-kernels-*.jar')
    if take(os.path.join(bundle, 'imas.jar'), recorded) == 0:
        missing.append('golden/ in imas.jar')
    return missing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--to', required=True)
    parser.add_argument('--bundle', default=HOME)
    args = parser.parse_args()
    missing = unpack(args.bundle, args.to)
    if missing:
        sys.exit('shipped.py: %s has no %s' % (args.bundle, ' and no '.join(missing)))


if __name__ == '__main__':
    main()
