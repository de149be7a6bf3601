"""The kernels against the numbers recorded from the published implementation (groups 01 to 06), standard library only.

The folder is src/main/resources/golden of this repository, or a full set with the same files. Tolerances are those of
the Java checks (dev.imas.verify): rounding of float32 sums, nothing more.
"""
import array
import json
import math
import os
import struct

from imas_kernels import CE, F32, GAMMA_V1, GAMMA_V2, I32, I64, OHEM, U8, Arena

CODES = {'F32': 'f', 'F64': 'd', 'I32': 'i', 'I64': 'q', 'U8': 'B', 'I8': 'b', 'I16': 'h', 'BOOL': 'B'}


class Safetensors:
    """name -> (shape, array)"""

    def __init__(self, path):
        with open(path, 'rb') as f:
            self.data = f.read()
        length = struct.unpack_from('<Q', self.data)[0]
        self.header = json.loads(self.data[8:8 + length])
        self.begin = 8 + length

    def __contains__(self, name):
        return isinstance(name, str) and name in self.header

    def shape(self, name):
        return self.header[name]['shape']

    def __getitem__(self, name):
        entry = self.header[name]
        begin, end = entry['data_offsets']
        values = array.array(CODES[entry['dtype']])
        values.frombytes(self.data[self.begin + begin:self.begin + end])
        return values


def number(value):
    """JSON's numbers, and the strings that stand for what JSON lacks."""
    return float(value.replace('Infinity', 'inf')) if isinstance(value, str) else float(value)


class Checks:
    def __init__(self):
        self.made, self.failed = 0, []

    def within(self, name, error, tolerance):
        self.made += 1
        if not error <= tolerance:  # NaN fails
            self.failed.append('%s: error %.3g, tolerance %.3g' % (name, error, tolerance))

    def relative(self, name, expected, found, tolerance):
        same = expected == found or (math.isnan(expected) and math.isnan(found))
        self.within(name, 0 if same else abs(found - expected) / max(abs(expected), 1e-30), tolerance)

    def absolute(self, name, expected, found, tolerance):
        self.within(name, largest_difference(expected, found), tolerance)

    def relative_to_max(self, name, expected, found, tolerance):
        largest = max((abs(x) for x in expected if x == x), default=0) or 1e-30
        self.within(name, largest_difference(expected, found) / largest, tolerance)

    def equal(self, name, expected, found):
        self.within(name, sum(a != b for a, b in zip(expected, found)) + abs(len(expected) - len(found)), 0)


def largest_difference(expected, found):
    """NaN where only one side is, or the lengths differ."""
    if len(expected) != len(found):
        return math.nan
    worst = 0.0
    for a, b in zip(expected, found):
        if a != a and b != b:
            continue
        difference = abs(a - b)
        if not difference <= worst:
            worst = difference
            if difference != difference:
                return worst
    return worst


def norm(values):
    return math.sqrt(sum(x * x for x in values))


