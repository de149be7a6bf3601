"""The GPU half of bench.py: PyTorch's tensors for the cases, the same computations in PyTorch, and the clock.

Each case exists several times, together larger than twice the L2 cache, and every version visits the copies in turn.
A version is captured in a CUDA graph that runs it once on each copy, so that neither Python nor launch gaps are timed;
what cannot be captured is launched directly, and its row says so. Times are medians of event intervals, the lower of two.
"""
import ctypes
import statistics
import time

import torch
import torch._dynamo
import torch.nn.functional as F

import cases
import floors
from imas_kernels import BF16, CUDA, F32, I32, I64, U8, CudaMemory, Kernels, view

TYPES = {F32: torch.float32, BF16: torch.bfloat16, U8: torch.uint8, I32: torch.int32, I64: torch.int64}
BY_SHARE = {'labels', 'mixed_labels', 'pairing'}  # integers: compared by the share that differs
CLOCK_RATE = 13                     # cudaDevAttrClockRate
MOST_COPIES = 64                    # enough for every case but gamma's, whose few numbers take a launch wherever they lie
LIMIT = {F32: 1e-5, BF16: 1e-2}     # of |ours - float64| / |float64|


class TorchTensor:
    def __init__(self, tensor, dtype, channels_last=False):
        self.tensor = tensor
        self.view = view(tensor.data_ptr(), dtype, tuple(tensor.shape), channels_last)


