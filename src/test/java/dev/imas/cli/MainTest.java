package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.cli.Shell.Result;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trian                           | unknown command trian; did you mean train?",
                "help evalute                    | unknown command evalute; did you mean evaluate?",
                "qwertyuiop                      | unknown command qwertyuiop; known are train, "
                        + "data, plan, compare, evaluate, predict, rank, export, import, verify, doctor, report, "
                        + "presets, bench, version",
                "train --labled x                | unknown option --labled; did you mean --labeled?; "
                        + "see imas train --help",
                "compare --seed 3                | unknown option --seed; did you mean --seeds?; see imas compare "
                        + "--help",
                "train --strict --epochs 20      | network.strict_weights does nothing with no initial weights "
                        + "(network.init_weights), which --strict checks; leave it out",
                "train --momentum 0              | unknown option --momentum; it is the setting --set "
                        + "training.momentum=VALUE; see imas train --help",
                "train --epochs 3                | training.sup_only_epochs is 10 of training.epochs 3; leave epochs "
                        + "for the unlabelled images, or use method=supervised",
                "train --epochs 30 --set training.epochs=20 | --epochs and --set training.epochs both set "
                        + "training.epochs; give one of them",
                "evaluate --weights x --val a --set data.validation=b | --val and --set data.validation both set "
                        + "data.validation; give one of them",
                "predict --weights x --input no\\pe --out y | --input: nothing at no/pe (its backslashes were read "
                        + "as slashes, which separate folders here)",
                "train --batch-labeled=3         | unknown option --batch-labeled=3; it is the "
                        + "setting --set training.batch_labeled=VALUE; see imas train --help",
                "report --epochs 3               | unknown option --epochs; see imas report --help",
                "presets voc camvid              | presets prints one configuration at a time; found voc and camvid",
                "train --preset                  | --preset needs a value (NAME); see imas train --help",
                "train extra                     | unexpected argument extra; every value belongs to an option",
                "train --seed 1 --seed 2         | --seed is given twice; give it once",
                "train --preset vok              | unknown preset vok; did you mean voc?",
                "train --preset voc --config x   | --preset and --config exclude each other; a file "
                        + "may build on a preset with `extends: NAME`",
                "train --config none.yaml        | none.yaml: no such configuration file",
                "train --seed x                  | --seed: seed is 'x'; expected a whole number",
                "train --precision half          | --precision: precision is 'half'; expected one of "
                        + "auto, fp32, tf32, bf16",
                "train --set lr=3                | --set: unknown key lr; did you mean training.lr?",
                "train --set training.lr=-3      | training.lr is -3; expected 0 to 1000",
                "train --data somewhere          | data.root: no folder at somewhere; name the data set's folder "
                        + "(--data)",
                "train --preset embedded --data x | data.root is x; expected nothing, as "
                        + "data.layout is embedded; for images in files name a --preset or --config, "
                        + "or set data.layout=list and data.classes",
                "data                            | data.root is not set; name the data set's folder (--data)",
                "train --resume none             | --resume: none is no run directory (it has no config.yaml)",
                "train --out /proc/nope/x         | the run directory /proc/nope/x cannot be used "
                        + "(no such file or folder: /proc/nope); give another --out",
                "train --out pom.xml/x            | the run directory pom.xml/x cannot be used (a "
                        + "part of the path is a file); give another --out",
                "train --out pom.xml              | pom.xml is a file, expected a folder for the "
                        + "run; give another --out",
                "train --resume none --preset voc | --resume continues a run as it was configured; leave out --preset",
                "evaluate                        | --weights is missing",
                "evaluate --weights none         | cannot read the weight file none: no such file or folder",
                "predict --weights none          | --input is missing",
                "predict --weights none --input none --out x | --input: nothing at none",
                // --out is made last: nothing empty is left by what is refused before it
                "predict --weights none --input docs/method.md --out /proc/nope/x | cannot read the weight file none: "
                        + "no such file or folder",
                "verify --golden none            | no directory of recorded data at none; give one with --golden DIR",
                "report                          | report needs one run directory, such as runs/embedded-imas-seed1",
                "report none                     | none is not a directory, expected the directory "
                        + "of a run (train's --out)",
                "presets camvit                  | unknown preset camvit; did you mean camvid?"
            })
    void mistakesAreToldInOneLineWithStatusTwo(String line, String message) {
        assertThat(imas(line.split(" "))).isEqualTo(new Result(2, "", "imas: " + message + System.lineSeparator()));
    }

    /** Such as "$OUT" of a variable that is not set: as a path it would be the folder that one is in. */
    @Test
    void anEmptyValueIsNone() {
        assertThat(imas("predict", "--weights", "x", "--input", "y", "--out", ""))
                .isEqualTo(new Result(2, "", "imas: --out is empty; expected DIR" + System.lineSeparator()));
        assertThat(imas("train", "--data", " "))
                .isEqualTo(new Result(2, "", "imas: --data is empty; expected DIR" + System.lineSeparator()));
    }

    @Test
    void debugAddsTheTrace() {
        Result result = imas("train", "--config", "none.yaml", "--debug");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).startsWith("imas: none.yaml: no such").contains("\tat dev.imas.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train",
                "plan",
                "compare",
                "data",
                "import",
                "evaluate",
                "predict",
                "rank",
                "export",
                "verify",
                "report",
                "presets",
                "doctor",
                "bench",
                "version"
            })
    void everyCommandHasHelp(String command) {
        for (String[] arguments : List.of(
                new String[] {command, "--help"}, new String[] {"help", command}, new String[] {command, "-h"})) {
            Result help = imas(arguments);
            assertThat(help.status()).isZero();
            assertThat(help.err()).isEmpty();
            assertThat(help.out()).startsWith("usage: imas " + command).contains("--debug");
            assertThat(help.out().lines()).allMatch(line -> line.length() <= 100);
        }
    }

    @Test
    void optionsAreGroupedAndNoneIsLost() {
        String help = imas("train", "--help").out();
        assertThat(help)
                .containsSubsequence(
                        "data:",
                        "--labeled",
                        "settings:",
                        "--preset",
                        "--set",
                        "machine:",
                        "--device",
                        "results:",
                        "--out",
                        "other:",
                        "--debug",
                        "examples:");
        for (var option : new TrainCommand().options().getOptions()) {
            assertThat(help.lines().filter(line -> line.startsWith("     --" + option.getLongOpt() + " ")))
                    .as(option.getLongOpt())
                    .hasSize(1);
        }
    }

    @Test
    void theOverviewNamesEveryCommand() {
        assertThat(imas().out())
                .isEqualTo(imas("--help").out())
                .contains("train", "evaluate", "predict", "verify", "report", "presets", "bench", "version");
        assertThat(imas().status()).isZero();
    }

    @Test
    void presetsAreListedAndPrintedInFull() {
        assertThat(imas("presets").out())
                .contains("voc-662-r50")
                .contains("cityscapes-1-16")
                .contains("embedded");
        for (String name : ConfigYaml.presets()) {
            assertThat(imas("presets").out()).containsPattern("(?m)^" + name + " +\\S");
        }
        assertThat(imas("presets", "camvid").out()).contains("class_names").contains("bicyclist");
    }

    @Test
    void versionNamesTheKernels() {
        Result result = imas("version");
        assertThat(result.status()).isZero();
        assertThat(result.out()).startsWith("imas ").contains("kernels ").contains("java ");
        assertThat(imas("--version")).isEqualTo(result);
    }

    static Stream<Arguments> faults() {
        String trace =
                "\nException raised from allocate at alloc.cpp:1 (most recent call first):\nframe #0: c10::Error";
        return Stream.of(
                Arguments.of(new UserException("a.png is empty"), 2, "imas: a.png is empty"),
                Arguments.of(new NoSuchFileException("/a/b"), 2, "imas: the folder /a does not exist"),
                Arguments.of(
                        new UncheckedIOException(new IOException("No space left on device")),
                        2,
                        "imas: the disk is full"),
                Arguments.of(
                        new RuntimeException("shape mismatch" + trace),
                        3,
                        "imas: shape mismatch (a fault of the program: run again with --debug to see where)"),
                Arguments.of(
                        new IllegalStateException("odd"),
                        3,
                        "imas: IllegalStateException: odd (a fault of the program: run "
                                + "again with --debug to see where)"),
                Arguments.of(
                        new NullPointerException(),
                        3,
                        "imas: NullPointerException: null (a fault of the program: run "
                                + "again with --debug to see where)"),
                Arguments.of(
                        new UnsatisfiedLinkError("no jniimas"),
                        3,
                        "imas: UnsatisfiedLinkError: no jniimas (a fault of the program: run again "
                                + "with --debug to see where)"),
                Arguments.of(
                        new RuntimeException("[enforce fail] DefaultCPUAllocator: can't allocate memory: you "
                                + "tried to allocate 9 bytes"
                                + trace),
                        3,
                        "imas: out of memory ([enforce fail] DefaultCPUAllocator: can't allocate "
                                + "memory: you tried to allocate 9 bytes); lower "
                                + "training.batch_labeled, training.batch_unlabeled or augment.crop"),
                Arguments.of(
                        new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB" + trace),
                        3,
                        "imas: out of memory (CUDA out of memory. Tried to allocate 2 GiB); lower "
                                + "training.batch_labeled, training.batch_unlabeled or augment.crop"),
                Arguments.of(
                        new OutOfMemoryError("Java heap space"),
                        3,
                        "imas: out of memory (Java heap space); lower the batch or the crop, or give "
                                + "Java more with IMAS_JAVA_OPTIONS=-Xmx8g"));
    }

    @ParameterizedTest
    @MethodSource
    void faults(Throwable fault, int status, String message) {
        Result result = Shell.run(new Failing(fault), "fail");
        assertThat(result).isEqualTo(new Result(status, "", message + System.lineSeparator()));
        assertThat(Shell.run(new Failing(fault), "fail", "--debug").err())
                .startsWith(message)
                .contains("\tat ");
    }

    /** A command that throws. */
    private record Failing(Throwable fault) implements Command {
        @Override
        public Manual manual() {
            return new Manual("fail", "", "fail", "");
        }

        @Override
        public int run(CommandLine line, Console console) throws Exception {
            if (fault instanceof Error error) {
                throw error;
            }
            throw (Exception) fault;
        }
    }
}
