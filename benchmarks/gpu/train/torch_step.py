#!/usr/bin/env python3
"""The training step of iMAS as it is usually written in PyTorch, measured like benchmarks/gpu/train/step.

  torch_step.py --variant plain --case voc-r50 --json FILE     eager, tf32 or fp32, NCHW, gamma with NumPy
  torch_step.py --variant tuned --case voc-r50 --json FILE     bf16 autocast, channels_last, torch.compile, fused SGD

It serves as the yardstick of the comparison (compare.py); single choices of a variant can be changed by flags. Needs
PyTorch and NumPy, with --source loader Pillow; the images of --source loader are those that `step --source loader` made.
"""
import argparse
import json
import os
import random
import re
import sys
import time

CASES = {
    # layers, classes, crop, auxiliary head and OHEM, confidence threshold, dilations of the ASPP
    'voc-r50': dict(blocks=(3, 4, 6, 3), classes=21, crop=513, street=False, threshold=0.95),
    'voc-r101': dict(blocks=(3, 4, 23, 3), classes=21, crop=513, street=False, threshold=0.95),
    'cityscapes-r50': dict(blocks=(3, 4, 6, 3), classes=19, crop=769, street=True, threshold=0.7),
    'smoke': dict(blocks=(1, 1, 1, 1), classes=7, crop=65, street=False, threshold=0.7),
}
VARIANTS = {
    'plain': dict(precision='tf32', channels_last=False, compile=False, fused=False, gamma='numpy'),
    'tuned': dict(precision='bf16', channels_last=True, compile=True, fused=True, gamma='torch'),
}
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LAMBDA, DECAY, MOMENTUM = 3.0, 0.996, 0.9
PARTS = ('input', 'predict', 'kernels', 'learn', 'update')


# ---------------------------------------------------------------- arithmetic without PyTorch
def gamma_numpy(student, teacher, student_confident, teacher_confident, classes, np):
    """gamma v1 of one image: label maps [H,W] and shares of confident pixels, background ignored (method 4)."""
    bins = np.arange(classes + 1)
    both = np.histogram(student[student == teacher], bins=bins)[0]
    area_s = np.histogram(student, bins=bins)[0]
    area_t = np.histogram(teacher, bins=bins)[0]
    union = area_s + area_t - both
    iou = np.where(union > 0, both / np.maximum(union, 1), 0.0)
    area_s[0] = area_t[0] = 0
    weighted_s = (iou * area_s).sum() / max(area_s.sum(), 1)
    weighted_t = (iou * area_t).sum() / max(area_t.sum(), 1)
    return 0.5 * (weighted_t * teacher_confident + weighted_s * student_confident)


def pairing(gammas):
    """Partner of each image: sorted by gamma, the k-th easiest receives from the k-th hardest."""
    order = sorted(range(len(gammas)), key=lambda i: gammas[i])
    partner = [0] * len(gammas)
    for k, i in enumerate(order):
        partner[i] = order[len(order) - 1 - k]
    return partner


