package dev.imas.run;

/** Result of one evaluation: mIoU in [0,1] of student and teacher and their per-class IoUs. */
public record EpochMetrics(
        int epoch, long step, double miouStudent, double miouTeacher, double[] iouStudent, double[] iouTeacher) {
    /** mIoU of one of the two. */
    public double miou(Role network) {
        return network == Role.STUDENT ? miouStudent : miouTeacher;
    }
}