class Golden:
    def __init__(self, kernels, memory, folder):
        self.kernels, self.memory, self.folder, self.checks = kernels, memory, folder, Checks()

    def run(self):
        for group, check in (('01_hardness/hardness', self.hardness), ('02_unsup_loss/unsup_loss', self.unsupervised_loss),
                             ('03_upsampled/upsampled', self.upsampled), ('04_cutmix/cutmix', self.cutmix),
                             ('05_intensity_mix/intensity_mix', self.intensity_mix), ('06_sup_loss/sup_loss', self.supervised_loss)):
            path = os.path.join(self.folder, group)
            before = self.checks.made
            with open(path + '.json') as f:
                check(json.load(f), Safetensors(path + '.safetensors'))
            if self.checks.made == before:
                self.checks.failed.append(group + ': nothing was compared')
        return self.checks

    # The kernels on arrays.

    def pseudo_label(self, tensors, student, teacher, size, threshold):
        shape = tensors.shape(teacher)
        images, classes = shape[:2]
        with Arena(self.memory) as arena:
            s, t = arena.put(F32, tensors[student].tobytes(), *shape), arena.put(F32, tensors[teacher].tobytes(), *shape)
            labels, confidence = arena.room(U8, images, 1, *size), arena.room(F32, images, 1, *size)
            counts = arena.room(I32, images, 1, 1, 3 * classes + 2)
            workspace = arena.workspace(self.kernels.workspace_bytes('pseudo_label', s, labels))
            self.kernels.call('pseudo_label', s, t, float(threshold), labels, confidence, counts, workspace=workspace)
            return arena.get(labels), arena.get(confidence), arena.get(counts)

    def gamma(self, counts, images, pixels, version, weighted, ignore_background):
        with Arena(self.memory) as arena:
            n = arena.put(I32, counts.tobytes(), images, 1, 1, len(counts) // images)
            parts, pairing, mean = arena.room(F32, images, 1, 1, 5), arena.room(I32, images, 1, 1, 1), arena.room(F32, 1, 1, 1, 1)
            self.kernels.call('gamma', n, int(pixels), version, int(weighted), int(ignore_background), parts, pairing, mean)
            return arena.get(parts), arena.get(pairing), arena.get(mean)[0]

    def consistency(self, tensors, logits, labels, confidence, size, threshold, weight):
        shape = tensors.shape(logits)
        with Arena(self.memory) as arena:
            p = arena.put(F32, tensors[logits].tobytes(), *shape)
            l, c = arena.put(U8, labels.tobytes(), shape[0], 1, *size), arena.put(F32, confidence.tobytes(), shape[0], 1, *size)
            w = None if weight is None else arena.put(F32, weight, len(weight), 1, 1, 1)
            loss, grad = arena.room(F32, 1, 1, 1, 1), arena.room(F32, *shape)
            workspace = arena.workspace(self.kernels.workspace_bytes('consistency_loss', p, l))
            self.kernels.call('consistency_loss', p, l, c, float(threshold), w, 1.0, loss, grad, workspace=workspace)
            return arena.get(loss)[0], arena.get(grad)

    def supervised(self, tensors, logits, labels, kind, thresh, min_kept, scale):
        shape = tensors.shape(logits)
        with Arena(self.memory) as arena:
            p = arena.put(F32, tensors[logits].tobytes(), *shape)
            l = arena.put(U8, labels.tobytes(), shape[0], 1, *shape[2:])
            loss, kept, grad = arena.room(F32, 1, 1, 1, 1), arena.room(I64, 1, 1, 1, 1), arena.room(F32, *shape)
            workspace = arena.workspace(self.kernels.workspace_bytes('supervised_loss', p, l, kind))
            self.kernels.call('supervised_loss', p, l, kind, float(thresh), int(min_kept), float(scale), loss, kept, grad, workspace=workspace)
            return arena.get(loss)[0], arena.get(kept)[0], arena.get(grad)

    # The groups.

    def check_gamma(self, name, run, counts, images, pixels, tolerance):
        parts = {}
        for version, key in ((GAMMA_V1, 'v1'), (GAMMA_V2, 'v2')):
            found, _, _ = self.gamma(counts, images, pixels, version, run.get('class_weighted', True), run.get('ignore_background', True))
            parts[key] = [found[5 * b + 4] for b in range(images)]
            columns = {'iou_stu': 0, 'iou_tea': 1, 'ratio_stu': 2, 'ratio_tea': 3}
            for part, column in columns.items():
                if part in run:
                    self.checks.absolute('%s.%s' % (name, part), [number(x) for x in run[part]], [found[5 * b + column] for b in range(images)], tolerance)
        for key in ('v1', 'v2'):
            if key in run:  # the published v2 is NaN where ours is 0
                expected = [number(x) for x in run[key]]
                self.checks.absolute('%s.%s' % (name, key), [0 if math.isnan(x) else x for x in expected], parts[key], tolerance)
        return parts['v1']

    def hardness(self, data, tensors):
        for case in data['cases']:
            student, teacher = case['student_logits'], case['teacher_logits']
            images, _, h, w = tensors.shape(teacher)
            for run in case['runs']:
                name = '01.%s.t%s' % (case['name'], run['threshold'])
                labels, confidence, counts = self.pseudo_label(tensors, student, teacher, (h, w), run['threshold'])
                if case['name'] + '.teacher_labels' in tensors:
                    self.checks.equal(name + '.labels', tensors[case['name'] + '.teacher_labels'], labels)
                if case['name'] + '.teacher_max_prob' in tensors:
                    self.checks.absolute(name + '.confidence', tensors[case['name'] + '.teacher_max_prob'], confidence, 2e-6)
                self.check_gamma(name, run, counts, images, h * w, 1e-6)

    def unsupervised_loss(self, data, tensors):
        for case in data['cases']:
            labels, confidence, weight = (case.get(key) for key in ('labels', 'confidence', 'hardness'))
            size = tensors.shape(case['logits'])[2:]
            weights = tensors[weight] if weight in tensors else weight if isinstance(weight, list) else None
            weights = None if weights is None else [number(x) for x in weights]
            loss, grad = self.consistency(tensors, case['logits'], tensors[labels], tensors[confidence], size, number(case['threshold']), weights)
            name = '02.' + case['name']
            self.checks.relative(name + '.loss', number(case['loss']), loss, 2e-6)
            if case.get('grad') in tensors:
                self.checks.relative_to_max(name + '.grad', tensors[case['grad']], grad, 3e-6)

    def upsampled(self, data, tensors):
        for case in data['cases']:
            size, images = case['size'], tensors.shape(case['teacher'])[0]
            for run in case['runs']:
                name = '03.%s.t%s.%s' % (case['name'], run['threshold'], 'by_v1' if run['weighted_by_v1'] else 'plain')
                labels, confidence, counts = self.pseudo_label(tensors, case['student'], case['teacher'], size, run['threshold'])
                self.checks.equal(name + '.labels', tensors[case['name'] + '.teacher_labels'], labels)
                self.checks.absolute(name + '.confidence', tensors[case['name'] + '.teacher_max_prob'], confidence, 5e-6)
                gamma = self.check_gamma(name, run, counts, images, size[0] * size[1], 1e-6)
                loss, grad = self.consistency(tensors, case['strong'], labels, confidence, size, run['threshold'], gamma if run['weighted_by_v1'] else None)
                self.checks.relative(name + '.loss', number(run['loss']), loss, 2e-6)
                self.checks.relative(name + '.grad_l2', number(run['grad_l2']), norm(grad), 3e-6)
                if run.get('grad') in tensors:
                    self.checks.relative_to_max(name + '.grad', tensors[run['grad']], grad, 3e-6)

    def compose(self, weak, strong, gamma, pairing, boxes, labels, confidence, shape, parts):
        """The batch without labelled images and without the weak part."""
        images, _, h, w = shape
        with Arena(self.memory) as arena:
            put = lambda dtype, values, *size: None if values is None else arena.put(dtype, values, *size)
            batch = arena.room(F32, parts * images, 3, h, w)
            mixed = [arena.room(U8, images, 1, h, w), arena.room(F32, images, 1, h, w)] if boxes else [None, None]
            self.kernels.call('compose_batch', None, put(F32, weak, *shape), put(F32, strong, *shape), put(F32, gamma, images, 1, 1, 1),
                              put(I32, pairing, images, 1, 1, 1), put(I32, boxes, images, 1, 1, 4), 0, put(U8, labels, images, 1, h, w),
                              put(F32, confidence, images, 1, h, w), batch, *mixed)
            return arena.get(batch), *(m and arena.get(m) for m in mixed)

    def cutmix(self, data, tensors):
        for case in data['cases']:
            name, shape = case['name'], (case['B'], 3, case['H'], case['W'])
            image = tensors[name + '.image']
            strong = array.array('f', (-x for x in image))
            boxes = [edge for box in case['boxes_top_left_bottom_right'] for edge in box]
            batch, labels, confidence = self.compose(image.tobytes(), strong.tobytes(), None, case['pairing'], boxes,
                                                     tensors[name + '.labels'].tobytes(), tensors[name + '.confidence'].tobytes(), shape, 2)
            self.checks.equal('04.%s.image' % name, tensors[name + '.mixed_image'], batch[:len(image)])
            self.checks.equal('04.%s.strong' % name, strong, batch[len(image):])
            self.checks.equal('04.%s.labels' % name, tensors[name + '.mixed_labels'], labels)
            self.checks.equal('04.%s.confidence' % name, tensors[name + '.mixed_confidence'], confidence)

    def intensity_mix(self, data, tensors):
        for case in data['cases']:
            batch, _, _ = self.compose(tensors[case['weak']].tobytes(), tensors[case['strong']].tobytes(), [number(x) for x in case['hardness']],
                                       None, None, None, None, tensors.shape(case['weak']), 1)
            self.checks.absolute('05.%s.mixed' % case['name'], tensors[case['mixed']], batch, 1e-6)

    def supervised_loss(self, data, tensors):
        for case in data['cases']:
            kind = OHEM if case['type'] == 'ohem' else CE
            labels = tensors[case['labels']]
            for term, logits in enumerate(['logits', 'aux_logits'] if case['aux'] else ['logits']):
                scale = float(data['aux_weight']) if term else 1.0
                loss, kept, grad = self.supervised(tensors, logits, labels, kind, case.get('thresh') or 0, case.get('min_kept') or 0, scale)
                name = '06.%s.%s' % (case['name'], logits)
                expected = number(case['terms'][term])
                self.checks.relative(name + '.loss', 0 if math.isnan(expected) else expected, loss, 1e-6)
                self.checks.equal(name + '.kept', [case['kept_pixels'][term]], [kept])
                grad_name = case.get('grad_aux' if term else 'grad')
                if grad_name in tensors:
                    self.checks.relative_to_max(name + '.grad', tensors[grad_name], grad, 3e-6)
