"""The C interface (native/include/imas.h) through ctypes, and memory for it: the host's, or a CUDA device's.

Standard library only. CUDA memory comes from libcudart, looked for on the library path, in CUDA's folder and in the
wheels of NVIDIA's Python packages.
"""
import array
import ctypes
import glob
import math
import os
import struct
import sys

CPU, CUDA = 0, 1
F32, BF16, F16, U8, I32, I64 = range(6)
SIZE = {F32: 4, BF16: 2, F16: 2, U8: 1, I32: 4, I64: 8}
TYPECODE = {F32: 'f', U8: 'B', I32: 'i', I64: 'q'}
GAMMA_V1, GAMMA_V2 = 1, 2
CE, OHEM = 0, 1


class View(ctypes.Structure):
    """imas_tensor"""
    _fields_ = [('data', ctypes.c_void_p), ('dtype', ctypes.c_int32), ('reserved', ctypes.c_int32),
                ('shape', ctypes.c_int64 * 4), ('stride', ctypes.c_int64 * 4)]


class Backend(ctypes.Structure):
    """imas_backend"""
    _fields_ = [('kind', ctypes.c_int32), ('device', ctypes.c_int32), ('stream', ctypes.c_void_p)]


def strides(shape, channels_last=False):
    n, c, h, w = shape
    return (c * h * w, 1, w * c, c) if channels_last else (c * h * w, h * w, w, 1)


def view(pointer, dtype, shape, channels_last=False):
    return View(pointer, dtype, 0, (ctypes.c_int64 * 4)(*shape), (ctypes.c_int64 * 4)(*strides(shape, channels_last)))


class Kernels:
    """The functions of imas.h on one backend. Arguments are views (or None) and numbers; a refusal raises ValueError."""

    def __init__(self, library, kind, device=0, stream=None):
        self.lib = ctypes.CDLL(library)
        self.lib.imas_last_error.restype = ctypes.c_char_p
        self.lib.imas_build_info.restype = ctypes.c_char_p
        if self.lib.imas_abi_version() != 2:
            raise RuntimeError('%s has ABI version %d, expected 2' % (library, self.lib.imas_abi_version()))
        self.backend = Backend(kind, device, stream)
        if not self.lib.imas_backend_available(kind):
            raise RuntimeError(self.error())

    def error(self):
        return self.lib.imas_last_error().decode()

    def build_info(self):
        return self.lib.imas_build_info().decode()

    def bind(self, name, *arguments, workspace=None):
        """A closure that calls imas_NAME; everything is converted once, so that a call costs little."""
        function = getattr(self.lib, 'imas_' + name)
        function.restype = ctypes.c_int32
        converted = [ctypes.byref(self.backend)] + [self._c(a) for a in arguments]
        if workspace is not None:
            converted += [ctypes.c_void_p(workspace[0]), ctypes.c_size_t(workspace[1])]

        def call():
            if function(*converted):
                raise ValueError(self.error())
        call.keeps = (arguments, converted)
        return call

    def call(self, name, *arguments, workspace=None):
        self.bind(name, *arguments, workspace=workspace)()

    def workspace_bytes(self, name, *arguments):
        function = getattr(self.lib, 'imas_%s_workspace' % name)
        function.restype = ctypes.c_size_t
        size = function(ctypes.byref(self.backend), *[self._c(a) for a in arguments])
        if not size and self.error():
            raise ValueError(self.error())
        return size

    @staticmethod
    def _c(argument):
        if isinstance(argument, View):
            return ctypes.byref(argument)
        if isinstance(argument, float):
            return ctypes.c_float(argument)
        if isinstance(argument, int):
            return ctypes.c_int64(argument)  # int32_t parameters take the low half of the register
        return argument  # None, arrays, ctypes values


class HostMemory:
    """Buffers of this process; `put` and `get` copy."""
    kind = CPU

    def __init__(self):
        self.kept = {}

    def allocate(self, size):
        block = ctypes.create_string_buffer(size + 64)
        address = (ctypes.addressof(block) + 63) // 64 * 64
        self.kept[address] = block
        return address

    def free(self, address):
        del self.kept[address]

    def write(self, address, data):
        ctypes.memmove(address, data, len(data))

    def read(self, address, size):
        return ctypes.string_at(address, size)

    def synchronize(self):
        pass


class CudaMemory:
    """Device memory by libcudart; copies wait for what was queued on the default stream before them."""
    kind = CUDA

    def __init__(self):
        self.rt = self._library()

    @staticmethod
    def _library():
        places = ['libcudart.so.13', 'libcudart.so.12', 'libcudart.so', '/usr/local/cuda/lib64/libcudart.so']
        for folder in sys.path:
            places += sorted(glob.glob(os.path.join(folder, 'nvidia', '*', 'lib', 'libcudart.so.*')))
        for place in places:
            try:
                library = ctypes.CDLL(place)
                break
            except OSError:
                continue
        else:
            raise RuntimeError('libcudart was not found; tried ' + ', '.join(places))
        library.cudaGetErrorString.restype = ctypes.c_char_p
        return library

    def _check(self, error):
        if error:
            raise RuntimeError('CUDA: ' + self.rt.cudaGetErrorString(error).decode())

    def allocate(self, size):
        pointer = ctypes.c_void_p()
        self._check(self.rt.cudaMalloc(ctypes.byref(pointer), ctypes.c_size_t(max(size, 1))))
        self._check(self.rt.cudaMemset(pointer, 0xA5, ctypes.c_size_t(size)))  # poison: what is not written shows
        return pointer.value

    def free(self, address):
        self._check(self.rt.cudaFree(ctypes.c_void_p(address)))

    def write(self, address, data):
        self._check(self.rt.cudaMemcpy(ctypes.c_void_p(address), data, ctypes.c_size_t(len(data)), 1))

    def read(self, address, size):
        data = ctypes.create_string_buffer(size)
        self._check(self.rt.cudaMemcpy(data, ctypes.c_void_p(address), ctypes.c_size_t(size), 2))
        return data.raw

    def synchronize(self):
        self._check(self.rt.cudaDeviceSynchronize())


class Arena:
    """Tensors in one kind of memory, freed together."""

    def __init__(self, memory):
        self.memory = memory
        self.addresses = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for address in self.addresses:
            self.memory.free(address)
        self.addresses = []

    def block(self, size):
        address = self.memory.allocate(size)
        self.addresses.append(address)
        return address

    def room(self, dtype, *shape, channels_last=False):
        return view(self.block(math.prod(shape) * SIZE[dtype]), dtype, shape, channels_last)

    def put(self, dtype, values, *shape):
        tensor = self.room(dtype, *shape)
        data = values if isinstance(values, bytes) else array.array(TYPECODE[dtype], values).tobytes()
        if len(data) != math.prod(shape) * SIZE[dtype]:
            raise ValueError('%d bytes for shape %s' % (len(data), shape))
        self.memory.write(tensor.data, data)
        return tensor

    def get(self, tensor):
        values = array.array(TYPECODE[tensor.dtype])
        values.frombytes(self.memory.read(tensor.data, math.prod(tensor.shape) * SIZE[tensor.dtype]))
        return values

    def workspace(self, size):
        return (self.block(size), size) if size else (None, 0)


def bf16_bytes(values):
    """Rounds floats to bfloat16, nearest, ties to even."""
    words = array.array('H')
    for value in values:
        bits = struct.unpack('<I', struct.pack('<f', value))[0]
        words.append((bits + 0x7FFF + (bits >> 16 & 1)) >> 16 & 0xFFFF)
    return words.tobytes()
