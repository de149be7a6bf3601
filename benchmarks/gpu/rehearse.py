#!/usr/bin/env python3
"""Rehearses a training on a GPU where there is none: libtorch's CUDA build on a pretended CUDA runtime.

  rehearse.py [--work DIR]      after `mvn -Pgpu -Dmaven.test.skip=true package`; needs gcc, g++, binutils and the headers
                                that come with nvcc

Kernels of libtorch do nothing on the pretended GPU (benchmarks/gpu/rehearse/), so the numbers mean nothing; but every
call from Java through libtorch to the CUDA runtime is made, and written down. Checked is that two epochs with
evaluation and checkpoints run to their end, and of every step inside an epoch that the program waits for the device
once at most, that batches travel beside the work, and that nothing is copied from or to memory that is not page-locked.
Then GPUs are pretended that the kernels or libtorch have no code for: auto must say so and compute on the CPU, cuda must
be refused, and the doctor must tell it. At last `imas bench --device cuda` runs every kernel's benchmark once.
"""
import argparse
import collections
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.dirname(os.path.dirname(HERE))
# Every library by the beginning of its functions' names; the longest that fits counts.
LIBRARIES = {
    'cuda': 'libcudart.so.13', '__cuda': 'libcudart.so.13', 'cublas': 'libcublas.so.13', 'cublasLt': 'libcublasLt.so.13', 'cufft': 'libcufft.so.12',
    'curand': 'libcurand.so.10', 'cusparse': 'libcusparse.so.12', 'cusolver': 'libcusolver.so.12', 'cusolverMg': 'libcusolverMg.so.12', 'cufile': 'libcufile.so.0',
    'cuFile': 'libcufile.so.0', 'cupti': 'libcupti.so.13', 'nccl': 'libnccl.so.2', 'cudnn': 'libcudnn.so.9', 'nvJitLink': 'libnvJitLink.so.13', 'nvrtc': 'libnvrtc.so.13',
}
CUDNN_PARTS = ('ops', 'cnn', 'adv', 'graph', 'heuristic', 'engines_precompiled', 'engines_runtime_compiled')
# Functions that must hand something out; all others of the libraries beside the runtime do nothing and answer 0.
ANSWERS = {
    'cublasCreate_v2': '(void** out) { *out = (void*)8; return 0; }',
    'cublasGetMathMode': '(void* h, int* out) { *out = 0; return 0; }',
    'cublasGetPointerMode_v2': '(void* h, int* out) { *out = 0; return 0; }',
    'cublasLtMatmulAlgoGetHeuristic': '(void* a, void* b, void* c, void* d, void* e, void* f, void* g, int n, void* r, int* out) { *out = 1; return 0; }',
    'cudnnCreate': '(void** out) { *out = (void*)8; return 0; }',
    'cudnnGetVersion': '(void) { return 91900; }',
    'cudnnGetBatchNormalizationForwardTrainingExWorkspaceSize': '(void* h, int m, int o, void* x, void* z, void* y, void* b, void* a, unsigned long* out) { *out = 0; return 0; }',
    'cudnnGetBatchNormalizationTrainingExReserveSpaceSize': '(void* h, int m, int o, void* a, void* x, unsigned long* out) { *out = 0; return 0; }',
    'cudnnGetBatchNormalizationBackwardExWorkspaceSize': '(void* h, int m, int o, void* x, void* y, void* dy, void* dz, void* dx, void* b, void* a, unsigned long* out) { *out = 0; return 0; }',
    'cuDevicePrimaryCtxGetState': '(int d, unsigned* flags, int* active) { *flags = 0; *active = 1; return 0; }',
    'cuCtxGetCurrent': '(void** out) { *out = (void*)8; return 0; }',
    'cuDevicePrimaryCtxRetain': '(void** out, int d) { *out = (void*)8; return 0; }',
}
# What libtorch looks up in the driver by name.
DRIVER = ('cuDevicePrimaryCtxGetState', 'cuDevicePrimaryCtxRetain', 'cuCtxGetCurrent', 'cuCtxSetCurrent', 'cuInit', 'cuDriverGetVersion')
SETTINGS = ('device=cuda', 'training.epochs=2', 'training.sup_only_epochs=0', 'training.log_every=2', 'data.embedded.images=56', 'data.embedded.labeled=8',
            'data.embedded.validation=3', 'evaluation.every_epochs=1')
