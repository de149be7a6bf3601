"""gamma of two images from Python: gamma.py BUILD/libimas.so. The standard library is enough."""
import ctypes
import sys

F32, U8, I32 = 0, 3, 4
B, C, LOW, FULL = 2, 3, 5, 17


class View(ctypes.Structure):
    _fields_ = [('data', ctypes.c_void_p), ('dtype', ctypes.c_int32), ('reserved', ctypes.c_int32),
                ('shape', ctypes.c_int64 * 4), ('stride', ctypes.c_int64 * 4)]


class Backend(ctypes.Structure):
    _fields_ = [('kind', ctypes.c_int32), ('device', ctypes.c_int32), ('stream', ctypes.c_void_p)]


def view(buffer, dtype, n, c, h, w):
    """Of a ctypes array; with PyTorch or CuPy it is tensor.data_ptr() or array.data.ptr, and their strides."""
    return View(ctypes.addressof(buffer), dtype, 0, (n, c, h, w), (c * h * w, h * w, w, 1))


lib = ctypes.CDLL(sys.argv[1])
lib.imas_last_error.restype = ctypes.c_char_p
lib.imas_pseudo_label_workspace.restype = ctypes.c_size_t
cpu = Backend(0, 0, None)  # on the GPU: Backend(1, device, stream handle), and device memory


def check(status):
    if status:
        raise RuntimeError(lib.imas_last_error().decode())


# Logits of 10 for one class, 0 for the others. Image 0: both networks class 1. Image 1: student 1, teacher 2.
student, teacher = ((ctypes.c_float * (B * C * LOW * LOW))() for _ in range(2))
for logits, classes in ((student, (1, 1)), (teacher, (1, 2))):
    for image, best in enumerate(classes):
        for i in range(LOW * LOW):
            logits[(image * C + best) * LOW * LOW + i] = 10
labels, confidence = (ctypes.c_uint8 * (B * FULL * FULL))(), (ctypes.c_float * (B * FULL * FULL))()
counts, parts = (ctypes.c_int32 * (B * (3 * C + 2)))(), (ctypes.c_float * (B * 5))()
pairing, mean = (ctypes.c_int32 * B)(), ctypes.c_float()

s, t = view(student, F32, B, C, LOW, LOW), view(teacher, F32, B, C, LOW, LOW)
l, p = view(labels, U8, B, 1, FULL, FULL), view(confidence, F32, B, 1, FULL, FULL)
n = view(counts, I32, B, 1, 1, 3 * C + 2)
ref = ctypes.byref

size = lib.imas_pseudo_label_workspace(ref(cpu), ref(s), ref(l))
room = ctypes.create_string_buffer(size + 64)
workspace = ctypes.c_void_p((ctypes.addressof(room) + 63) // 64 * 64)  # aligned to 64 bytes
check(lib.imas_pseudo_label(ref(cpu), ref(s), ref(t), ctypes.c_float(0.95), ref(l), ref(p), ref(n), workspace,
                            ctypes.c_size_t(size)))
check(lib.imas_gamma(ref(cpu), ref(n), ctypes.c_int64(FULL * FULL), 1, 1, 1, ref(view(parts, F32, B, 1, 1, 5)),
                     ref(view(pairing, I32, B, 1, 1, 1)), ref(view(mean, F32, 1, 1, 1, 1))))
print('gamma %.1f %.1f, mean %.1f, partners %d %d' % (parts[4], parts[9], mean.value, pairing[0], pairing[1]))
