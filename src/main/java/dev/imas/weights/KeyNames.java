package dev.imas.weights;

import dev.imas.common.UserException;
import dev.imas.nn.SegmentationNetwork;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which key of a weight file is which of a network. Frameworks put their own names before a network's
 * ({@code model.}, {@code net.backbone.}): of all beginnings that end at a dot, the one is taken off that leaves most
 * keys of the network. Names of torchvision's and of DINOv2's files, which hold an encoder alone, are understood, too.
 *
 * @param prefix     what was taken off; empty: nothing
 * @param ofNetwork  the network's keys that the file has, with the file's own names
 * @param unexpected the file's names that the network has no use for
 * @param ignored    those of them that are known to be of no use: a classifier's fully connected layer
 */
record KeyNames(String prefix, Map<String, String> ofNetwork, List<String> unexpected, List<String> ignored) {
    /** The names of torchvision's classification networks that an encoder has too. */
    private static final Pattern TORCHVISION_NAMES = Pattern.compile("(conv1|bn1|layer[1-4])\\..+");

    private static final String CLASSIFIER = "fc.";
    /** Parts of a name behind which a network's own name is looked for. */
    private static final int MOST_DOTS = 32;

    /** How names are to be understood behind their prefix. */
    private enum Naming {
        /** As the network's own. */
        OWN,
        /** As torchvision's classification networks, which a ResNet's encoder follows. */
        TORCHVISION,
        /** As DINOv2's files, which hold the transformer alone. */
        DINOV2;

        /** The network's key of a name, which the network may not have. */
        String key(String rest) {
            return switch (this) {
                case OWN -> rest;
                case TORCHVISION ->
                    TORCHVISION_NAMES.matcher(rest).matches() ? SegmentationNetwork.ENCODER_PREFIX + rest : "";
                case DINOV2 -> SegmentationNetwork.TRANSFORMER_PREFIX + rest;
            };
        }
    }

    /** A way to read a file's names. */
    private record Reading(String prefix, Naming naming) {
        /** The network's key, or null. */
        String key(String name, Set<String> network) {
            if (!name.startsWith(prefix)) {
                return null;
            }
            String key = naming.key(name.substring(prefix.length()));
            return network.contains(key) ? key : null;
        }

        Map<String, String> keys(Collection<String> names, Set<String> network) {
            Map<String, String> found = new LinkedHashMap<>();
            for (String name : names) {
                String key = key(name, network);
                if (key != null) {
                    found.put(key, name);
                }
            }
            return found;
        }

        boolean ignores(String name) {
            return naming == Naming.TORCHVISION && name.startsWith(prefix + CLASSIFIER);
        }
    }

    /** @throws UserException when the file holds two networks that fit equally well */
    static KeyNames of(Path file, Set<String> names, Set<String> network) {
        List<Reading> best = best(names, network);
        Reading first = best.get(0);
        Map<String, String> keys = first.keys(names, network);
        for (Reading rival : best.subList(1, best.size())) {
            if (!rival.keys(names, network).equals(keys)) {
                throw new UserException(file + " holds more than one network: " + keys.size() + " keys each fit under "
                        + quoted(first.prefix) + " and " + quoted(rival.prefix)
                        + "; write one of them to a file of its own");
            }
        }
        return sorted(first, keys, names);
    }

    /** The readings that give most of the network's keys, shorter prefixes and the network's own names first. */
    private static List<Reading> best(Set<String> names, Set<String> network) {
        Map<Reading, Integer> fitting = new HashMap<>();
        for (String name : names) {
            int begin = 0;
            for (int dots = 0; begin <= name.length() && dots < MOST_DOTS; dots++) {
                String prefix = name.substring(0, begin);
                for (Naming naming : Naming.values()) {
                    Reading reading = new Reading(prefix, naming);
                    if (reading.key(name, network) != null) {
                        fitting.merge(reading, 1, Integer::sum);
                    }
                }
                int dot = name.indexOf('.', begin);
                begin = dot < 0 ? name.length() + 1 : dot + 1;
            }
        }
        int most = fitting.values().stream().mapToInt(count -> count).max().orElse(0);
        List<Reading> best = fitting.keySet().stream()
                .filter(reading -> fitting.get(reading) == most)
                .sorted(Comparator.comparingInt((Reading reading) -> reading.prefix.length())
                        .thenComparing(Reading::prefix)
                        .thenComparing(Reading::naming))
                .toList();
        return best.isEmpty() ? List.of(new Reading("", Naming.OWN)) : best;
    }

    private static KeyNames sorted(Reading reading, Map<String, String> keys, Set<String> names) {
        List<String> unexpected = new ArrayList<>();
        List<String> ignored = new ArrayList<>();
        Set<String> used = Set.copyOf(keys.values());
        for (String name : names) {
            if (!used.contains(name)) {
                (reading.ignores(name) ? ignored : unexpected).add(name);
            }
        }
        return new KeyNames(reading.prefix, keys, List.copyOf(unexpected), List.copyOf(ignored));
    }

    private static String quoted(String prefix) {
        return prefix.isEmpty() ? "no prefix" : "'" + prefix + "'";
    }
}
