package dev.imas.run;

/**
 * The end of a run; written as summary.json.
 *
 * @param epochs      trained; fewer than configured where the run ended early
 * @param miouStudent mIoU in [0,1] of the networks that the run leaves, as their epoch's evaluation found it
 * @param bestMiou    best mIoU in [0,1] of a result on the way: of the teacher, or with {@code training.keep: best} of
 *                    the better of both
 * @param bestEpoch   its epoch
 * @param seconds     wall time of this process's part of the run
 * @param dataWaitShare share of the training's time, without evaluation, that the device waited for the loader
 * @param rssFirst    resident memory in bytes after 100 steps of the phase that the run ends in (with unlabelled
 *                    images, and a teacher apart from the student); that at the end if the phase is shorter
 * @param rssLast     resident memory in bytes at the end
 * @param keptEpoch   epoch of the networks that the run leaves
 * @param result      which of them is the result: teacher or student
 * @param scheduleRebuiltAt step at which another number of epochs last began to hold; 0: one held all along
 * @param secondsFromStep step that {@code seconds} are counted from: 0, or where this process resumed the run
 */
public record RunSummary(
        String name,
        String method,
        long seed,
        String device,
        String precision,
        long steps,
        int epochs,
        double miouStudent,
        double miouTeacher,
        double bestMiou,
        int bestEpoch,
        double seconds,
        double dataWaitShare,
        long rssFirst,
        long rssLast,
        int keptEpoch,
        String result,
        long scheduleRebuiltAt,
        long secondsFromStep) {}