# Benchmarks of kernels (Kernel.java), and those of them whose composition does not ask libtorch for a size on the way (bincount),
# which is a number without a meaning here.
KERNELS, COMPOSITIONS = 9, 7
# Compute capabilities for which there is no code, and what is said then.
UNKNOWN = {'61': 'the CUDA kernels do not run on device 0', '110': 'libtorch has no code for cuda:0, of compute capability 11.0'}


def run(*command, **options):
    return subprocess.run(command, check=True, **options)


def wanted(libraries):
    """{library: set of functions} that native libraries ask of CUDA's, from their undefined symbols."""
    result = collections.defaultdict(set)
    for path in libraries:
        listing = run('nm', '-D', '--undefined-only', path, capture_output=True, text=True).stdout
        for name in re.findall(r' U (\w+)', listing):
            fitting = [start for start in LIBRARIES if name.startswith(start)]
            if fitting:
                result[LIBRARIES[max(fitting, key=len)]].add(name)
    return result


def build_library(folder, soname, functions, source=None, include=None):
    """A shared library in which the functions that the source lacks do nothing."""
    text = ''
    if source:
        with open(source) as f:
            text = f.read()
    stubs = 'int pretended;\n'
    for name in sorted(functions):
        if re.search(r'\b%s\(' % name, text):
            continue
        answer = ANSWERS.get(name) or ('(void** out) { *out = (void*)8; return 0; }' if re.search('Create.*Descriptor', name) else '(void) { return 0; }')
        stubs += 'long %s%s\n' % (name, answer)
    base = os.path.join(folder, soname)
    with open(base + '.c', 'w') as f:
        f.write(stubs)
    with open(base + '.map', 'w') as f:
        f.write('%s { global: *; };\n' % soname)
    run('gcc', '-w', '-O1', '-shared', '-fPIC', '-fno-builtin', base + '.c', *([source, '-I' + include] if source else []), '-o', base, '-Wl,-soname,' + soname,
        '-Wl,--version-script,' + base + '.map', '-lpthread')
    os.remove(base + '.c')
    os.remove(base + '.map')


def pretend(work, include):
    """The folder with all libraries of the pretended machine."""
    folder, natives = os.path.join(work, 'lib'), os.path.join(work, 'natives')
    for path in (folder, natives):
        os.makedirs(path, exist_ok=True)
    for jar in os.listdir(os.path.join(HOME, 'target', 'lib')):
        if re.match(r'(pytorch|cuda)-.*linux-x86_64(-gpu)?\.jar', jar) and ('pytorch' not in jar or 'gpu' in jar):
            with zipfile.ZipFile(os.path.join(HOME, 'target', 'lib', jar)) as z:
                for item in z.infolist():
                    if re.search(r'lib(torch_cpu|torch_cuda|torch_cuda_linalg|c10_cuda|jnitorch_cuda|jni(cudart|cublas|cudnn|cusparse|cusolver|cupti))\.so$', item.filename):
                        with z.open(item) as r, open(os.path.join(natives, os.path.basename(item.filename)), 'wb') as w:
                            shutil.copyfileobj(r, w, 1 << 20)
    functions = wanted(os.path.join(natives, name) for name in os.listdir(natives))
    shutil.rmtree(natives)
    for soname in sorted(set(LIBRARIES.values())):
        build_library(folder, soname, functions[soname], *((os.path.join(HERE, 'rehearse', 'pretend_runtime.c'), include) if soname.startswith('libcudart') else ()))
    for part in CUDNN_PARTS:
        build_library(folder, 'libcudnn_%s.so.9' % part, functions['libcudnn.so.9'])
    build_library(folder, 'libcuda.so.1', DRIVER)
    return folder


