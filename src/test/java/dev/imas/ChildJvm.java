package dev.imas;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a main class in a JVM of its own, for what depends on the environment or on what the class path lacks. */
public final class ChildJvm {
    private ChildJvm() {}

    /** @param output standard output and error together */
    public record Result(int status, String output) {}

    /** The entries of this JVM's class path. */
    public static List<String> classPath() {
        return List.of(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator));
    }

    /** The project's own classes and those jars whose file names start with one of the given texts. */
    public static List<String> classPathWith(String... jars) {
        return classPath().stream()
                .filter(entry -> !entry.endsWith(".jar")
                        || Stream.of(jars).anyMatch(Path.of(entry).getFileName().toString()::startsWith))
                .collect(Collectors.toList());
    }

    public static Result run(
            List<String> classPath, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return run(classPath, environment, "-Xmx1g", 10, main, arguments);
    }

    /**
     * @param heap    option of the JVM
     * @param minutes after which it counts as hanging
     */
    public static Result run(
            List<String> classPath,
            Map<String, String> environment,
            String heap,
            long minutes,
            Class<?> main,
            String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-cp",
                String.join(File.pathSeparator, classPath),
                main.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("child", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(minutes, TimeUnit.MINUTES)) { // it hangs; a busy machine may take long
            process.destroyForcibly();
        }
        Result result = new Result(process.waitFor(), Files.readString(output));
        Files.delete(output);
        return result;
    }
}
