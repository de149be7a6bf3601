#!/usr/bin/env python3
"""Carries iMAS to a GPU machine that has NVIDIA's driver, CUDA's libraries (Python wheels will do) and Python, but
neither Java nor a network.

  pack.py make   --out DIR [--arch 90] [--piece-mib 48]   here, after `mvn -Pgpu -Dmaven.test.skip=true package`
  pack.py unpack --to DIR PIECE...                        there; pieces may come in several calls, the last one unpacks
  pack.py check  DIR/p*                                   here: unpacks into a temporary folder and starts what is in it

The bundle is a distribution (src/dist/stage) with CUDA and the programs of benchmarks/gpu; it brings its own Java. Then
`DIR/imas doctor` and so on, or all at once: `python3 DIR/benchmarks/gpu/check.py`. libtorch's CUDA library holds code
for many GPUs; machine code of other architectures than --arch is overwritten with zeros, as are debugging symbols,
which leaves every structure in the file as it is and compresses to nothing.

Standard library only; `make` needs what src/dist/stage needs.
"""
import argparse
import contextlib
import glob
import hashlib
import json
import lzma
import mmap
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What a training on GPUs needs of the jars that hold native libraries; others are kept whole.
NATIVES = {
    'pytorch-': r'lib(c10|c10_cuda|torch|torch_cpu|torch_cuda|torch_cuda_linalg|jnitorch|jnitorch_cuda|gomp)\.so',
    'cuda-': r'libjni(cudart|cublas|cudnn|cusparse|cusolver|cupti|nvrtc)\.so',
}
FAT_BINARY = 0xBA55ED50
MACHINE_CODE = 2


# ---------------------------------------------------------------- device code
def section(file, name):
    """(offset, size) of an ELF64 section, or None."""
    table, = struct.unpack_from('<Q', file, 40)
    width, count, names = struct.unpack_from('<HHH', file, 58)
    start, = struct.unpack_from('<Q', file, table + names * width + 24)
    for k in range(count):
        at = table + k * width
        title, = struct.unpack_from('<I', file, at)
        if file[start + title:file.find(b'\0', start + title)] == name:
            return struct.unpack_from('<QQ', file, at + 24)
    return None


def fat_entries(file, offset, size):
    """(kind, architecture, payload begin, payload end) of everything in .nv_fatbin."""
    at, end = offset, offset + size
    while at + 16 <= end:
        magic, version, header, length = struct.unpack_from('<IHHQ', file, at)
        if magic != FAT_BINARY:  # padding between two
            at += 8
            continue
        if version != 1 or at + header + length > end:
            raise SystemExit('pack: a fat binary at 0x%x is of an unknown form; use --arch all' % at)
        entry, at = at + header, at + header + length
        while entry < at:
            kind, _, head, payload = struct.unpack_from('<HHIQ', file, entry)
            if head < 64 or entry + head + payload > at:
                raise SystemExit('pack: an entry at 0x%x is of an unknown form; use --arch all' % entry)
            arch, = struct.unpack_from('<I', file, entry + 28)
            yield kind, arch, entry + head, entry + head + payload
            entry += head + payload


def keep_architecture(path, arch):
    """Zeroes the machine code of other architectures in place, where there is some of this one. Bytes zeroed."""
    with open(path, 'r+b') as f, contextlib.closing(mmap.mmap(f.fileno(), 0)) as file:
        place = section(file, b'.nv_fatbin')
        entries = list(fat_entries(file, *place)) if place else []
        if not any(kind == MACHINE_CODE and a == arch for kind, a, _, _ in entries):
            if entries:
                raise SystemExit('pack: %s has no code for sm_%d, but for %s' % (path, arch, sorted({a for _, a, _, _ in entries})))
            return 0
        others = [(begin, end) for kind, a, begin, end in entries if kind == MACHINE_CODE and a != arch]
        for begin, end in others:
            file[begin:end] = bytes(end - begin)
        return sum(end - begin for begin, end in others)


def forget_symbols(path):
    """Zeroes the symbols that only a debugger reads; those for linking are in other sections."""
    with open(path, 'r+b') as f, contextlib.closing(mmap.mmap(f.fileno(), 0)) as file:
        for name in (b'.symtab', b'.strtab'):
            place = section(file, name)
            if place:
                file[place[0]:sum(place)] = bytes(place[1])


