package dev.imas.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a network comes from, as weight files and exported models say it beside {@link NetworkSpec}:
 *
 * <pre>
 * name         cells                  (preset or run)
 * method       IMAS | UNIFORM | SUPERVISED
 * step         1200                   (after which the network was kept)
 * imas.network teacher | student      (which of the run's two it is)
 * imas.seed    1
 * imas.data    {"labeled":"8 pictures, names 1a2b3c4d, sizes 5e6f7081","unlabeled":...,"validation":...}
 * imas.miou    0.7312                 (of this network on the validation pictures)
 * imas.made_by imas 0.1.0, libtorch 2.10.0-1.5.13
 * imas.license CC-BY-4.0              (the setting license, if it is given)
 * </pre>
 *
 * Nothing in it depends on when, where or in which folder a run took place: two equal runs of one build on one machine
 * write equal files.
 *
 * @param texts those of these keys that are known
 */
public record Provenance(Map<String, String> texts) {
    private static final String NAME = "name";
    private static final String METHOD = "method";
    private static final String STEP = "step";
    private static final String NETWORK = "imas.network";
    private static final String SEED = "imas.seed";
    private static final String DATA = "imas.data";
    private static final String MIOU = "imas.miou";
    private static final String MADE_BY = "imas.made_by";
    private static final String LICENSE = "imas.license";
    private static final List<String> KEYS = List.of(NAME, METHOD, STEP, NETWORK, SEED, DATA, MIOU, MADE_BY, LICENSE);
    private static final Pattern COUNT = Pattern.compile("([0-9]{1,9}) pictures?\\b");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of a network of which nothing is known. */
    public static final Provenance NONE = new Provenance(Map.of());

    public Provenance {
        texts = known(texts);
    }

    private static Map<String, String> known(Map<String, String> texts) {
        Map<String, String> known = new LinkedHashMap<>();
        KEYS.stream().filter(texts::containsKey).forEach(key -> known.put(key, texts.get(key)));
        return known;
    }

    /** What a weight file says; nothing of files of other programs. */
    public static Provenance of(Path weights) {
        return new Provenance(WeightFiles.metadata(weights));
    }

    /** Of a run, before anything is known of one of its networks. */
    public static Provenance ofRun(
            String name, String method, long seed, Map<String, String> fingerprints, String madeBy, String license) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(NAME, name);
        texts.put(METHOD, method);
        texts.put(SEED, Long.toString(seed));
        texts.put(DATA, json(fingerprints));
        texts.put(MADE_BY, madeBy);
        return new Provenance(texts).licensed(license);
    }

    /**
     * Of one of the run's networks.
     *
     * @param network teacher or student
     * @param miou    on the validation pictures, in [0,1]; NaN: not measured
     */
    public Provenance after(String network, long step, double miou) {
        Provenance after = with(STEP, Long.toString(step)).with(NETWORK, network);
        return Double.isNaN(miou) ? after : after.with(MIOU, Double.toString(miou));
    }

    /** Of a network that sees pictures otherwise than its accuracy was measured. */
    public Provenance unmeasured() {
        Map<String, String> changed = new LinkedHashMap<>(texts);
        changed.remove(MIOU);
        return new Provenance(changed);
    }

    /** On these terms; an empty text changes nothing. */
    public Provenance licensed(String license) {
        return license.isBlank() ? this : with(LICENSE, license);
    }

    private Provenance with(String key, String text) {
        Map<String, String> changed = new LinkedHashMap<>(texts);
        changed.put(key, text);
        return new Provenance(changed);
    }

    /** The run's name. */
    public Optional<String> name() {
        return text(NAME);
    }

    public Optional<String> method() {
        return text(METHOD);
    }

    public Optional<String> step() {
        return text(STEP);
    }

    public Optional<String> seed() {
        return text(SEED);
    }

    /** Program and library that trained it. */
    public Optional<String> madeBy() {
        return text(MADE_BY);
    }

    /** The terms of use. */
    public Optional<String> license() {
        return text(LICENSE);
    }

    /** Mean IoU on the validation pictures. */
    public OptionalDouble miou() {
        try {
            return texts.containsKey(MIOU)
                    ? OptionalDouble.of(Double.parseDouble(texts.get(MIOU)))
                    : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty(); // it is told, not computed with
        }
    }

    /** How many pictures one of the lists labeled, unlabeled and validation had. */
    public OptionalInt pictures(String list) {
        Matcher count = COUNT.matcher(data().getOrDefault(list, ""));
        return count.lookingAt() ? OptionalInt.of(Integer.parseInt(count.group(1))) : OptionalInt.empty();
    }

    /** What tells each list of pictures from others, by list. */
    public Map<String, String> data() {
        try {
            return JSON.readValue(
                    texts.getOrDefault(DATA, "{}"), new TypeReference<LinkedHashMap<String, String>>() {});
        } catch (JsonProcessingException e) {
            return Map.of();
        }
    }

    private Optional<String> text(String key) {
        return Optional.ofNullable(texts.get(key));
    }

    private static String json(Map<String, String> texts) {
        try {
            return JSON.writeValueAsString(texts);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are always JSON", e);
        }
    }
}
