package dev.imas.export;

import dev.imas.config.Colors;
import dev.imas.weights.Provenance;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page in Markdown that a package has for its reader. */
final class ModelPage {
    private final Contents contents;
    private final StringBuilder page = new StringBuilder();

    private ModelPage(Contents contents) {
        this.contents = contents;
    }

    static String of(Contents contents, String name, String description) {
        ModelPage page = new ModelPage(contents);
        page.line("# " + Markdown.escaped(name)).line(Markdown.escaped(description));
        page.takesAndGives();
        page.classes();
        page.training();
        page.validation();
        return page.page.toString();
    }

    private ModelPage line(String line) {
        page.append(line).append("\n\n");
        return this;
    }

    private ModelPage row(String... cells) {
        page.append(Stream.of(cells).map(Markdown::escaped).collect(Collectors.joining(" | ", "| ", " |\n")));
        return this;
    }

    private void takesAndGives() {
        line("## What it takes and gives");
        line("Input: " + contents.metadata().get("imas.model_input") + ".");
        line("Output: float32 [N,classes,H,W], each pixel's probability of each class, of sum 1 over the classes.");
        ModelInput input = contents.model().input();
        line("Range, normalisation and softmax are inside: give " + input.toGive() + ", and take probabilities.");
        TileSides tiles = TileSides.of(input.scale());
        line("Large pictures are cut into tiles by the program that uses the model. The smallest side of "
                + tiles.smallest() + " pixels and the halo of " + tiles.halo()
                + " are conventions: at every pixel the network also sees the mean of the whole tile, so there is no"
                + " border beyond which a tile gives what the picture would. Larger tiles come nearer to what the"
                + " trainer sees; take tiles as large as the memory allows.");
    }

    private void classes() {
        line("## Classes");
        row("number", "class", "colour", "channel").row("---", "---", "---", "---");
        List<String> names = contents.classNames();
        List<String> channels = PythonNames.of(names);
        for (int c = 0; c < names.size(); c++) {
            row(String.valueOf(c), names.get(c), Colors.hex(contents.palette().get(c)), channels.get(c));
        }
        page.append('\n');
    }

    private void training() {
        Provenance known = contents.card().provenance();
        line("## Training");
        if (known.texts().isEmpty()) {
            line("Nothing is known of it.");
            return;
        }
        known.name().ifPresent(name -> item("run", name));
        known.method().ifPresent(method -> item("method", method.toLowerCase(Locale.ROOT)));
        known.step().ifPresent(step -> item("steps", step));
        known.seed().ifPresent(seed -> item("seed", seed));
        known.madeBy().ifPresent(programs -> item("made by", programs));
        for (Map.Entry<String, String> list : known.data().entrySet()) {
            item(list.getKey() + " pictures", list.getValue());
        }
        page.append('\n');
    }

    private void item(String what, String value) {
        page.append("- ")
                .append(Markdown.escaped(what))
                .append(": ")
                .append(Markdown.escaped(value))
                .append('\n');
    }

    private void validation() {
        line("## Validation");
        line(contents.accuracy().told());
        line("For pictures of your own: annotate some that it has not learned from, take the class of the largest"
                + " probability at each pixel, and compute for each class the pixels that are right over those that"
                + " are of the class in the annotation or in the result (intersection over union).");
        line("The package's test_input.npy and test_output.npy show whether a program runs the model right: given the"
                + " one, it must give the other to about 1e-4.");
    }
}