# ---------------------------------------------------------------- staging
def copy_jar(source, target, arch, work):
    """A jar with what is needed of it, stored: it is compressed with everything else, and better."""
    name = os.path.basename(source)
    wanted = next((re.compile(p) for start, p in NATIVES.items() if name.startswith(start) and '-linux-' in name), None)
    zeroed = 0
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, 'w', zipfile.ZIP_STORED) as new:
        for item in old.infolist():
            base = os.path.basename(item.filename)
            if item.is_dir() or ('.so' in base and wanted and not wanted.match(base)):
                continue
            entry = zipfile.ZipInfo(item.filename, item.date_time)
            if '.so' in base and wanted and arch:
                loose = os.path.join(work, base)
                with old.open(item) as r, open(loose, 'wb') as w:
                    shutil.copyfileobj(r, w, 1 << 20)
                zeroed += keep_architecture(loose, arch)
                forget_symbols(loose)
                entry.file_size = os.path.getsize(loose)
                with open(loose, 'rb') as r, new.open(entry, 'w', force_zip64=True) as w:
                    shutil.copyfileobj(r, w, 1 << 20)
                os.remove(loose)
            else:
                new.writestr(entry, old.read(item))
    if zeroed:
        print('%s: %.0f MB of code for other GPUs zeroed' % (name, zeroed / 1e6), flush=True)


def stage_programs(home, bundle):
    """What check.py starts, and itself."""
    gpu = os.path.join('benchmarks', 'gpu')
    unneeded = shutil.ignore_patterns('__pycache__', 'test_*', '*_test.py')
    for name in ('check.py', 'profile'):
        os.makedirs(os.path.join(bundle, gpu), exist_ok=True)
        shutil.copy(os.path.join(home, gpu, name), os.path.join(bundle, gpu, name))
    for name in ('kernels', 'train'):
        shutil.copytree(os.path.join(home, gpu, name), os.path.join(bundle, gpu, name), ignore=unneeded)


def stage(home, jdk, arch, bundle, work):
    built = os.path.join(home, 'target', 'lib')
    if not glob.glob(os.path.join(built, 'pytorch-*-gpu.jar')):
        raise SystemExit('pack: target/ holds no build with CUDA; make one: mvn -Pgpu -Dmaven.test.skip=true package')
    environment = {**os.environ, 'JAVA_HOME': jdk}
    subprocess.run([os.path.join(home, 'src', 'dist', 'stage'), bundle], env=environment, check=True)
    lib = os.path.join(bundle, 'lib')
    for name in os.listdir(built):
        copy_jar(os.path.join(built, name), os.path.join(lib, name), arch, work)
    stage_programs(home, bundle)
    sources = os.path.join(home, 'benchmarks', 'src', 'main', 'java', 'dev', 'imas', 'benchmarks')
    subprocess.run([os.path.join(jdk, 'bin', 'javac'), '--release', '17', '-d', os.path.join(bundle, 'benchmarks-train'),
                    '-cp', os.path.join(bundle, 'imas.jar') + ':' + os.path.join(lib, '*'),
                    *(os.path.join(sources, name + '.java') for name in ('SyntheticImages', 'StepSplit', 'TrainStep'))], check=True)


# ---------------------------------------------------------------- pieces
def digest(path):
    h = hashlib.sha256()
    with open(path, 'rb') as f:
        for block in iter(lambda: f.read(1 << 20), b''):
            h.update(block)
    return h.hexdigest()


def make(a):
    with tempfile.TemporaryDirectory() as work:
        bundle, packed = os.path.join(work, 'bundle'), os.path.join(work, 'bundle.tar.xz')
        stage(HOME, a.jdk, None if a.arch == 'all' else int(a.arch), bundle, work)
        print('compressing ...', flush=True)
        filters = [{'id': lzma.FILTER_X86}, {'id': lzma.FILTER_LZMA2, 'preset': a.preset, 'dict_size': 128 << 20}]
        with lzma.open(packed, 'wb', filters=filters) as z, tarfile.open(fileobj=z, mode='w|') as tar:
            tar.add(bundle, '.')
        write_pieces(packed, a.out, a.piece_mib << 20)


