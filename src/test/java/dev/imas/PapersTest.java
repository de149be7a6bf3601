package dev.imas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The project's pages: no link is dead, and the index of operations has them all. */
class PapersTest {
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\">");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
    private static final Pattern FENCE = Pattern.compile("^```.*?^```", Pattern.MULTILINE | Pattern.DOTALL);

    @TestFactory
    Stream<DynamicTest> everyLinkLeadsSomewhere() throws IOException {
        return pages().stream()
                .map(page -> DynamicTest.dynamicTest(
                        page.toString(), () -> assertThat(deadLinks(page)).isEmpty()));
    }

    @Test
    void theIndexHasEveryOperation() throws IOException {
        String index = Files.readString(Path.of("docs/architecture.md"));
        Matcher operation = Pattern.compile("int32_t (imas_\\w+)\\(const imas_backend\\*")
                .matcher(Files.readString(Path.of("native/include/imas.h")));
        List<String> names = operation
                .results()
                .map(found -> found.group(1).substring("imas_".length()))
                .toList();
        assertThat(names).hasSizeGreaterThan(5).allSatisfy(name -> assertThat(index)
                .contains("| **" + name + "**"));
    }

    @Test
    void theReadmeStaysShort() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("README.md"));
        assertThat(lines).hasSizeLessThanOrEqualTo(120).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(120));
    }

    @Test
    void aDeadLinkIsFound() throws IOException {
        Path page = Files.createTempFile("page", ".md");
        Files.writeString(
                page,
                "# A title\n\n[good](#a-title) [bad](#another) [gone](nowhere.md) [far](https://example.org/x)\n");
        assertThat(deadLinks(page)).containsExactly("#another", "nowhere.md");
        Files.delete(page);
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages =
                new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md"), Path.of("CHANGELOG.md")));
        for (String folder : List.of("docs", "benchmarks", "examples")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
            }
        }
        return pages;
    }

    private static List<String> deadLinks(Path page) throws IOException {
        List<String> dead = new ArrayList<>();
        for (Matcher link = LINK.matcher(prose(page)); link.find(); ) {
            String target = link.group(1);
            if (!target.matches("[a-z]+:.*") && !leadsSomewhere(page, target)) {
                dead.add(target);
            }
        }
        return dead;
    }

    private static boolean leadsSomewhere(Path page, String target) throws IOException {
        int hash = target.indexOf('#');
        String file = hash < 0 ? target : target.substring(0, hash);
        Path path = file.isEmpty() ? page : page.resolveSibling(file).normalize();
        return Files.exists(path) && (hash < 0 || anchors(path).contains(target.substring(hash + 1)));
    }

    /** The anchors of a page: those it names, and those that GitHub makes of its headings. */
    private static List<String> anchors(Path page) throws IOException {
        String text = prose(page);
        List<String> anchors = new ArrayList<>(
                ANCHOR.matcher(text).results().map(found -> found.group(1)).toList());
        HEADING.matcher(text)
                .results()
                .map(found -> found.group(1).toLowerCase(Locale.ROOT))
                .map(title -> title.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .forEach(anchors::add);
        return anchors;
    }

    private static String prose(Path page) throws IOException {
        return FENCE.matcher(Files.readString(page)).replaceAll("");
    }
}
