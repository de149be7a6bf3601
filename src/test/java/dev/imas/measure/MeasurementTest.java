package dev.imas.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.image.LabelMap;
import dev.imas.measure.ConfusionMatrix.Mistake;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    private static final Offset<Double> EXACT = within(1e-9);
    private static final byte X = (byte) 255;

    private static LabelMap map(int... labels) {
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) labels[i];
        }
        return new LabelMap(labels.length, 1, bytes);
    }

    /** Class 3 occurs nowhere; class 2 is predicted and never true. */
    private static Measurement measured(AbsentClasses absent) {
        Measurement measurement = new Measurement(4, absent, 0);
        measurement.add("first", map(0, 0, 1, 1, X, X), map(0, 1, 1, 1, 0, 2));
        measurement.add("second", map(0, 0, 0, 0), map(0, 0, 2, 2));
        measurement.add("nothing", map(X, X), map(0, 1));
        return measurement;
    }

    @Test
    void figuresAreThoseOfTheDefinitions() {
        Measurement measurement = measured(AbsentClasses.SKIP);
        ConfusionMatrix matrix = measurement.matrix();
        assertThat(matrix.count(0, 0)).isEqualTo(3);
        assertThat(matrix.count(0, 1)).isEqualTo(1);
        assertThat(matrix.count(0, 2)).isEqualTo(2);
        assertThat(matrix.total()).isEqualTo(8);
        assertThat(matrix.accuracy()).isCloseTo(5 / 8.0, EXACT);
        assertThat(matrix.iou(0)).isCloseTo(3 / 6.0, EXACT);
        assertThat(matrix.iou(1)).isCloseTo(2 / 3.0, EXACT);
        assertThat(matrix.dice(1)).isCloseTo(4 / 5.0, EXACT);
        assertThat(matrix.precision(1)).isCloseTo(2 / 3.0, EXACT);
        assertThat(matrix.recall(1)).isEqualTo(1);
        assertThat(matrix.precision(2)).isZero();
        assertThat(matrix.recall(2)).isNaN();
        assertThat(matrix.dice(3)).isNaN();
        assertThat(matrix.iou(3)).isZero();
    }

    @Test
    void classesThatTheTruthDoesNotShowCountAsTheSettingSays() {
        double sum = 3 / 6.0 + 2 / 3.0;
        assertThat(measured(AbsentClasses.SKIP).miou()).isCloseTo(sum / 2, EXACT);
        assertThat(measured(AbsentClasses.ZERO).miou()).isCloseTo(sum / 4, EXACT);
        assertThat(measured(AbsentClasses.SKIP).iou(3)).isNaN();
        assertThat(measured(AbsentClasses.ZERO).iou(3)).isZero();
        assertThat(measured(AbsentClasses.SKIP).iou(2))
                .as("predicted and never true")
                .isNaN();
        assertThat(measured(AbsentClasses.ZERO).iou(2)).isZero();
        double dice = 2 * 3 / 9.0 + 4 / 5.0;
        assertThat(measured(AbsentClasses.SKIP).meanDice()).isCloseTo(dice / 2, EXACT);
        assertThat(measured(AbsentClasses.ZERO).meanDice()).isCloseTo(dice / 4, EXACT);
    }

    /** A class of many pictures and a boundary in few is measured on those few. */
    @Test
    void boundariesAreMeansOverPictures() {
        Measurement measurement = new Measurement(2, AbsentClasses.ZERO, 0);
        measurement.add("right", map(0, 0, 1, 1), map(0, 0, 1, 1));
        measurement.add("wrong", map(0, 0, 0, 1), map(0, 1, 1, 1));
        measurement.add("without", map(0, 0, 0, 0), map(0, 0, 0, 0));
        assertThat(measurement.boundaryF1(0)).isCloseTo(0.5, EXACT);
        assertThat(measurement.boundaryPictures(0)).isEqualTo(2);
        assertThat(measurement.meanBoundaryF1()).isCloseTo(0.5, EXACT);
    }

    @Test
    void aPictureIsMeasuredOnTheClassesThatItHolds() {
        PictureScore first = measured(AbsentClasses.ZERO).pictures().get(0);
        assertThat(first.counted()).isEqualTo(4);
        assertThat(first.miou()).isCloseTo((1 / 2.0 + 2 / 3.0) / 2, EXACT);
        assertThat(first.iou()[2]).isNaN();
        assertThat(first.mistake()).contains(new Mistake(0, 1, 1));
        PictureScore nothing = measured(AbsentClasses.ZERO).pictures().get(2);
        assertThat(nothing.miou()).isNaN();
        assertThat(nothing.mistake()).isEmpty();
    }
}