class TorchProvider:
    """Tensors on the current device; outputs start as poison."""

    def __init__(self, seed):
        self.workspaces = []
        self.generator = torch.Generator(device='cuda').manual_seed(seed)

    def make(self, tensor, dtype, channels_last=False):
        tensor = tensor.to(TYPES[dtype]).contiguous(memory_format=torch.channels_last if channels_last else torch.contiguous_format)
        return TorchTensor(tensor, dtype, channels_last)

    def rand(self, *shape):
        return torch.rand(*shape, generator=self.generator, device='cuda')

    def room(self, dtype, *shape, channels_last=False):
        poison = float('nan') if TYPES[dtype].is_floating_point else 119
        return self.make(torch.full(shape, poison, device='cuda', dtype=TYPES[dtype]), dtype, channels_last)

    def zeros(self, dtype, *shape):
        return self.make(torch.zeros(shape, device='cuda'), dtype)

    def workspace(self, size):
        if not size:
            return (None, 0)
        self.workspaces.append(torch.full((size,), 255, dtype=torch.uint8, device='cuda'))
        return (self.workspaces[-1].data_ptr(), size)

    def logits(self, dtype, n, c, h, w, channels_last):
        """Regions of some ten elements with a clear winner, and noise: like a trained network's."""
        coarse = torch.randn(n, c, h // 10 + 2, w // 10 + 2, generator=self.generator, device='cuda') * 4
        x = F.interpolate(coarse, (h, w), mode='bilinear', align_corners=True) + torch.randn(n, c, h, w, generator=self.generator, device='cuda') * 0.5
        return self.make(x, dtype, channels_last)

    def images(self, dtype, n, h, w, channels_last):
        return self.make(torch.randn(n, 3, h, w, generator=self.generator, device='cuda'), dtype, channels_last)

    def uniform(self, *shape):
        return self.make(self.rand(*shape), F32)

    def confidence(self, n, h, w):
        """Three quarters of the pixels, in regions, are surer than 0.95."""
        coarse = self.rand(n, 1, h // 32 + 2, w // 32 + 2)
        return self.make(1 - 0.2 * F.interpolate(coarse, (h, w), mode='nearest') ** 2 + 0.01 * (self.rand(n, 1, h, w) - 1), F32)

    def labels(self, n, h, w, classes):
        coarse = (self.rand(n, 1, h // 32 + 2, w // 32 + 2) * classes).floor()
        labels = F.interpolate(coarse, (h, w), mode='nearest')
        return self.make(torch.where(self.rand(n, 1, h, w) < 0.05, 255.0, labels), U8)

    def counts(self, n, classes, pixels):
        return self.make(torch.full((n, 1, 1, 3 * classes + 2), pixels // (classes + 1), device='cuda', dtype=torch.int64), I32)

    def reversed(self, n):
        return self.make(torch.arange(n - 1, -1, -1, device='cuda').view(n, 1, 1, 1), I32)

    def boxes(self, n, h, w):
        return self.make(torch.tensor([[h // 4, w // 4, h // 4 + h // 2, w // 4 + w // 2]] * n, device='cuda').view(n, 1, 1, 4), I32)


# ---- the same computations in PyTorch: (spec, real, wrap) -> function(inputs) -> dict of outputs. `real` is float32, or
# float64 for the reference; `wrap` is torch.compile or nothing. The losses compile their forward pass, whose backward
# pass torch.compile makes with it. None of them waits for the device.

def plain(function):
    return function


def enlarge(x, s, real):
    return F.interpolate(x.to(real), (s.height, s.width), mode='bilinear', align_corners=True)


def histogram(numbers, bins):
    """How often each of 0 to bins - 1 occurs. bincount, the other way, would wait for the device; a graph could not hold it."""
    return torch.histc(numbers.float(), bins, 0, bins - 1).long()


def pseudo_label(s, real, wrap):
    tau = torch.tensor(cases.THRESHOLD[s.shape_name], dtype=torch.float32).item()

    def one(logits):
        confidence, label = torch.softmax(enlarge(logits, s, real), 1).max(1)
        return confidence, label

    def counts(label, keep=None):
        place = label + s.classes * torch.arange(s.images, device=label.device).view(-1, 1, 1)
        return histogram(place if keep is None else place.masked_fill(~keep, -1), s.images * s.classes).view(s.images, s.classes)

    def run(x):
        (cs, ls), (ct, lt) = one(x['student']), one(x['teacher'])
        confident = torch.stack([(cs >= tau).flatten(1).sum(1), (ct >= tau).flatten(1).sum(1)], 1)
        return {'labels': lt.unsqueeze(1).to(torch.uint8), 'confidence': ct.unsqueeze(1),
                'counts': torch.cat([counts(ls), counts(lt), counts(ls, ls == lt), confident], 1).view(s.images, 1, 1, -1)}
    return wrap(run)


def gamma(s, real, wrap):
    def run(x):
        n = x['counts'].view(s.images, -1).to(real)
        c = s.classes
        ns, nt, both = n[:, :c], n[:, c:2 * c], n[:, 2 * c:3 * c]
        iou = torch.nan_to_num(both / (ns + nt - both))
        weigh = lambda w: (iou[:, 1:] * w[:, 1:]).sum(1) / w[:, 1:].sum(1).clamp(min=1)
        rho = n[:, 3 * c:] / (s.height * s.width)
        parts = torch.stack([weigh(ns), weigh(nt), rho[:, 0], rho[:, 1]], 1)
        g = (parts[:, 0] * parts[:, 2] + parts[:, 1] * parts[:, 3]) / 2
        order = torch.argsort(g, stable=True)
        pairing = torch.empty_like(order).scatter_(0, order, order.flip(0))
        return {'parts': torch.cat([parts, g[:, None]], 1).view(s.images, 1, 1, 5), 'pairing': pairing.view(-1, 1, 1, 1), 'mean': g.mean().view(1, 1, 1, 1)}
    return wrap(run)


def loss_and_gradient(s, real, wrap, loss_of):
    forward = wrap(lambda logits, x: loss_of(enlarge(logits, s, real), x))

    def run(x):
        logits = x['logits'].detach().requires_grad_(True)
        loss, more = forward(logits, x)
        return {'loss': loss.detach().view(1, 1, 1, 1), 'grad': torch.autograd.grad(loss, logits)[0], **more}
    return run


def consistency_loss(s, real, wrap):
    tau = cases.THRESHOLD[s.shape_name]

    def loss_of(y, x):
        each = F.cross_entropy(y, x['labels'][:, 0].long(), ignore_index=255, reduction='none')
        each = torch.where(x['confidence'][:, 0] >= tau, each, torch.zeros_like(each))
        return (each.mean((1, 2)) * x['weight'].view(-1).to(real)).mean(), {}
    return loss_and_gradient(s, real, wrap, loss_of)


def supervised_ce(s, real, wrap):
    def loss_of(y, x):
        labels = x['labels'][:, 0].long()
        return F.cross_entropy(y, labels, ignore_index=255), {'kept': (labels != 255).sum().view(1, 1, 1, 1)}
    return loss_and_gradient(s, real, wrap, loss_of)


def supervised_ohem(s, real, wrap):
    kept = min(cases.OHEM_KEPT, s.pixels // 8)

    def loss_of(y, x):
        labels = x['labels'][:, 0].long()
        ignored = labels == 255
        with torch.no_grad():
            p = torch.softmax(y, 1).gather(1, labels.masked_fill(ignored, 0).unsqueeze(1)).squeeze(1).masked_fill(ignored, 1)
            limit = p.flatten().kthvalue(kept).values.clamp(min=cases.OHEM_THRESH)
            hard = labels.masked_fill(ignored | (p > limit), 255)
        return F.cross_entropy(y, hard, ignore_index=255), {'kept': (hard != 255).sum().view(1, 1, 1, 1)}
    return loss_and_gradient(s, real, wrap, loss_of)


def confusion(s, real, wrap):
    def run(x):
        prediction, truth = enlarge(x['logits'], s, real).argmax(1), x['truth'][:, 0].long()
        valid = truth != 255
        bins = lambda label, keep: histogram(label.masked_fill(~(keep & valid), -1), s.classes)
        return {'counts': torch.stack([bins(truth, prediction == truth), bins(prediction, valid), bins(truth, valid)]).view(1, 1, 3, -1)}
    return wrap(run)


def compose_batch(s, real, wrap):
    def run(x):
        g = x['gamma'].to(real)
        rows, columns = torch.arange(s.height, device='cuda').view(1, 1, -1, 1), torch.arange(s.width, device='cuda').view(1, 1, 1, -1)
        top, left, bottom, right = (x['boxes'][..., k].view(-1, 1, 1, 1) for k in range(4))
        inside = (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)
        partner = x['pairing'].view(-1).long()
        mix = lambda t: torch.where(inside, t[partner], t)
        strong = x['strong'].to(real) * g + x['weak'].to(real) * (1 - g)
        kind = x['weak'].dtype if real == torch.float32 else real
        batch = torch.cat([x['labeled'].to(kind), x['weak'].to(kind), mix(x['weak']).to(kind), strong.to(kind)])
        return {'batch': batch.contiguous(memory_format=torch.channels_last if s.channels_last else torch.contiguous_format),
                'mixed_labels': mix(x['labels']), 'mixed_confidence': mix(x['confidence'])}
    return wrap(run)


def ema_update(s, real, wrap):
    def run(x):
        torch._foreach_lerp_(x['teacher'], x['student'], 1 - 0.996)
        return {}
    return wrap(run)


REFERENCES = {f.__name__: f for f in (pseudo_label, gamma, consistency_loss, supervised_ce, supervised_ohem, confusion, compose_batch, ema_update)}


# ---- the clock

def timed(calls, repeats):
    """(median microseconds of one call, whether a graph was replayed). `calls` visits the copies of a case."""
    def direct():
        for call in calls:
            call()
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            direct()
    torch.cuda.current_stream().wait_stream(side)
    torch.cuda.synchronize()
    go, graphed = direct, False
    try:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            direct()
        go, graphed = graph.replay, True
    except Exception as problem:  # a copy to the host or a synchronisation inside
        print('  no graph: ' + str(problem).splitlines()[0])
        torch.cuda.synchronize()
    begin = time.time()
    while time.time() - begin < 0.2:  # clocks up
        go()
        torch.cuda.synchronize()
    times = []
    for _ in range(repeats):
        before, after = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        before.record()
        go()
        after.record()
        after.synchronize()
        times.append(before.elapsed_time(after) * 1e3 / len(calls))
    return statistics.median(times), graphed


def twice(calls, repeats):
    """(the lower of two medians, how far they lie apart, whether a graph was replayed)"""
    (a, graphed), (b, _) = timed(calls, repeats), timed(calls, repeats)
    return min(a, b), abs(a - b), graphed


def copy_bandwidth(repeats):
    """GB/s of large device-to-device copies, bytes read plus bytes written."""
    pairs = [(torch.empty(1 << 27, dtype=torch.float32, device='cuda'), torch.randn(1 << 27, device='cuda')) for _ in range(2)]
    us, _, _ = twice([lambda to=to, source=source: to.copy_(source) for to, source in pairs], repeats)
    return 2 * 4 * (1 << 27) / us / 1e3


def tensors_of(group):
    return {name: [x.tensor.view(-1) for x in t] if isinstance(t, list) else t.tensor for name, t in group.items()}


def error_of(kernels, spec, case):
    """Largest relative error of any output against float64; NaN and unwritten outputs never pass."""
    call = ours(kernels, case)
    if spec.kernel == 'ema_update':
        before = [t.clone() for t in tensors_of(case.inputs)['teacher']]
        call()
        torch.cuda.synchronize()
        worst = 0.0
        for old, new, student in zip(before, tensors_of(case.inputs)['teacher'], tensors_of(case.inputs)['student']):
            expected = 0.996 * old.double() + (1 - 0.996) * student.double()
            error = ((new.double() - expected).norm() / expected.norm().clamp(min=1e-30)).item()
            if error != error:
                return error
            worst = max(worst, error)
        return worst
    call()
    torch.cuda.synchronize()
    expected = REFERENCES[spec.kernel](spec, torch.float64, plain)(tensors_of(case.inputs))
    worst = 0.0
    for name, found in tensors_of(case.outputs).items():
        found, theirs = found.double(), expected[name].double()
        error = (found != theirs).double().mean() if name in BY_SHARE else (found - theirs).norm() / theirs.norm().clamp(min=1e-30)
        error = error.item()
        if error != error:
            return error
        worst = max(worst, error)
    return worst


def ours(kernels, case):
    """The kernel on PyTorch's current stream, which is the capturing one inside a graph."""
    def call():
        kernels.backend.stream = torch.cuda.current_stream().cuda_stream
        case.call()
    return call


def highest_clock():
    """Cycles a second of the multiprocessors, at most."""
    runtime = CudaMemory().rt
    kilohertz = ctypes.c_int()
    if runtime.cudaDeviceGetAttribute(ctypes.byref(kilohertz), CLOCK_RATE, torch.cuda.current_device()):
        raise RuntimeError('the CUDA runtime does not tell the clock')
    return kilohertz.value * 1e3


def in_order(args):
    """The cases, what a training on a GPU calls first: bf16, channels_last, at the VOC sizes."""
    chosen = [spec for spec in cases.specs(args.shapes) if spec.kernel in args.only]
    return sorted(chosen, key=lambda s: (s.shape_name != 'voc', s.dtype_name != 'bf16', not s.channels_last))


def copies_of(kernels, spec, count):
    """(the case so many times on inputs of its own, what its tensors need to live)"""
    providers = [TorchProvider(seed) for seed in range(2, 2 + count)]  # providers own the workspaces
    return [cases.KERNELS[spec.kernel](kernels, each, spec) for each in providers], providers


def time_kernel(kernels, spec, setting, args, wrong):
    """Measurements of the kernel and of PyTorch as it is; what is not right goes to `wrong`."""
    gpu, instructions, l2 = setting
    provider = TorchProvider(1)
    first = cases.KERNELS[spec.kernel](kernels, provider, spec)
    error, limit = error_of(kernels, spec, first), LIMIT[spec.dtype]
    if not error <= limit:
        wrong.append('%s: relative error %.2e, limit %.0e' % (spec.name(), error, limit))
    count = max(2, min(MOST_COPIES, -(-2 * l2 // first.bytes)))
    built, providers = copies_of(kernels, spec, count)
    us, spread, graphed = twice([ours(kernels, case) for case in built], args.repeats)
    run, inputs = REFERENCES[spec.kernel](spec, torch.float32, plain), [tensors_of(case.inputs) for case in built]
    eager_us, _, eager_graphed = twice([lambda x=x: run(x) for x in inputs], args.repeats)
    floor_us = floors.floor_us(spec, gpu, first.bytes, first.exponentials, instructions)
    return dict(us=us, spread_us=spread, floor_us=floor_us, floors=us / floor_us, error=error, sets=count,
                copy_share=first.bytes / gpu.bandwidth * 1e6 / us, eager=eager_us / us, eager_us=eager_us,
                bytes=first.bytes, exponentials=first.exponentials, graphs=[graphed, eager_graphed, None])


def time_compiled(kernels, spec, measured, args):
    """Adds the time of torch.compile to what was measured of a case; where it fails the rest stays."""
    built, _ = copies_of(kernels, spec, measured['sets'])
    inputs = [tensors_of(case.inputs) for case in built]
    try:
        torch.compiler.reset()  # the cases share code, and one code object is compiled a few times only
        compiled = REFERENCES[spec.kernel](spec, torch.float32, lambda function: torch.compile(function, dynamic=False))
        us, _, graphed = twice([lambda x=x: compiled(x) for x in inputs], args.repeats)
    except Exception as problem:  # the comparison is lost, the rest is not
        print('  torch.compile failed: ' + (str(problem).splitlines() or [type(problem).__name__])[0])
        return
    measured.update(compile=us / measured['us'], compile_us=us, graphs=[*measured['graphs'][:2], graphed])


def measure(args, row, save):
    """The result for report.py; save(result) is called after every case. torch.compile, which takes half a minute a
    case, comes when all kernels are timed."""
    kernels = Kernels(args.library, CUDA, torch.cuda.current_device())
    properties = torch.cuda.get_device_properties(0)
    l2 = getattr(properties, 'L2_cache_size', 50 << 20)
    bandwidth = copy_bandwidth(args.repeats)
    print('%s, %d multiprocessors, L2 %.0f MB, torch %s, copies %.0f GB/s' % (
        properties.name, properties.multi_processor_count, l2 / 1e6, torch.__version__, bandwidth), flush=True)
    torch.backends.cuda.matmul.allow_tf32 = False
    if hasattr(torch._dynamo.config, 'fail_on_recompile_limit_hit'):
        torch._dynamo.config.fail_on_recompile_limit_hit = True  # not eager times in the name of torch.compile
    gpu = floors.Gpu(properties.name, properties.multi_processor_count, highest_clock(), bandwidth * 1e9)
    wrong, rows = [], []
    result = {'device': properties.name, 'torch': '%s, CUDA %s' % (torch.__version__, torch.version.cuda),
              'copy_gb_per_s': bandwidth, 'rows': rows, 'failures': wrong}
    specs = in_order(args)
    for spec in specs:
        rows.append(row(spec, **time_kernel(kernels, spec, (gpu, floors.read_instructions(), l2), args, wrong)))
        print('%-44s %8.1f us  %5.2f floors  eager %6.1fx' % (
            spec.name(), rows[-1]['us'], rows[-1]['floors'], rows[-1]['eager']), flush=True)
        save(result)
        torch.cuda.empty_cache()
    for spec, measured in zip(specs, rows):
        time_compiled(kernels, spec, measured, args)
        if measured['compile'] is not None:
            print('%-44s compile %6.1fx' % (spec.name(), measured['compile']), flush=True)
        save(result)
        torch.cuda.empty_cache()
    return result
