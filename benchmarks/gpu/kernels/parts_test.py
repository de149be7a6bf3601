"""What the dry run cannot show: goals in the table, refusals, and that a wrong number fails. Standard library only."""
import contextlib
import io
import json
import math
import os
import sys
import tempfile
import types
import unittest
import unittest.mock

import bench
import cases
import floors
import report
import waves
from golden import Checks
from imas_kernels import bf16_bytes


def measured(kernel, **values):
    return bench.row(cases.Spec(kernel, 'voc', 'bf16', 'channels_last'), us=10.0, spread_us=0.1, floor_us=5.0, error=1e-7, **values)


class Order(unittest.TestCase):
    """The measurement without PyTorch: a stand-in for it, and numbers instead of times."""

    def measure(self, compiled):
        """The rows of kernels.json at the end; compiled() is told those that are there before a case is compiled."""
        stand_in = unittest.mock.MagicMock(__version__='2.11', float32='float32')
        stand_in.cuda.get_device_properties.return_value = types.SimpleNamespace(
            name='G', L2_cache_size=1, multi_processor_count=132)
        stand_in.version.cuda = '13.0'
        modules = {'torch': stand_in, 'torch._dynamo': stand_in._dynamo, 'torch.nn': stand_in.nn,
                   'torch.nn.functional': stand_in.nn.functional}
        args = bench.arguments(['--library', 'x.so', '--shapes', 'cityscapes,voc', '--only', 'pseudo_label,confusion'])
        with tempfile.TemporaryDirectory() as out, unittest.mock.patch.dict(sys.modules, modules):
            sys.modules.pop('torch_side', None)
            import torch_side
            self.addCleanup(sys.modules.pop, 'torch_side', None)

            def case(kernels, provider, spec):
                return cases.Case(lambda: None, {}, {}, 1000, 1000)

            def saved():
                with open(os.path.join(out, 'kernels.json')) as f:
                    return json.load(f)['rows']

            stand_in.compiler.reset.side_effect = lambda: compiled(saved())
            replaced = dict(Kernels=unittest.mock.Mock(), TorchProvider=unittest.mock.Mock(),
                            copy_bandwidth=lambda _: 3000.0, highest_clock=lambda: 1.7e9, error_of=lambda *_: 1e-7,
                            twice=lambda *_: (10.0, 0.1, True),
                            REFERENCES=dict.fromkeys(cases.KERNELS, lambda *_: None))
            with unittest.mock.patch.multiple(torch_side, **replaced), contextlib.redirect_stdout(io.StringIO()), \
                    unittest.mock.patch.dict(cases.KERNELS, dict.fromkeys(cases.KERNELS, case)):
                more = dict(build='B', command='c')
                with contextlib.suppress(KeyboardInterrupt):
                    torch_side.measure(args, bench.row, lambda result: report.write({**result, **more}, out))
            return saved()

    def test_a_run_cut_off_while_compiling_has_the_time_of_every_kernel(self):
        seen = []

        def compiled(rows):
            seen.append(rows)
            if len(seen) == 3:
                raise KeyboardInterrupt

        rows = self.measure(compiled)
        self.assertEqual(2 * 2 * 4, len(seen[0]))
        self.assertEqual(('voc', 'bf16', 'channels_last'), tuple(rows[0][k] for k in ('shape', 'dtype', 'layout')))
        self.assertTrue(all(r['us'] == 10.0 and r['eager'] == 1.0 and r['floors'] > 0 for r in rows))
        self.assertEqual([1.0, 1.0, None, None], [r['compile'] for r in rows[:4]])

    def test_what_does_not_compile_keeps_its_times(self):
        def compiled(rows):
            raise RuntimeError

        self.assertEqual({(10.0, None)}, {(r['us'], r['compile']) for r in self.measure(compiled)})


