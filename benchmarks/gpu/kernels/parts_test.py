"""What the dry run cannot show: goals in the table, refusals, and that a wrong number fails. Standard library only."""
import contextlib
import io
import math
import unittest

import bench
import cases
import floors
import report
from golden import Checks
from imas_kernels import bf16_bytes


def measured(kernel, **values):
    return bench.row(cases.Spec(kernel, 'voc', 'bf16', 'channels_last'), us=10.0, spread_us=0.1, floor_us=5.0, error=1e-7, **values)


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
