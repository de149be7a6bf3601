package dev.imas.predict;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.Names;
import dev.imas.run.RunWeights;
import dev.imas.weights.NetworkSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Several networks that answer as one; what they see and what their answers mean must be the same. */
final class Ensemble {
    private Ensemble() {}

    /**
     * Opens weights, of which the first tells names and colours.
     *
     * @throws UserException when a file is named twice, or naming every difference that forbids to average what
     *                       they say
     */
    static List<TrainedNetwork> open(List<Path> weights, Segmenter.Options options) {
        requireDifferent(weights, options);
        List<TrainedNetwork> opened = new ArrayList<>();
        try {
            weights.forEach(file -> opened.add(TrainedNetwork.open(file, options)));
            requireAgreement(weights, opened);
            return opened;
        } catch (RuntimeException e) {
            opened.forEach(one -> one.network().close());
            throw e;
        }
    }

    /** One that is counted twice weighs more than the others. */
    private static void requireDifferent(List<Path> weights, Segmenter.Options options) {
        Map<Path, Path> seen = new HashMap<>();
        for (Path given : weights.size() > 1 ? weights : List.<Path>of()) {
            Path file = RunWeights.of(given, options.student, note -> {}).file();
            Path before = seen.putIfAbsent(real(file), given);
            if (before != null) {
                throw new UserException("--weights names the same file twice, as " + before + " and as " + given
                        + "; name each network once");
            }
        }
    }

    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file.toAbsolutePath().normalize(); // whoever opens it tells what is wrong
        }
    }

    private static void requireAgreement(List<Path> weights, List<TrainedNetwork> opened) {
        List<String> differences = new ArrayList<>();
        TrainedNetwork first = opened.get(0);
        for (int i = 1; i < opened.size(); i++) {
            TrainedNetwork other = opened.get(i);
            Comparison comparison = new Comparison(weights.get(0), weights.get(i), differences);
            comparison.specs(first.spec(), other.spec());
            comparison.views(first.settings().evaluation(), other.settings().evaluation());
        }
        if (!differences.isEmpty()) {
            throw new UserException(
                    "--weights: these networks cannot answer as one\n" + String.join("\n", differences));
        }
    }

    private record Comparison(Path first, Path other, List<String> differences) {
        void specs(NetworkSpec one, NetworkSpec two) {
            same("encoder", encoder(one), encoder(two)); // answers of one size alone can be averaged
            same("classes", one.classes(), two.classes());
            if (!one.classNames().isEmpty() && !two.classNames().isEmpty()) { // else one of them does not say
                same("class names", one.classNames(), two.classNames());
            }
            same("channels", one.input().channels(), two.input().channels());
            same(
                    "range of samples",
                    one.input().range().plain(),
                    two.input().range().plain());
            same("page", one.input().page(), two.input().page());
            same("mean", one.input().mean(), two.input().mean());
            same("deviation", one.input().std(), two.input().std());
        }

        private static String encoder(NetworkSpec spec) {
            return spec.network().backbone().transformer() ? "a vision transformer" : "a convolutional one";
        }

        /** Settings on the command line hold for all of them, so these differences can be taken away there. */
        void views(Evaluation one, Evaluation two) {
            same("evaluation.scale", one.scale(), two.scale());
            same("evaluation.mode", Names.word(one.mode()), Names.word(two.mode()));
            if (one.mode() == EvaluationMode.SLIDING && two.mode() == EvaluationMode.SLIDING) {
                same("evaluation.window", one.window(), two.window());
                same("evaluation.last_window", Names.word(one.lastWindow()), Names.word(two.lastWindow()));
            }
        }

        private void same(String what, Object one, Object two) {
            if (!String.valueOf(one).equals(String.valueOf(two))) {
                differences.add(what + ": " + one + " in " + first + ", " + two + " in " + other);
            }
        }
    }
}