class Parts(unittest.TestCase):
    def test_goals(self):
        self.assertTrue(report.goal_of(measured('pseudo_label', eager=10.0, compile=3.0, floors=1.4))[1])
        self.assertFalse(report.goal_of(measured('pseudo_label', eager=9.9, compile=30.0, floors=1.0))[1])
        self.assertFalse(report.goal_of(measured('consistency_loss', eager=30.0, compile=2.9, floors=1.0))[1])
        self.assertFalse(report.goal_of(measured('consistency_loss', eager=30.0, compile=30.0, floors=1.41))[1])
        self.assertIsNone(report.goal_of(measured('consistency_loss', eager=30.0, floors=1.0))[1])
        self.assertTrue(report.goal_of(measured('ema_update', copy_share=0.85))[1])
        self.assertFalse(report.goal_of(measured('compose_batch', copy_share=0.84))[1])

    def test_table(self):
        text = report.table({'device': 'D', 'build': 'B', 'torch': 'T', 'command': 'c', 'copy_gb_per_s': 3000.0, 'failures': ['x is wrong'],
                             'rows': [measured('ema_update', copy_share=0.5), measured('pseudo_label', eager=12.0, compile=4.0, copy_share=0.2, floors=1.25)]})
        self.assertIn('| ema_update | voc | bf16 | channels_last | 10.0 ± 0.1 | 5.0 | - | 50 % | - | - | 1.0e-07 | >= 85 % of copy | NO |', text)
        self.assertIn('| 5.0 | 1.25x | 20 % | 12.0x | 4.0x | 1.0e-07 | >= 10x eager, >= 3x compile, <= 1.4 floors | yes |', text)
        self.assertIn('FAILED: x is wrong', text)

    def test_the_longest_of_three_is_the_floor(self):
        gpu = floors.Gpu('G', 100, 1e9, 1e12)
        spec = cases.Spec('consistency_loss', 'voc', 'bf16', 'nchw')
        instructions = {('pixel_loss_kernel/ConsistencyTarget', 21): 200}
        self.assertEqual(7.0, floors.floor_us(spec, gpu, 7e6, 1e6, {loop: 0 for loop in instructions}))
        self.assertEqual(10.0, floors.floor_us(spec, gpu, 7e6, 16e6, {loop: 0 for loop in instructions}))
        self.assertAlmostEqual(spec.pixels * 200 / 128 / 1e5, floors.floor_us(spec, gpu, 7e6, 16e6, instructions))
        self.assertEqual((12 * 40_000_000, 0), floors.sizes_of(cases.Spec('ema_update', 'voc', 'fp32', 'nchw')))
        bytes_, exponentials = floors.sizes_of(spec)
        self.assertEqual((spec.pixels * 21, 2 * spec.logit_bytes + 5 * spec.pixels), (exponentials, bytes_))

    def test_every_kernel_has_its_instructions(self):
        instructions = floors.read_instructions()
        for spec in cases.specs(['voc', 'cityscapes']):
            for loop in floors.LOOPS.get(spec.kernel, {}):
                self.assertGreater(instructions[loop, spec.classes], 4 * spec.classes)

    def test_the_page_has_the_tables(self):
        with open(os.path.join(os.path.dirname(floors.__file__), '..', 'LIMITS.md'), encoding='utf-8') as f:
            page = f.read()
        self.assertIn(floors.table(), page, 'floors.py prints the table')
        self.assertIn(waves.table(), page, 'waves.py prints the table')

    def test_waves(self):
        gpus = {gpu.name: gpu for gpu in waves.GPUS}

        def filled(kernel, shape, name):
            return tuple(waves.filled(kernel, shape, gpus[name]))
        # The first and the last are those of cuda-kernels/test/limits_test.cpp, which asks window.cuh itself.
        self.assertEqual((156, 80, 10, 2), filled('consistency_loss', 'voc', 'T4'))
        self.assertEqual((220, 116, 9, 2), filled('supervised_loss', 'cityscapes', 'L4'))
        self.assertEqual((396, 396, 4, 1), filled('pseudo_label', 'voc', 'H100, H200'))
        self.assertEqual((264, 264, 6, 1), filled('supervised_loss', 'voc', 'H100, H200'))

    def test_the_innermost_loop_is_found(self):
        listing = '''
		Function : _ZN4imas4cuda12_GLOBAL__N_116confusion_kernelILi3EEEvNS0_6LogitsE
        /*0000*/                   S2R R0, SR_TID.X ;                   /* 0x00 */
                                                                        /* 0x01 */
        /*0010*/                   FMNMX R1, R2, R3, !PT ;              /* 0x00 */
        /*0020*/                   FMNMX R1, R2, R3, !PT ;              /* 0x00 */
        /*0030*/              @P0  BRA 0x10 ;                           /* 0x00 */
        /*0040*/              @P1  BRA 0x0 ;                            /* 0x00 */
        /*0050*/                   BRA 0x50;                            /* 0x00 */
'''
        (name, code), = floors.functions(listing)
        self.assertIn('confusion', name)
        self.assertEqual([3, 5], [len(loop) for loop in floors.loops(code)])

    def test_checks_can_fail(self):
        checks = Checks()
        checks.absolute('nan', [1.0], [math.nan], 1)
        checks.absolute('length', [1.0], [], 1)
        checks.relative('off', 1.0, 1.1, 0.05)
        checks.relative_to_max('far', [1.0, 0.0], [1.0, 0.5], 0.1)
        checks.equal('differs', [1, 2], [1, 3])
        self.assertEqual(5, len(checks.failed))
        checks.absolute('same', [1.0, math.nan], [1.0, math.nan], 0)
        self.assertEqual((6, 5), (checks.made, len(checks.failed)))

    def test_arguments(self):
        for line in (['--device', 'cpu'], ['--shapes', 'moon'], ['--only', 'nothing', '--dry-run']):
            with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
                bench.arguments(['--library', 'x.so'] + line)
        args = bench.arguments(['--library', 'x.so', '--device', 'cpu', '--dry-run', '--only', 'gamma,ema_update'])
        self.assertEqual(['gamma', 'ema_update'], args.only)

    def test_every_parameter_has_a_size(self):
        self.assertEqual(40_000_000, sum(cases.parameter_sizes(40_000_000)))

    def test_bf16_rounds_to_even(self):
        self.assertEqual(b'\x80\x3f\x80\x3f\x82\x3f', bf16_bytes([1.0, 1.00390625, 1.01171875]))


if __name__ == '__main__':
    unittest.main()
