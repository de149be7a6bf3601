"""What is measured: every kernel at the shapes of the published settings, with the fewest bytes it can move.

A case is built on a provider of tensors (host buffers in a dry run, PyTorch's on the GPU) and hands back a closure that
calls the kernel. Nothing here needs PyTorch.
"""
import array
import ctypes
import math

from imas_kernels import BF16, CE, F32, GAMMA_V1, I32, I64, OHEM, SIZE, U8

SHAPES = {  # B, C, h, w, H, W
    'voc': (4, 21, 129, 129, 513, 513),
    'cityscapes': (2, 19, 193, 193, 769, 769),
    'tiny': (2, 5, 5, 6, 17, 21),
}
DTYPES = {'fp32': F32, 'bf16': BF16}
LAYOUTS = {'nchw': False, 'channels_last': True}
THRESHOLD = {'voc': 0.95, 'cityscapes': 0.7, 'tiny': 0.5}
PARAMETERS = {'voc': 40_000_000, 'cityscapes': 40_000_000, 'tiny': 5_000}  # a DeepLabV3+ on ResNet-50
OHEM_THRESH, OHEM_KEPT = 0.7, 100_000
FUSED = ('pseudo_label', 'consistency_loss', 'supervised_ce', 'supervised_ohem', 'confusion')
COPIES = ('compose_batch', 'ema_update')


class Spec:
    def __init__(self, kernel, shape, dtype, layout):
        self.kernel, self.shape_name, self.dtype_name, self.layout = kernel, shape, dtype, layout
        self.images, self.classes, self.h, self.w, self.height, self.width = SHAPES[shape]
        self.dtype, self.channels_last = DTYPES[dtype], LAYOUTS[layout]

    def name(self):
        return ' '.join((self.kernel, self.shape_name, self.dtype_name, self.layout))

    @property
    def pixels(self):
        return self.images * self.height * self.width

    @property
    def logit_bytes(self):
        return self.images * self.classes * self.h * self.w * SIZE[self.dtype]


def specs(shapes):
    """All combinations that differ: gamma sees neither type nor layout, ema_update not even the shape."""
    for shape in shapes:
        for kernel in KERNELS:
            for dtype in DTYPES:
                for layout in LAYOUTS:
                    if kernel in ('gamma', 'ema_update') and (dtype, layout) != ('fp32', 'nchw'):
                        continue
                    if kernel == 'ema_update' and shape != shapes[0]:
                        continue
                    yield Spec(kernel, shape, dtype, layout)


class Case:
    """call() runs the kernel once; `bytes`: inputs read once, outputs written once; `exponentials`: at least."""

    def __init__(self, call, inputs, outputs, bytes_, exponentials=0):
        self.call, self.inputs, self.outputs, self.bytes, self.exponentials = call, inputs, outputs, bytes_, exponentials


def pseudo_label(k, t, s):
    student, teacher = (t.logits(s.dtype, s.images, s.classes, s.h, s.w, s.channels_last) for _ in range(2))
    labels, confidence = t.room(U8, s.images, 1, s.height, s.width), t.room(F32, s.images, 1, s.height, s.width)
    counts = t.room(I32, s.images, 1, 1, 3 * s.classes + 2)
    workspace = t.workspace(k.workspace_bytes('pseudo_label', student.view, labels.view))
    call = k.bind('pseudo_label', student.view, teacher.view, THRESHOLD[s.shape_name], labels.view, confidence.view, counts.view, workspace=workspace)
    return Case(call, {'student': student, 'teacher': teacher}, {'labels': labels, 'confidence': confidence, 'counts': counts},
                2 * s.logit_bytes + 5 * s.pixels, 2 * s.pixels * s.classes)


def gamma(k, t, s):
    counts = t.counts(s.images, s.classes, s.height * s.width)
    parts, pairing, mean = t.room(F32, s.images, 1, 1, 5), t.room(I32, s.images, 1, 1, 1), t.room(F32, 1, 1, 1, 1)
    call = k.bind('gamma', counts.view, s.height * s.width, GAMMA_V1, 1, 1, parts.view, pairing.view, mean.view)
    return Case(call, {'counts': counts}, {'parts': parts, 'pairing': pairing, 'mean': mean}, 4 * s.images * (3 * s.classes + 8))