def classes(work):
    """The program's classes with the kernels of the pretended GPU beside them, and the rehearsal's main class."""
    folder = os.path.join(work, 'classes')
    shutil.rmtree(folder, ignore_errors=True)
    kernels = [jar for jar in os.listdir(os.path.join(HOME, 'target', 'lib')) if jar.startswith('imas-kernels-')]
    for jar in ['imas.jar'] + [os.path.join('lib', jar) for jar in kernels]:
        with zipfile.ZipFile(os.path.join(HOME, 'target', jar)) as z:
            z.extractall(folder)
    native = os.path.join(folder, 'dev', 'imas', 'kernels', 'capi', 'linux-x86_64')
    sources = os.path.join(HOME, 'native')
    run('g++', '-std=c++17', '-O1', '-shared', '-fPIC', os.path.join(HERE, 'rehearse', 'pretend_kernels.cpp'), '-I' + os.path.join(sources, 'include'), '-I' + os.path.join(sources, 'src'),
        '-L' + native, '-limas', '-o', os.path.join(native, 'libimas_cuda.so'))
    run('javac', '--release', '17', '-d', folder, '-cp', folder + ':' + os.path.join(HOME, 'target', 'lib', '*'),
        os.path.join(HOME, 'benchmarks', 'src', 'main', 'java', 'dev', 'imas', 'benchmarks', 'RehearseTraining.java'))
    return folder


def class_path(folder):
    return folder + ':' + os.path.join(HOME, 'target', 'lib', '*')


def steps(lines):
    """Calls between the teacher's updates: [Counter of 'call from to' without sizes]; [0] is the start."""
    counts = [collections.Counter()]
    for line in lines:
        call = ' '.join(line.split()[:-1])
        counts[-1][call] += 1
        if call.startswith('kernel ema_update'):
            counts.append(collections.Counter())
    return counts


def faults(step):
    """What a step inside an epoch must not do."""
    found = []
    waits = step['sync-stream - -'] + step['sync-device - -']
    if waits > 1:
        found.append('waits %d times for the device' % waits)
    found += ['%s: %d times' % (call, n) for call, n in step.items() if call.startswith(('copy', 'sync-copy')) and ' host' in call]
    if not any(call.startswith('copy-beside pinned device') for call in step):
        found.append('no batch travels beside the work')
    return found


