package dev.imas.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tests of the kernels once more in a JVM that looks at every call across the border ({@code -Xcheck:jni}). */
class CheckJniTest {
    @Test
    void noWarning() throws Exception {
        Path output = Files.createTempFile("check-jni", ".log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xcheck:jni",
                        "-Xmx1g",
                        "-Dorg.bytedeco.javacpp.nopointergc=true",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Child.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(10, TimeUnit.MINUTES)) { // it hangs; a busy machine may take long
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        Files.delete(output);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).containsPattern("\\d{2,} tests passed").contains("classes of tests: " + Child.TESTS.size());
        assertThat(warnings(said)).isEmpty();
    }

    /** What the JVM found: a line that begins so, and where; a JDK that warns of itself names no class of these. */
    private static List<String> warnings(String said) {
        List<String> found = new ArrayList<>();
        for (String part : said.split("(?m)^(?=WARNING|FATAL ERROR)")) {
            boolean ofOurs = part.contains("dev.imas") || part.contains("org.bytedeco");
            if (part.startsWith("FATAL") || part.startsWith("WARNING") && ofOurs) {
                found.add(part);
            }
        }
        return found;
    }

    /** The child: every test of these classes, without JUnit, whose own library calls are none of ours. */
    static final class Child {
        static final List<Class<?>> TESTS =
                List.of(KernelsTest.class, KernelsErrorsTest.class, ThreadsTest.class, UsageTest.class);

        private Child() {}

        public static void main(String[] arguments) throws Exception {
            int passed = 0;
            for (Class<?> type : TESTS) {
                for (Method test : marked(type, Test.class)) {
                    run(type, test);
                    passed++;
                }
            }
            System.out.println("classes of tests: " + TESTS.size() + ", " + passed + " tests passed");
        }

        private static void run(Class<?> type, Method test) throws Exception {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object instance = constructor.newInstance();
            call(instance, marked(type, BeforeEach.class));
            call(instance, List.of(test));
            call(instance, marked(type, AfterEach.class));
        }

        private static void call(Object instance, List<Method> methods) throws Exception {
            for (Method method : methods) {
                method.setAccessible(true);
                try {
                    method.invoke(instance);
                } catch (InvocationTargetException e) {
                    throw new AssertionError(method + " failed", e.getCause());
                }
            }
        }

        private static List<Method> marked(Class<?> type, Class<? extends Annotation> mark) {
            List<Method> methods = new ArrayList<>(List.of(type.getDeclaredMethods()));
            methods.removeIf(method -> !method.isAnnotationPresent(mark));
            return methods;
        }
    }
}