def cutmix_box(height, width, ratio, rng):
    """top, left, bottom, right around a random centre, clipped at the border."""
    row, column = rng.randrange(height // 16, height), rng.randrange(width // 16, width)
    half_h, half_w = int(height * ratio) // 2, int(width * ratio) // 2
    return max(row - half_h, 0), max(column - half_w, 0), min(row + half_h, height), min(column + half_w, width)


def quantiles(values):
    """median, 10 % and 90 % of a list of milliseconds."""
    v = sorted(values)
    return {'median': v[len(v) // 2], 'p10': v[len(v) // 10], 'p90': v[len(v) * 9 // 10]}


def build_of(version, cuda, cudnn, config):
    """{'torch', 'cuda', 'cudnn', 'mkl', 'onednn', 'blas'}: versions, None for what the build is without.

    `config` is torch.__config__.show(). MKL and oneDNN have lines of their own there where they are linked; USE_MKL and
    USE_MKLDNN among the build settings may only say what was asked for.
    """
    def found(pattern):
        match = re.search(pattern, config)
        return match.group(1) if match else None
    if cudnn:  # 91900 is 9.19.0, 8907 is 8.9.7
        thousands = 10000 if cudnn >= 90000 else 1000
        cudnn = '%d.%d.%d' % (cudnn // thousands, cudnn % thousands // 100, cudnn % 100)
    return {'torch': version, 'cuda': cuda, 'cudnn': cudnn, 'mkl': found(r'Math Kernel Library Version (\d[\w.]*)'),
            'onednn': found(r'MKL-DNN v([\w.]+)'), 'blas': found(r'\bBLAS_INFO=(\w+)')}


def build_line(build):
    """The same for people: PyTorch 2.11.0+cu130, CUDA 13.0, cuDNN 9.19.0, MKL 2024.2, oneDNN 3.7.1, BLAS mkl"""
    names = {'cuda': 'CUDA', 'cudnn': 'cuDNN', 'mkl': 'MKL', 'onednn': 'oneDNN', 'blas': 'BLAS'}
    return ', '.join(['PyTorch ' + build['torch']] + [
        '%s %s' % (name, build[key]) if build[key] else 'no ' + name for key, name in names.items()])


def settings(arguments):
    """The variant's choices with those that the command line changes."""
    chosen = dict(VARIANTS[arguments.variant])
    for key in chosen:
        value = getattr(arguments, key)
        if value is not None:
            chosen[key] = value
    return chosen


def parser():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    yes_no = dict(type=lambda s: {'yes': True, 'no': False}[s], metavar='yes|no')
    p.add_argument('--variant', choices=sorted(VARIANTS), default='plain')
    p.add_argument('--case', choices=sorted(CASES), default='smoke')
    p.add_argument('--device', default='cuda')
    p.add_argument('--precision', choices=('fp32', 'tf32', 'bf16'))
    p.add_argument('--channels-last', **yes_no)
    p.add_argument('--compile', **yes_no)
    p.add_argument('--fused', help='fused SGD and foreach EMA', **yes_no)
    p.add_argument('--gamma', choices=('numpy', 'torch'), help='where histograms are made')
    p.add_argument('--source', choices=('device', 'loader'), default='device')
    p.add_argument('--images', help='folder that `step --source loader` wrote')
    p.add_argument('--workers', type=int, default=max(2, (os.cpu_count() or 2) * 3 // 8), help='processes of each loader')
    p.add_argument('--batch', type=int, help='labelled and unlabelled images each (4; smoke: 2)')
    p.add_argument('--warmup', type=int, default=10)
    p.add_argument('--steps', type=int, default=30)
    p.add_argument('--json')
    return p


# ---------------------------------------------------------------- network (method 1)
def network(case):
    import torch
    from torch import nn
    from torch.nn import functional as F

    def conv_bn(cin, cout, kernel, stride=1, dilation=1, bias=False, relu=True):
        layers = [nn.Conv2d(cin, cout, kernel, stride, dilation * (kernel // 2), dilation, bias=bias), nn.BatchNorm2d(cout)]
        return nn.Sequential(*layers, nn.ReLU(inplace=True)) if relu else nn.Sequential(*layers)

    class Bottleneck(nn.Module):
        def __init__(self, cin, planes, stride, dilation):
            super().__init__()
            self.branch = nn.Sequential(conv_bn(cin, planes, 1), conv_bn(planes, planes, 3, stride, dilation), conv_bn(planes, 4 * planes, 1, relu=False))
            self.shortcut = nn.Identity() if stride == 1 and cin == 4 * planes else conv_bn(cin, 4 * planes, 1, stride, relu=False)

        def forward(self, x):
            return F.relu(self.branch(x) + self.shortcut(x), inplace=True)

    class Aspp(nn.Module):
        def __init__(self, cin, dilations):
            super().__init__()
            self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), conv_bn(cin, 256, 1))
            self.branches = nn.ModuleList([conv_bn(cin, 256, 1)] + [conv_bn(cin, 256, 3, dilation=d) for d in dilations])

        def forward(self, x):
            pooled = F.interpolate(self.pool(x), size=x.shape[2:], mode='bilinear', align_corners=True)
            return torch.cat([pooled] + [b(x) for b in self.branches], 1)

    class DeepLabV3Plus(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(conv_bn(3, 64, 3, 2), conv_bn(64, 64, 3), conv_bn(64, 128, 3), nn.MaxPool2d(3, 2, 1, ceil_mode=True))
            stages, cin = [], 128
            # output stride 16: stage 4 keeps the size and is dilated, by the multi-grid 2, 2, 4 on top
            for stage, (count, planes, stride) in enumerate(zip(case['blocks'], (64, 128, 256, 512), (1, 2, 2, 1))):
                blocks = []
                for b in range(count):
                    spacing = 2 if stage == 3 and b > 0 else 1
                    grid = (2, 2, 4)[min(b, 2)] if stage == 3 else 1
                    blocks.append(Bottleneck(cin, planes, stride if b == 0 else 1, spacing * grid))
                    cin = 4 * planes
                stages.append(nn.Sequential(*blocks))
            self.stages = nn.ModuleList(stages)
            self.aspp = Aspp(2048, (6, 12, 18))
            self.head = conv_bn(5 * 256, 256, 1)
            self.low = conv_bn(256, 48, 1, bias=True)
            self.classifier = nn.Sequential(conv_bn(304, 256, 3), conv_bn(256, 256, 3), nn.Conv2d(256, case['classes'], 1))
            self.auxiliary = nn.Sequential(conv_bn(1024, 256, 3), nn.Conv2d(256, case['classes'], 1)) if case['street'] else None

        def forward(self, x):
            fine = self.stages[0](self.stem(x))
            third = self.stages[2](self.stages[1](fine))
            up = F.interpolate(self.head(self.aspp(self.stages[3](third))), size=fine.shape[2:], mode='bilinear', align_corners=True)
            logits = self.classifier(torch.cat([self.low(fine), up], 1))
            return logits, None if self.auxiliary is None else self.auxiliary(third)

    return DeepLabV3Plus()


# ---------------------------------------------------------------- step (method 3)
class Step:
    def __init__(self, case, chosen, device):
        import copy
        import torch
        self.torch, self.case, self.chosen, self.device = torch, case, chosen, device
        torch.manual_seed(1)
        torch.backends.cudnn.benchmark = True
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = chosen['precision'] != 'fp32'
        self.student = network(case).to(device)
        if chosen['channels_last']:
            self.student = self.student.to(memory_format=torch.channels_last)
        self.teacher = copy.deepcopy(self.student)
        for p in self.teacher.parameters():
            p.requires_grad_(False)
        self.optimizer = torch.optim.SGD(self.student.parameters(), lr=0.001, momentum=MOMENTUM, weight_decay=1e-4,
                                         **({'fused': True} if chosen['fused'] and device != 'cpu' else {}))
        self.averaged = [(t, s) for t, s in zip(self.teacher.state_dict().values(), self.student.state_dict().values()) if t.is_floating_point()]
        self.run_student, self.run_teacher = self.student, self.teacher
        if chosen['compile']:
            self.run_student, self.run_teacher = (torch.compile(net, dynamic=False) for net in (self.student, self.teacher))  # the sizes of a batch are few
        self.rng = random.Random(1)
        self.enter = lambda part: None

    def autocast(self):
        return self.torch.autocast(self.device.split(':')[0], self.torch.bfloat16, enabled=self.chosen['precision'] == 'bf16')

    def full_size(self, logits, size):
        return self.torch.nn.functional.interpolate(logits.float(), size=size, mode='bilinear', align_corners=True)

    def __call__(self, x, y, w, s):
        torch, size = self.torch, w.shape[2:]
        if self.chosen['channels_last']:
            x, w, s = (t.contiguous(memory_format=torch.channels_last) for t in (x, w, s))
        self.enter('predict')
        self.student.eval()
        self.teacher.eval()
        with torch.no_grad(), self.autocast():
            student, teacher = (self.full_size(net(w)[0], size) for net in (self.run_student, self.run_teacher))
        self.enter('kernels')
        with torch.no_grad():
            confidence_s, label_s = torch.softmax(student, 1).max(1)
            confidence, label = torch.softmax(teacher, 1).max(1)
            gamma = self.gamma(label_s, label, confidence_s, confidence)
            g = gamma.view(-1, 1, 1, 1)
            s = g * s + (1 - g) * w
            mixed, mixed_label, mixed_confidence = self.cutmix(w, label, confidence, gamma)
            batch = torch.cat([x, w, mixed, s])
        self.enter('learn')
        self.student.train()
        with self.autocast():
            logits, auxiliary = self.run_student(batch)
        self.enter('kernels')
        logits = self.full_size(logits, size)
        n, m = len(x), len(w)
        loss = self.supervised(logits[:n], y)
        if auxiliary is not None:
            loss = loss + 0.4 * self.supervised(self.full_size(auxiliary[:n], size), y)
        strong = self.consistency(logits[n + 2 * m:], label, confidence, gamma)
        mixed = self.consistency(logits[n + m:n + 2 * m], mixed_label, mixed_confidence, gamma)
        loss = loss + LAMBDA * 0.5 * (strong + mixed)
        self.enter('learn')
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.enter('update')
        self.optimizer.step()
        self.average()

    def gamma(self, student, teacher, confidence_s, confidence_t):
        torch, threshold = self.torch, self.case['threshold']
        share_s = (confidence_s >= threshold).float().mean((1, 2))
        share_t = (confidence_t >= threshold).float().mean((1, 2))
        if self.chosen['gamma'] == 'numpy':
            import numpy
            a, b = student.cpu().numpy(), teacher.cpu().numpy()
            values = [gamma_numpy(a[i], b[i], float(share_s[i]), float(share_t[i]), self.case['classes'], numpy) for i in range(len(a))]
            return torch.tensor(values, dtype=torch.float32, device=student.device)
        classes, count = self.case['classes'], len(student)
        place = torch.arange(count, device=student.device).view(-1, 1, 1) * classes

        def histogram(labels, weights=None):
            return torch.bincount((labels + place).flatten(), weights, count * classes).view(count, classes).float()

        both = histogram(student, (student == teacher).float().flatten())
        area_s, area_t = histogram(student), histogram(teacher)
        iou = both / (area_s + area_t - both).clamp(min=1)
        area_s[:, 0] = area_t[:, 0] = 0
        weighted_s = (iou * area_s).sum(1) / area_s.sum(1).clamp(min=1)
        weighted_t = (iou * area_t).sum(1) / area_t.sum(1).clamp(min=1)
        return 0.5 * (weighted_t * share_t + weighted_s * share_s)

    def cutmix(self, images, labels, confidence, gamma):
        """One box an image; the trigger's draw looks at mean gamma, as in training, and then fires always."""
        float(gamma.mean())
        partner = pairing(gamma.tolist())
        ratio = self.rng.uniform(0.1, 0.9)
        images, labels, confidence, old = images.clone(), labels.clone(), confidence.clone(), (images, labels, confidence)
        for b in range(len(images)):
            top, left, bottom, right = cutmix_box(*images.shape[2:], ratio, self.rng)
            images[b, :, top:bottom, left:right] = old[0][partner[b], :, top:bottom, left:right]
            labels[b, top:bottom, left:right] = old[1][partner[b], top:bottom, left:right]
            confidence[b, top:bottom, left:right] = old[2][partner[b], top:bottom, left:right]
        return images, labels, confidence

    def supervised(self, logits, target):
        F = self.torch.nn.functional
        if not self.case['street']:
            return F.cross_entropy(logits, target, ignore_index=255)
        with self.torch.no_grad():     # OHEM 0.7 / 100,000
            valid = target != 255
            probability = self.torch.softmax(logits, 1).gather(1, target.masked_fill(~valid, 0).unsqueeze(1)).squeeze(1).masked_fill(~valid, 1)
            kept = min(100_000, probability.numel())
            threshold = probability.flatten().sort().values[kept - 1].clamp(min=0.7)
            target = target.masked_fill(probability > threshold, 255)
        return F.cross_entropy(logits, target, ignore_index=255)

    def consistency(self, logits, label, confidence, gamma):
        loss = self.torch.nn.functional.cross_entropy(logits, label, reduction='none')
        return ((loss * (confidence >= self.case['threshold'])).mean((1, 2)) * gamma).mean()

    def average(self):
        torch = self.torch
        with torch.no_grad():
            if self.chosen['fused']:
                mine = [t for t, _ in self.averaged]
                torch._foreach_mul_(mine, DECAY)
                torch._foreach_add_(mine, [s for _, s in self.averaged], alpha=1 - DECAY)
            else:
                for t, s in self.averaged:
                    t.copy_(DECAY * t + (1 - DECAY) * s)


# ---------------------------------------------------------------- images
def on_device(case, batch, device, torch):
    """An endless row of batches that lie on the device; four take turns."""
    crop, made = case['crop'], []
    for i in range(4):
        g = torch.Generator().manual_seed(i)
        x, w, s = (torch.randn(batch, 3, crop, crop, generator=g).to(device) for _ in range(3))
        made.append((x, torch.randint(case['classes'], (batch, crop, crop), generator=g).to(device), w, s))
    while True:
        yield from made


def from_files(case, folder, batch, workers, device, torch):
    """The same through worker processes: decode, resize, flip, crop, two strong operations, normalise."""
    from PIL import Image, ImageEnhance, ImageOps
    from torch.utils.data import DataLoader, Dataset
    crop, street = case['crop'], case['street']
    operations = (ImageOps.autocontrast, ImageOps.equalize, lambda i: ImageOps.posterize(i, 5), lambda i: ImageOps.solarize(i, 128),
                  lambda i: ImageEnhance.Contrast(i).enhance(0.6), lambda i: ImageEnhance.Brightness(i).enhance(0.6),
                  lambda i: ImageEnhance.Color(i).enhance(0.6), lambda i: ImageEnhance.Sharpness(i).enhance(0.5), lambda i: i)

    def tensor(image):
        import numpy
        t = torch.from_numpy(numpy.array(image)).permute(2, 0, 1).float().div_(255)
        return t.sub_(torch.tensor(MEAN).view(3, 1, 1)).div_(torch.tensor(STD).view(3, 1, 1))

    class Crops(Dataset):
        def __init__(self, labeled):
            self.labeled = labeled
            with open(os.path.join(folder, 'labeled.txt')) as f:
                self.pairs = [line.split() for line in f]

        def __len__(self):
            return 1 << 20

        def __getitem__(self, i):
            import numpy
            picture, mask = (os.path.join(folder, name) for name in self.pairs[i % len(self.pairs)])
            image = Image.open(picture).convert('RGB')
            label = Image.open(mask) if self.labeled else None
            if street:
                scale = random.uniform(0.5, 2.0)
            else:
                scale = random.randint(250, 1000) / max(image.size)
            size = tuple(max(1, int(side * scale)) for side in image.size)
            image = image.resize(size, Image.BILINEAR)
            label = label.resize(size, Image.NEAREST) if label else None
            if random.random() < 0.5:
                image, label = ImageOps.mirror(image), ImageOps.mirror(label) if label else None
            left, top = (random.randint(0, max(0, side - crop)) for side in size)
            box = (left, top, left + crop, top + crop)
            weak = image.crop(box)
            if label:
                return tensor(weak), torch.from_numpy(numpy.array(label.crop(box))).long()
            strong = weak
            for _ in range(2):
                strong = random.choice(operations)(strong)
            return tensor(weak), tensor(strong)

    def loader(labeled):
        return iter(DataLoader(Crops(labeled), batch, shuffle=False, num_workers=workers, pin_memory=device != 'cpu', drop_last=True, persistent_workers=workers > 0,
                               multiprocessing_context='fork' if workers else None))  # what is defined here cannot be pickled

    for (x, y), (w, s) in zip(loader(True), loader(False)):
        yield tuple(t.to(device, non_blocking=True) for t in (x, y, w, s))


# ---------------------------------------------------------------- measurement
class Clock:
    """Times on the device; wall clock on the CPU."""
    def __init__(self, torch, device):
        self.torch, self.cuda = torch, device != 'cpu'

    def mark(self):
        if not self.cuda:
            return time.perf_counter()
        event = self.torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    def between(self, a, b):
        return a.elapsed_time(b) if self.cuda else (b - a) * 1000

    def finish(self):
        if self.cuda:
            self.torch.cuda.synchronize()


def measure(arguments):
    import torch
    case, chosen, device = CASES[arguments.case], settings(arguments), arguments.device
    if device != 'cpu' and not torch.cuda.is_available():
        sys.exit('torch_step: PyTorch finds no GPU; use --device cpu')
    batch = arguments.batch or (2 if arguments.case == 'smoke' else 4)
    if arguments.source == 'loader':
        if not arguments.images:
            sys.exit('torch_step: --source loader needs --images, the folder that `step --source loader` wrote')
        source = from_files(case, arguments.images, batch, arguments.workers, device, torch)
    else:
        source = on_device(case, batch, device, torch)
    step, clock = Step(case, chosen, device), Clock(torch, device)
    for _ in range(arguments.warmup):
        step(*next(source))
    clock.finish()
    if clock.cuda:
        torch.cuda.reset_peak_memory_stats()
    begins, waited, start = [], 0.0, time.perf_counter()
    for _ in range(arguments.steps):
        begins.append(clock.mark())
        asked = time.perf_counter()
        images = next(source)
        waited += time.perf_counter() - asked
        step(*images)
    begins.append(clock.mark())
    clock.finish()
    seconds = time.perf_counter() - start
    if clock.cuda:
        peak = torch.cuda.max_memory_allocated()
    else:
        import resource
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    marks = []
    step.enter = lambda part: marks.append((part, clock.mark()))
    for _ in range(arguments.steps):
        step.enter('input')
        step(*next(source))
    step.enter('input')
    clock.finish()
    split = dict.fromkeys(PARTS, 0.0)
    for (part, a), (_, b) in zip(marks, marks[1:]):
        split[part] += clock.between(a, b) / arguments.steps
    times = [clock.between(a, b) for a, b in zip(begins, begins[1:])]
    build = build_of(torch.__version__, torch.version.cuda, torch.backends.cudnn.version(), torch.__config__.show())
    return {
        'program': 'pytorch-' + arguments.variant, 'case': arguments.case, 'source': arguments.source, 'device': device,
        'device_name': torch.cuda.get_device_name() if clock.cuda else 'cpu', **chosen,
        'labeled': batch, 'unlabeled': batch, 'crop': [case['crop']] * 2, 'warmup': arguments.warmup, 'steps': arguments.steps,
        'images_per_second': arguments.steps * 2 * batch / seconds, 'step_ms': quantiles(times),
        'split_ms': {'loader_wait': waited * 1000 / arguments.steps, **split}, 'peak_memory_bytes': peak,
        'build': build_line(build), 'versions': {'python': sys.version.split()[0], **build},
    }


def main():
    arguments = parser().parse_args()
    result = measure(arguments)
    if arguments.json:
        with open(arguments.json, 'w') as f:
            json.dump(result, f, indent=2)
    print('%(case)s, %(program)s, %(device)s (%(device_name)s), %(precision)s, images from %(source)s' % result)
    print('  ' + result['build'])
    print('  %.1f images/s, step %.2f ms (median), peak memory %.2f GiB' % (result['images_per_second'], result['step_ms']['median'], result['peak_memory_bytes'] / 2**30))
    print('  ' + ', '.join('%s %.2f ms' % (k.replace('_', ' '), v) for k, v in result['split_ms'].items()))


if __name__ == '__main__':
    main()