def consistency_loss(k, t, s):
    logits, labels = t.logits(s.dtype, s.images, s.classes, s.h, s.w, s.channels_last), t.labels(s.images, s.height, s.width, s.classes)
    confidence, weight = t.confidence(s.images, s.height, s.width), t.uniform(s.images, 1, 1, 1)
    loss, grad = t.room(F32, 1, 1, 1, 1), t.room(s.dtype, s.images, s.classes, s.h, s.w, channels_last=s.channels_last)
    workspace = t.workspace(k.workspace_bytes('consistency_loss', logits.view, labels.view))
    call = k.bind('consistency_loss', logits.view, labels.view, confidence.view, THRESHOLD[s.shape_name], weight.view, 1.0, loss.view, grad.view, workspace=workspace)
    return Case(call, {'logits': logits, 'labels': labels, 'confidence': confidence, 'weight': weight}, {'loss': loss, 'grad': grad},
                2 * s.logit_bytes + 5 * s.pixels, s.pixels * s.classes)


def supervised(kind, thresh=OHEM_THRESH):
    def build(k, t, s):
        logits, labels = t.logits(s.dtype, s.images, s.classes, s.h, s.w, s.channels_last), t.labels(s.images, s.height, s.width, s.classes)
        loss, kept = t.room(F32, 1, 1, 1, 1), t.room(I64, 1, 1, 1, 1)
        grad = t.room(s.dtype, s.images, s.classes, s.h, s.w, channels_last=s.channels_last)
        workspace = t.workspace(k.workspace_bytes('supervised_loss', logits.view, labels.view, kind))
        call = k.bind('supervised_loss', logits.view, labels.view, kind, thresh, min(OHEM_KEPT, s.pixels // 8), 1.0,
                      loss.view, kept.view, grad.view, workspace=workspace)
        return Case(call, {'logits': logits, 'labels': labels}, {'loss': loss, 'kept': kept, 'grad': grad},
                    2 * s.logit_bytes + (1 if kind == CE else 5) * s.pixels, s.pixels * s.classes)
    return build


def confusion(k, t, s):
    logits, truth = t.logits(s.dtype, s.images, s.classes, s.h, s.w, s.channels_last), t.labels(s.images, s.height, s.width, s.classes)
    counts = t.zeros(I64, 1, 1, 3, s.classes)
    workspace = t.workspace(k.workspace_bytes('confusion', logits.view, truth.view))
    call = k.bind('confusion', logits.view, truth.view, counts.view, workspace=workspace)
    return Case(call, {'logits': logits, 'truth': truth}, {'counts': counts}, s.logit_bytes + s.pixels)


def compose_batch(k, t, s):
    """labelled | weak | cutmix | strong; images in the type and layout of the batch."""
    labeled, weak, strong = (t.images(s.dtype, s.images, s.height, s.width, s.channels_last) for _ in range(3))
    g, pairing, boxes = t.uniform(s.images, 1, 1, 1), t.reversed(s.images), t.boxes(s.images, s.height, s.width)
    labels, confidence = t.labels(s.images, s.height, s.width, s.classes), t.confidence(s.images, s.height, s.width)
    batch = t.room(s.dtype, 4 * s.images, 3, s.height, s.width, channels_last=s.channels_last)
    mixed_labels, mixed_confidence = t.room(U8, s.images, 1, s.height, s.width), t.room(F32, s.images, 1, s.height, s.width)
    call = k.bind('compose_batch', labeled.view, weak.view, strong.view, g.view, pairing.view, boxes.view, 1, labels.view, confidence.view,
                  batch.view, mixed_labels.view, mixed_confidence.view)
    return Case(call, {'labeled': labeled, 'weak': weak, 'strong': strong, 'gamma': g, 'pairing': pairing, 'boxes': boxes, 'labels': labels, 'confidence': confidence},
                {'batch': batch, 'mixed_labels': mixed_labels, 'mixed_confidence': mixed_confidence}, (3 + 4) * 3 * s.pixels * SIZE[s.dtype] + 10 * s.pixels)


def ema_update(k, t, s):
    sizes = parameter_sizes(PARAMETERS[s.shape_name])
    teacher, student = ([t.uniform(1, 1, 1, n) for n in sizes] for _ in range(2))
    pointers = lambda tensors: (ctypes.c_void_p * len(tensors))(*[x.view.data for x in tensors])
    numel = (ctypes.c_int64 * len(sizes))(*sizes)
    call = k.bind('ema_update', len(sizes), pointers(teacher), pointers(student), numel, 0.996, None, ctypes.c_size_t(0))
    return Case(call, {'teacher': teacher, 'student': student}, {}, 12 * sum(sizes))


def parameter_sizes(total):
    """Tensor sizes like a ResNet's: few large convolutions, many small vectors, odd ones among them."""
    sizes = []
    while total > 0:
        for n in (2_359_296, 1_048_576, 589_824, 262_144, 147_456, 65_536, 2048, 1024, 512, 256, 256, 21):
            n = min(n, total)
            if n:
                sizes.append(n)
                total -= n
    return sizes


KERNELS = {'pseudo_label': pseudo_label, 'gamma': gamma, 'consistency_loss': consistency_loss, 'supervised_ce': supervised(CE),
           'supervised_ohem': supervised(OHEM), 'confusion': confusion, 'compose_batch': compose_batch, 'ema_update': ema_update}
# What a profiler looks at. OHEM as it is measured finds enough pixels below its threshold, and the later rounds of its
# selection end at once; below a threshold of 0 there are none, and they work.
PROFILED = {**KERNELS, 'supervised_ohem, selecting': supervised(OHEM, 0.0)}


class HostTensor:
    def __init__(self, view):
        self.view = view


class HostProvider:
    """Tensors in an arena of host memory, for the dry run: small random numbers, made without any library."""

    def __init__(self, arena, random):
        self.arena, self.random = arena, random

    def put(self, dtype, values, *shape):
        return HostTensor(self.arena.put(dtype, values, *shape))

    def room(self, dtype, *shape, channels_last=False):
        return HostTensor(self.arena.room(dtype, *shape, channels_last=channels_last))

    def zeros(self, dtype, *shape):
        return self.put(dtype, bytes(math.prod(shape) * SIZE[dtype]), *shape)

    def workspace(self, size):
        return self.arena.workspace(size)

    def numbers(self, dtype, low, high, shape, channels_last=False):
        from imas_kernels import bf16_bytes
        values = array.array('f', (self.random.uniform(low, high) for _ in range(math.prod(shape))))
        tensor = self.room(dtype, *shape, channels_last=channels_last)
        self.arena.memory.write(tensor.view.data, bf16_bytes(values) if dtype == BF16 else values.tobytes())
        return tensor

    def logits(self, dtype, n, c, h, w, channels_last):
        return self.numbers(dtype, -3, 3, (n, c, h, w), channels_last)

    def images(self, dtype, n, h, w, channels_last):
        return self.numbers(dtype, -2, 2, (n, 3, h, w), channels_last)

    def uniform(self, *shape):
        return self.numbers(F32, 0, 1, shape)

    def confidence(self, n, h, w):
        return self.uniform(n, 1, h, w)

    def labels(self, n, h, w, classes):
        return self.put(U8, bytes(255 if self.random.random() < 0.1 else self.random.randrange(classes) for _ in range(n * h * w)), n, 1, h, w)

    def counts(self, n, classes, pixels):
        return self.put(I32, [pixels // (classes + 1)] * (n * (3 * classes + 2)), n, 1, 1, 3 * classes + 2)

    def reversed(self, n):
        return self.put(I32, list(range(n - 1, -1, -1)), n, 1, 1, 1)

    def boxes(self, n, h, w):
        return self.put(I32, [h // 4, w // 4, h // 4 + h // 2, w // 4 + w // 2] * n, n, 1, 1, 4)
