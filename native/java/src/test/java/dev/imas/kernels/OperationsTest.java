package dev.imas.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** {@code imas.h} is the list of operations; every place that must follow it does. */
class OperationsTest {
    private static final Pattern FUNCTION = Pattern.compile("int32_t imas_(\\w+)\\(const imas_backend\\*([^)]*)\\);");
    private static final List<String> FILES = List.of(
            "native/src/cpu/%s.cpp", "cuda-kernels/%s.cu", "native/test/%s_test.cpp", "cuda-kernels/test/%s_test.cpp");
    private static final List<Class<?>> RECORDS = List.of(Operation.class.getPermittedSubclasses());
    /** What a call brings beside its record; an array's length is its pointer's limit. */
    private static final Set<String> OF_THE_CALL = Set.of("backend", "workspace", "workspace_bytes", "count");

    private final String header = Files.readString(Path.of("native/include/imas.h"));
    /** Stem to the names of the parameters. */
    private final Map<String, List<String>> functions = new TreeMap<>();

    OperationsTest() throws IOException {
        FUNCTION.matcher(header).results().forEach(found -> functions.put(found.group(1), parameters(found.group(2))));
    }

    @Test
    void everyFunctionHasARecordAndEveryRecordAFunction() {
        assertThat(functions).hasSizeGreaterThan(5);
        List<String> expected =
                functions.keySet().stream().map(OperationsTest::camel).toList();
        assertThat(RECORDS).extracting(Class::getSimpleName).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** The list from which the native part takes its tables. */
    @Test
    void theNativeListHasTheSame() throws IOException {
        Pattern entry = Pattern.compile("\n    (?:PLAIN|WITH_WORKSPACE)\\(F, (\\w+)\\)");
        List<String> listed = entry.matcher(Files.readString(Path.of("native/src/operations.hpp")))
                .results()
                .map(operation -> operation.group(1))
                .toList();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(functions.keySet());
    }

    @TestFactory
    Stream<DynamicTest> recordsHaveTheParametersOfTheirFunctions() {
        return RECORDS.stream()
                .map(type -> DynamicTest.dynamicTest(type.getSimpleName(), () -> {
                    List<String> parameters = functions.get(snake(type.getSimpleName()));
                    assertThat(components(type).map(OperationsTest::snake))
                            .containsExactlyInAnyOrderElementsOf(parameters);
                }));
    }

    /** A size is asked for where there is one to ask for. */
    @TestFactory
    Stream<DynamicTest> recordsAskForTheWorkspaceOfTheirFunctions() {
        return RECORDS.stream()
                .map(type -> DynamicTest.dynamicTest(type.getSimpleName(), () -> {
                    boolean asks =
                            type.getMethod("workspaceBytes", Kernels.class).getDeclaringClass() == type;
                    String query = "size_t imas_" + snake(type.getSimpleName()) + "_workspace(";
                    assertThat(asks).isEqualTo(header.contains(query));
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyFunctionHasItsFiles() {
        return functions.keySet().stream()
                .flatMap(stem -> FILES.stream().map(file -> String.format(Locale.ROOT, file, stem)))
                .map(file -> DynamicTest.dynamicTest(
                        file, () -> assertThat(Path.of(file)).isRegularFile()));
    }

    @Test
    void enumsAreThoseOfTheHeader() {
        assertThat(names(DType.values())).isEqualTo(constants("imas_dtype", "IMAS_"));
        assertThat(names(Kernels.Backend.values())).isEqualTo(constants("imas_backend_kind", "IMAS_"));
        assertThat(names(Gamma.Version.values())).isEqualTo(constants("imas_gamma_version", "IMAS_GAMMA_"));
        assertThat(names(SupervisedLoss.Kind.values())).isEqualTo(constants("imas_supervised_kind", "IMAS_"));
    }

    /** Names of a C enum without their prefix. */
    private List<String> constants(String name, String prefix) {
        Matcher body = Pattern.compile("enum " + name + " \\{([^}]*)\\}").matcher(header);
        assertThat(body.find()).as(name).isTrue();
        return Pattern.compile(prefix + "(\\w+) = ")
                .matcher(body.group(1))
                .results()
                .map(c -> c.group(1))
                .toList();
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).toList();
    }

    private static List<String> parameters(String text) {
        return Arrays.stream(text.split(","))
                .map(parameter -> parameter.replaceAll("(?s).*\\W", ""))
                .filter(name -> !OF_THE_CALL.contains(name))
                .toList();
    }

    /** The names of a record's components, those of the records inside it instead of their own. */
    private static Stream<String> components(Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).flatMap(OperationsTest::names);
    }

    private static Stream<String> names(RecordComponent component) {
        boolean group = component.getType().isRecord() && component.getType() != TensorView.class;
        return group ? components(component.getType()) : Stream.of(component.getName());
    }

    private static String camel(String stem) {
        return Pattern.compile("(?:^|_)(.)").matcher(stem).replaceAll(first -> first.group(1)
                .toUpperCase(Locale.ROOT));
    }

    private static String snake(String camel) {
        return camel.replaceAll("(?<=.)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