def write_pieces(packed, out, most):
    """Cuts a file into DIR/p1/piece, DIR/p2/piece, ... of about equal size, each beside the manifest of all."""
    total = os.path.getsize(packed)
    count = -(-total // most)
    size = -(-total // count)
    pieces = []
    with open(packed, 'rb') as f:
        for k in range(1, count + 1):
            folder = os.path.join(out, 'p%d' % k)
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            with open(os.path.join(folder, 'piece'), 'wb') as w:
                w.write(f.read(size))
            pieces.append({'sha256': digest(os.path.join(folder, 'piece'))})
    for k in range(1, count + 1):
        with open(os.path.join(out, 'p%d' % k, 'manifest.json'), 'w') as f:
            json.dump({'piece': k, 'pieces': pieces}, f)
    print('%d piece(s) of at most %.1f MiB in %s' % (count, size / 2**20, out))


def unpack(to, folders):
    """Keeps the pieces given; unpacks when all are there. True when the bundle is complete."""
    kept = os.path.join(to, 'pieces')
    os.makedirs(kept, exist_ok=True)
    pieces = []
    for folder in folders:
        with open(os.path.join(folder, 'manifest.json')) as f:
            manifest = json.load(f)
        pieces = manifest['pieces']
        source = os.path.join(folder, 'piece')
        if digest(source) != pieces[manifest['piece'] - 1]['sha256']:
            raise SystemExit('pack: %s is damaged; carry it again' % source)
        shutil.copyfile(source, os.path.join(kept, pieces[manifest['piece'] - 1]['sha256']))
    paths = [os.path.join(kept, p['sha256']) for p in pieces]
    missing = [str(k + 1) for k, path in enumerate(paths) if not os.path.exists(path)]
    if missing:
        print('pack: waiting for piece(s) ' + ', '.join(missing))
        return False
    whole = os.path.join(to, 'bundle.tar.xz')
    with open(whole, 'wb') as w:
        for path in paths:
            with open(path, 'rb') as r:
                shutil.copyfileobj(r, w, 1 << 20)
    with lzma.open(whole) as z, tarfile.open(fileobj=z, mode='r|') as tar:
        tar.extractall(to, **({'filter': 'fully_trusted'} if hasattr(tarfile, 'fully_trusted_filter') else {}))
    os.remove(whole)
    shutil.rmtree(kept)
    print('pack: complete under ' + to)
    return True


def check(folders):
    """Starts the unpacked bundle where no other Java is on the path, and with a cache of its own."""
    with tempfile.TemporaryDirectory() as root:
        if not unpack(root, folders):
            return 1
        environment = {'PATH': '/usr/bin:/bin', 'HOME': root, 'IMAS_JAVA_OPTIONS': '-Dorg.bytedeco.javacpp.cachedir=' + os.path.join(root, 'cache'),
                       **{k: v for k, v in os.environ.items() if k in ('LD_LIBRARY_PATH', 'PYTHONPATH')}}
        python = shlex.quote(sys.executable) + ' benchmarks/gpu/'
        for command in ('./imas doctor', './imas verify', python + 'check.py --list',
                        python + 'kernels/shipped.py --to kernels && ' + python + 'kernels/bench.py '
                        '--library kernels/libimas.so --golden kernels/golden --device cpu --check-only',
                        'benchmarks/gpu/train/step --device cpu --steps 2 --warmup 1 --source loader --images images'):
            print('$ ' + command, flush=True)
            if subprocess.run(['bash', '-c', command], cwd=root, env=environment).returncode:
                print('CHECK FAILED: ' + command)
                return 1
    print('CHECK OK')
    return 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = p.add_subparsers(dest='command', required=True)
    m = sub.add_parser('make')
    m.add_argument('--out', required=True)
    m.add_argument('--arch', default='90', help='compute capability without the dot, or all (default 90: H100, H200)')
    m.add_argument('--piece-mib', type=int, default=48, help='largest piece in MiB')
    m.add_argument('--preset', type=int, default=6, help='xz preset')
    m.add_argument('--jdk', default=os.environ.get('JAVA_HOME') or os.path.dirname(os.path.dirname(os.path.realpath(shutil.which('javac') or '/usr/bin/javac'))))
    u = sub.add_parser('unpack')
    u.add_argument('--to', required=True)
    u.add_argument('piece', nargs='+')
    c = sub.add_parser('check')
    c.add_argument('piece', nargs='+')
    a = p.parse_args()
    if a.command == 'make':
        make(a)
    elif a.command == 'unpack':
        unpack(a.to, a.piece)
    else:
        sys.exit(check(a.piece))


if __name__ == '__main__':
    main()
