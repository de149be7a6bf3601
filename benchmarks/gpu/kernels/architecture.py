#!/usr/bin/env python3
"""Prints what the kernels are to be compiled for on this machine, for CMake's IMAS_CUDA_ARCHITECTURES: 90, or 80,89.

Of each GPU the latest architecture in cuda-kernels/toolchain.cmake that is not later than the GPU: machine code runs on
later GPUs of its generation too (8.6 on 8.7), and the driver translates the PTX beside it for later generations.
nvidia-smi tells the GPUs' compute capabilities, else CUDA's runtime. Where neither does, it is the oldest architecture,
whose PTX every GPU takes: the kernels are then right, but not as they are measured.
"""
import ctypes
import os
import re
import subprocess
import sys

from imas_kernels import CudaMemory

TOOLCHAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..', 'cuda-kernels', 'toolchain.cmake')
MAJOR, MINOR = 75, 76  # cudaDevAttrComputeCapabilityMajor and Minor


def known():
    """The architectures that the kernels are built for, oldest first: [75, 80, ...]"""
    with open(TOOLCHAIN) as f:
        return sorted(int(n) for n in re.search(r'set\(IMAS_CUDA_ALL ([0-9 ]+)\)', f.read()).group(1).split())


def from_driver():
    """[compute capability without its dot] of the GPUs, as nvidia-smi lists them; empty where it does not tell."""
    try:
        listed = subprocess.run(['nvidia-smi', '--query-gpu=compute_cap', '--format=csv,noheader'], capture_output=True,
                                text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return [int(major + minor) for major, minor in re.findall(r'^\s*(\d+)\.(\d)\s*$', listed, re.M)]


def from_runtime():
    """The same from CUDA's runtime."""
    try:
        runtime = CudaMemory().rt
    except RuntimeError:
        return []
    count, value, found = ctypes.c_int(), ctypes.c_int(), []
    if runtime.cudaGetDeviceCount(ctypes.byref(count)):
        return []
    for device in range(count.value):
        digits = []
        for attribute in (MAJOR, MINOR):
            if runtime.cudaDeviceGetAttribute(ctypes.byref(value), attribute, device) == 0:
                digits.append(str(value.value))
        if len(digits) == 2:
            found.append(int(''.join(digits)))
    return found


def chosen(capabilities, architectures):
    """The architectures for these GPUs, oldest first; GPUs before the oldest one cannot be used and do not count."""
    return sorted({max(a for a in architectures if a <= c) for c in capabilities if c >= min(architectures)})


def main():
    architectures = known()
    found = chosen(from_driver() or from_runtime(), architectures)
    if not found:
        found = architectures[:1]
        print('architecture.py: neither nvidia-smi nor CUDA\'s runtime tells a usable GPU\'s compute capability; '
              'compiling for %d, which the driver translates' % found[0], file=sys.stderr)
    print(','.join(str(a) for a in found))


if __name__ == '__main__':
    main()
