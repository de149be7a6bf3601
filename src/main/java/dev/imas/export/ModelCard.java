package dev.imas.export;

import dev.imas.weights.NetworkSpec;
import dev.imas.weights.Provenance;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What an exported model says of itself beside its graph: who made it from what, and on which terms it may be used.
 *
 * @param name        of letters, digits, spaces and {@code _+-()}, 5 to 64 of them; null: made of the run's
 * @param description in a sentence or two, up to 512 characters; null: made of the classes
 * @param authors     who answer for it; may be empty where the format asks for none
 * @param licenseText the whole text of the terms, or null
 * @param provenance  where the weights come from, with the name of the terms
 * @param trained     what the weight file says of its network, for which its accuracy holds
 */
public record ModelCard(
        String name,
        String description,
        List<Author> authors,
        String licenseText,
        Provenance provenance,
        Optional<NetworkSpec> trained) {
    /** Says nothing. */
    public static final ModelCard EMPTY = new ModelCard(null, null, List.of(), null, Provenance.NONE, Optional.empty());

    public static final int MOST_DESCRIBED = 512;
    static final String LICENSE_TEXT = "imas.license_text";
    private static final String NAME = "[A-Za-z0-9_+ ()-]{5,64}";

    public ModelCard {
        authors = List.copyOf(authors);
    }

    /** Says what a weight file says. */
    public static ModelCard of(Path weights) {
        return new ModelCard(null, null, List.of(), null, Provenance.of(weights), NetworkSpec.of(weights));
    }

    /** Named and described; null: made of the run's name and the classes. */
    public ModelCard named(String name, String description) {
        return new ModelCard(name, description, authors, licenseText, provenance, trained);
    }

    public ModelCard by(List<Author> authors) {
        return new ModelCard(name, description, authors, licenseText, provenance, trained);
    }

    /**
     * @param license the terms' name, such as CC-BY-4.0; empty: what the weight file says
     * @param text    all of the terms, or null
     */
    public ModelCard licensed(String license, String text) {
        return new ModelCard(name, description, authors, text, provenance.licensed(license), trained);
    }

    /** Of a network that sees pictures otherwise than its accuracy was measured. */
    ModelCard unmeasured() {
        return new ModelCard(name, description, authors, licenseText, provenance.unmeasured(), trained);
    }

    /** Whether programs that show lists of models take this as a name. */
    public static boolean isName(String text) {
        return text.matches(NAME) && !text.isBlank();
    }

    /** As texts for the metadata of formats that have such. */
    Map<String, String> metadata() {
        Map<String, String> texts = new LinkedHashMap<>(provenance.texts());
        if (name != null) {
            texts.put("imas.name", name);
        }
        if (description != null) {
            texts.put("imas.description", description);
        }
        if (!authors.isEmpty()) {
            texts.put("imas.authors", authors.stream().map(Author::toString).collect(Collectors.joining("\n")));
        }
        if (licenseText != null) {
            texts.put(LICENSE_TEXT, licenseText);
        }
        return texts;
    }
}