def without_code(java, work, environment):
    """Faults of the program on GPUs that nothing was compiled for, by (compute capability, who has no code for it)."""
    found = []
    for capability, who in UNKNOWN.items():
        env = {**environment, 'PRETEND_CAPABILITY': capability}
        shutil.rmtree(os.path.join(work, 'auto'), ignore_errors=True)
        small = [word for setting in SETTINGS[1:] for word in ('--set', setting)]
        for words, status, place in ((['doctor'], 0, 'CANNOT BE USED: '), (['train', '--device', 'cuda', '--out', os.path.join(work, 'refused')], 2, 'imas: device: cuda was asked for, but '),
                                     (['train', '--device', 'auto', '--out', os.path.join(work, 'auto'), *small], 0, 'cuda:0 cannot be used, cpu computes instead: ')):
            done = subprocess.run([*java, 'dev.imas.cli.Main', *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            lines = [line for line in done.stdout.splitlines() if place + who in line]
            print('capability %s, %s: status %d, %s' % (capability, ' '.join(words[:3]), done.returncode, lines[0].strip() if lines else 'NOTHING SAID'))
            if done.returncode != status or not lines:
                found.append('%s with a GPU of compute capability %s: status %d\n%s' % (' '.join(words), capability, done.returncode, done.stdout))
    return found


def benchmarks(work, program, environment):
    """Faults of `imas bench --device cuda` on the pretended GPU: it must time the kernels and compositions and write the table."""
    built = os.path.join(HOME, 'target', 'benchmarks')
    try:
        with open(os.path.join(built, 'classpath')) as f:
            jars = f.read().strip()
    except FileNotFoundError:
        return ['there are no benchmarks in target/; build them: mvn -Pgpu -Dmaven.test.skip=true package']
    out = os.path.join(work, 'kernels')
    for ending in ('.md', '.json', '-limits.jsonl'):
        if os.path.exists(out + ending):
            os.remove(out + ending)
    command = ['java', '-Xmx2g', '-Dimas.bench.rehearsal=true', '-Dorg.bytedeco.javacpp.nopointergc=true', '-Dorg.bytedeco.javacpp.cachedir=' + os.path.join(work, 'cache'),
               '-cp', ':'.join((program, os.path.join(built, 'classes'), jars)), 'dev.imas.benchmarks.Bench', '--device', 'cuda', '--out', out,
               '-wi', '0', '-i', '1', '-r', '1ms', '-p', 'size=VOC', '-p', 'type=BF16', '-p', 'layout=NHWC']
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    rows, sides = [], collections.Counter()
    if os.path.exists(out + '.md'):
        with open(out + '.md') as f:
            rows = [line for line in f if line.count('|') == 12 and '**' in line]
        with open(out + '.json') as f:
            sides = collections.Counter(result['benchmark'].rpartition('.')[2] for result in json.load(f) if 'deviceTime' in result['secondaryMetrics'])
    told = 'imas bench --device cuda: status %d, %d kernels and %d compositions timed, %d rows' % (done.returncode, sides['kernel'], sides['composition'], len(rows))
    print(told)
    good = done.returncode == 0 and sides['kernel'] == KERNELS and sides['composition'] >= COMPOSITIONS and len(rows) == sides['composition']
    return [] if good else [told + '\n' + done.stdout]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--work', default=os.path.join(HOME, 'target', 'rehearse'))
    p.add_argument('--include', default='/usr/local/cuda/include', help="folder of nvcc's headers")
    a = p.parse_args()
    built = glob.glob(os.path.join(HOME, 'target', 'lib', 'pytorch-*-gpu.jar'))
    if not built:
        sys.exit('rehearse: target/ holds no build with CUDA; make one: mvn -Pgpu -Dmaven.test.skip=true package')
    if not os.path.exists(os.path.join(a.include, 'cuda_runtime_api.h')):
        sys.exit('rehearse: %s has no cuda_runtime_api.h; name the folder of nvcc\'s headers with --include' % a.include)
    trace, out = os.path.join(a.work, 'trace'), os.path.join(a.work, 'run')
    libraries, program = pretend(a.work, a.include), classes(a.work)
    shutil.rmtree(out, ignore_errors=True)
    if os.path.exists(trace):
        os.remove(trace)
    environment = {**os.environ, 'LD_LIBRARY_PATH': libraries, 'PRETEND_TRACE': trace}
    java = ['java', '-Xmx2g', '-Dorg.bytedeco.javacpp.nopointergc=true', '-Dorg.bytedeco.javacpp.cachedir=' + os.path.join(a.work, 'cache'), '-cp', class_path(program)]
    done = subprocess.run([*java, 'dev.imas.benchmarks.RehearseTraining', out, *SETTINGS], env=environment)
    with open(trace) as f:
        counted = steps(f)
    # The teacher's constructor updates it once; then come two epochs of six or seven steps. The first steps of an epoch
    # make what is kept, the last one evaluates.
    bad = []
    per_epoch = max(1, (len(counted) - 2) // 2)
    for k, step in enumerate(counted[1:], 1):
        inside = 2 < (k - 1) % per_epoch < per_epoch - 1
        print('step %2d: waits %d, launches %d, copies %d beside and %d in order%s' % (k, step['sync-stream - -'] + step['sync-device - -'], step['launch - -'],
              sum(n for c, n in step.items() if c.startswith('copy-beside')), sum(n for c, n in step.items() if c.startswith('copy ')), '' if inside else '  (edge of an epoch)'))
        bad += ['step %d %s' % (k, fault) for fault in faults(step)] if inside else []
    bad += without_code(java, a.work, environment)
    bad += benchmarks(a.work, program, environment)
    for fault in bad:
        print('FAULT: ' + fault)
    good = done.returncode == 0 and not bad and len(counted) > 8
    print('REHEARSAL OK' if good else 'REHEARSAL FAILED')
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
