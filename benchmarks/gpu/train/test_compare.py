#!/usr/bin/env python3
"""What of the comparison can be tested without PyTorch: python3 -m unittest discover benchmarks/gpu/train"""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import compare  # noqa: E402
import parity  # noqa: E402
import torch_step  # noqa: E402

try:
    import numpy
except ImportError:
    numpy = None


def run(program, rate, peak=10, kernels=1.0, learn=99.0, case='voc-r50'):
    return {'program': program, 'case': case, 'source': 'device', 'device_name': 'card', 'precision': 'bf16', 'images_per_second': rate,
            'step_ms': {'median': 100.0}, 'peak_memory_bytes': peak * 2**30,
            'split_ms': {'loader_wait': 50.0, 'input': 0.0, 'predict': 0.0, 'kernels': kernels, 'learn': learn, 'update': 0.0}}


class Arithmetic(unittest.TestCase):
    @unittest.skipUnless(numpy, 'needs NumPy')
    def test_gamma(self):
        student = numpy.array([[1, 1, 0], [2, 2, 0]])
        teacher = numpy.array([[1, 2, 0], [2, 2, 0]])
        # class 1: 1 of 2, class 2: 2 of 3; weights 2 and 2 (student), 1 and 3 (teacher); class 0 does not count
        weighted_s = (0.5 * 2 + 2 / 3 * 2) / 4
        weighted_t = (0.5 * 1 + 2 / 3 * 3) / 4
        found = torch_step.gamma_numpy(student, teacher, 0.5, 0.25, 3, numpy)
        self.assertAlmostEqual(found, 0.5 * (weighted_t * 0.25 + weighted_s * 0.5))
        self.assertEqual(torch_step.gamma_numpy(student * 0, teacher * 0, 1, 1, 3, numpy), 0)

    def test_the_easiest_receives_from_the_hardest(self):
        self.assertEqual(torch_step.pairing([0.5, 0.1, 0.9]), [0, 2, 1])
        self.assertEqual(torch_step.pairing([0.3]), [0])

    def test_boxes_lie_in_the_image(self):
        rng = random.Random(3)
        for _ in range(200):
            top, left, bottom, right = torch_step.cutmix_box(40, 60, rng.uniform(0.1, 0.9), rng)
            self.assertTrue(0 <= top <= bottom <= 40 and 0 <= left <= right <= 60)

    def test_flags_change_single_choices(self):
        chosen = torch_step.settings(torch_step.parser().parse_args(['--variant', 'tuned', '--precision', 'fp32', '--compile', 'no']))
        self.assertEqual(chosen, dict(precision='fp32', channels_last=True, compile=False, fused=True, gamma='torch'))
        self.assertEqual(torch_step.settings(torch_step.parser().parse_args([])), torch_step.VARIANTS['plain'])

    def test_the_build_is_told_in_a_line(self):
        config = """PyTorch built with:
  - GCC 13.3
  - C++ Version: 201703
  - Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605 for Intel(R) 64 architecture applications
  - Intel(R) MKL-DNN v3.7.1 (Git Hash 8d263e693366ef8db40acc569cc7d8edf644556d)
  - OpenMP 201511 (a.k.a. OpenMP 4.5)
  - LAPACK is enabled (usually provided by MKL)
  - CUDA Runtime 13.0
  - Build settings: BLAS_INFO=mkl, BUILD_TYPE=Release, USE_CUDA=ON, USE_MKL=ON, USE_MKLDNN=ON, USE_MPI=OFF,
"""
        build = torch_step.build_of('2.11.0+cu130', '13.0', 91900, config)
        self.assertEqual('PyTorch 2.11.0+cu130, CUDA 13.0, cuDNN 9.19.0, MKL 2024.2, oneDNN 3.7.1, BLAS mkl',
                         torch_step.build_line(build))
        older = config.replace('Version 2024.2-Product Build', 'Version 2019.0.4 Product Build')
        self.assertEqual('2019.0.4', torch_step.build_of('1.6', '10.1', 7605, older)['mkl'])
        self.assertEqual('8.9.7', torch_step.build_of('2.2', '12.1', 8907, config)['cudnn'])
        without = """PyTorch built with:
  - GCC 14.2
  - LAPACK is enabled (usually provided by MKL)
  - Build settings: BLAS_INFO=open, USE_MKL=OFF, USE_MKLDNN=1,
"""
        self.assertEqual('PyTorch 2.11.0, no CUDA, no cuDNN, no MKL, no oneDNN, BLAS open',
                         torch_step.build_line(torch_step.build_of('2.11.0', None, None, without)))

    def test_quantiles(self):
        self.assertEqual(torch_step.quantiles(list(range(10))), {'median': 5, 'p10': 1, 'p90': 9})


class Comparison(unittest.TestCase):
    def test_goals(self):
        runs = {'imas': run('imas', 40, peak=6), 'pytorch-plain': run('pytorch-plain', 20), 'pytorch-tuned': run('pytorch-tuned', 34.7)}
        self.assertEqual([met for *_, met in compare.goals(runs)], [True, True, True, True])
        runs['imas'] = run('imas', 39, peak=7, kernels=4.0)
        self.assertEqual([met for *_, met in compare.goals(runs)], [False, False, False, False])

    def test_what_was_not_measured_is_left_out(self):
        self.assertEqual(len(compare.goals({'pytorch-plain': run('pytorch-plain', 20)})), 0)
        self.assertEqual([name for name, *_ in compare.goals({'imas': run('imas', 1)})], ['share of the kernels in the step'])

    def test_table_from_a_folder(self):
        with tempfile.TemporaryDirectory() as out:
            for program, rate in (('imas', 50), ('pytorch-plain', 20), ('pytorch-tuned', 40)):
                with open(os.path.join(out, program + '.json'), 'w') as f:
                    measured = run(program, rate, peak=5 if program == 'imas' else 10)
                    json.dump(measured if program == 'imas' else {**measured, 'build': 'PyTorch 2.11, no CUDA'}, f)
            done = subprocess.run([sys.executable, os.path.join(HERE, 'compare.py'), '--table', out], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(os.path.join(out, 'table.md')) as f:
                text = f.read()
        self.assertIn('| voc-r50 | imas | bf16 | 50.0 | 100.00 |', text)
        self.assertIn('| voc-r50 | speed against plain PyTorch | 2.50 x | at least 2.00 x | yes |', text)
        self.assertTrue(text.endswith('Device: card\n\nPyTorch 2.11, no CUDA\n'), text)

    def test_a_comparison_that_is_cut_off_leaves_a_table(self):
        with tempfile.TemporaryDirectory() as out:
            for name, text in (('measured', json.dumps(run('imas', 50, case='smoke'))),
                               ('imas', 'while [ "$1" != --json ]; do shift; done; cp "%s/measured" "$2"' % out),
                               ('python', 'kill -KILL $PPID')):
                with open(os.path.join(out, name), 'w') as f:
                    f.write(text)
            programs = ['--imas', 'sh %s/imas' % out, '--python', 'sh %s/python' % out]
            done = subprocess.run([sys.executable, os.path.join(HERE, 'compare.py'), '--cases', 'smoke', '--out', out,
                                   *programs], capture_output=True, check=False)
            self.assertEqual(done.returncode, -9)
            with open(os.path.join(out, 'table.md')) as f:
                self.assertIn('| smoke | imas | bf16 | 50.0 |', f.read())

    def test_a_failed_run_is_told(self):
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run([sys.executable, os.path.join(HERE, 'compare.py'), '--cases', 'smoke', '--imas', 'false', '--python', 'false', '--out', out], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn('FAILED: smoke imas', done.stdout)
        self.assertIn('FAILED: smoke pytorch-tuned', done.stdout)


class Parity(unittest.TestCase):
    ROWS = 'epoch,step,lr,loss_sup,loss_unsup,gamma_mean,confident_ratio,miou_student,miou_teacher,images_per_second\n'

    def leave(self, folder, factor, miou):
        os.makedirs(folder)
        with open(os.path.join(folder, 'metrics.csv'), 'w') as f:
            f.write(self.ROWS + ''.join('1,%d,0.1,%r,%s,%s,,,,9.5\n' % (k + 1, 2.0 * factor, '' if k < 20 else 0.5 * factor, '' if k < 20 else 0.4 * factor) for k in range(80)))
        with open(os.path.join(folder, 'summary.json'), 'w') as f:
            json.dump({'miou_teacher': miou}, f)

    def test_differences_and_bounds(self):
        with tempfile.TemporaryDirectory() as dir:
            runs = [os.path.join(dir, name) for name in 'abc']
            self.leave(runs[0], 1, 0.40)
            self.leave(runs[1], 1.00005, 0.41)
            self.leave(runs[2], 1.06, 0.44)
            script = [sys.executable, os.path.join(HERE, 'parity.py'), '--compare', runs[0]]
            near = subprocess.run(script + [runs[1]], capture_output=True, text=True)
            far = subprocess.run(script + [runs[2]], capture_output=True, text=True)
        self.assertEqual((near.returncode, near.stdout.count(' ok')), (0, len(parity.BOUNDS)), near.stderr)
        self.assertEqual(far.returncode, 1)
        self.assertEqual([line.split(',')[0] for line in far.stdout.splitlines() if 'TOO MUCH' in line],
                         ['supervised loss of the first step', 'supervised loss of the first 10 steps', 'supervised loss', 'gamma', 'mIoU of the teacher'])

    def test_unequal_lengths_are_refused(self):
        columns = {'step': [1.0] * 80}
        with self.assertRaisesRegex(SystemExit, 'expected the same'):
            parity.differences(columns, {'step': [1.0] * 79}, 0, 0)


if __name__ == '__main__':
    unittest.main()
