package dev.imas.weights;

import dev.imas.common.UserException;
import dev.imas.nn.SegmentationNetwork;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which key of a weight file is which of a network. Frameworks put their own names before a network's
 * ({@code model.}, {@code net.backbone.}): of all beginnings that end at a dot, the one is taken off that leaves most
 * keys of the network.
 *
 * @param prefix     what was taken off; empty: nothing
 * @param ofNetwork  the network's keys that the file has, with the file's own names
 * @param unexpected the file's names that the network has no use for
 * @param ignored    those of them that are known to be of no use: a classifier's fully connected layer
 */
record KeyNames(String prefix, Map<String, String> ofNetwork, List<String> unexpected, List<String> ignored) {
    /** The names of torchvision's classification networks that an encoder has too. */
    private static final Pattern TORCHVISION = Pattern.compile("(conv1|bn1|layer[1-4])\\..+");

    private static final String CLASSIFIER = "fc.";

    /** A way to read a file's names. */
    private record Reading(String prefix, boolean torchvision) {
        /** The network's key, or null. */
        String key(String name, Set<String> network) {
            if (!name.startsWith(prefix)) {
                return null;
            }
            String rest = name.substring(prefix.length());
            String key = !torchvision
                    ? rest
                    : TORCHVISION.matcher(rest).matches() ? SegmentationNetwork.ENCODER_PREFIX + rest : "";
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
            return torchvision && name.startsWith(prefix + CLASSIFIER);
        }
    }

    /** @throws UserException when the file holds two networks that fit equally well */
    static KeyNames of(Path file, Set<String> names, Set<String> network) {
        Reading best = null;
        Map<String, String> most = Map.of();
        Reading rival = null;
        for (Reading reading : readings(names, network)) {
            Map<String, String> keys = reading.keys(names, network);
            if (best == null || keys.size() > most.size()) {
                best = reading;
                most = keys;
                rival = null;
            } else if (keys.size() == most.size() && !keys.equals(most) && !keys.isEmpty()) {
                rival = reading;
            }
        }
        if (rival != null) {
            throw new UserException(file + " holds more than one network: " + most.size() + " keys each fit under "
                    + quoted(best.prefix) + " and " + quoted(rival.prefix)
                    + "; write one of them to a file of its own");
        }
        return sorted(best, most, names);
    }

    /** Shorter prefixes first, the network's own names before torchvision's. */
    private static List<Reading> readings(Set<String> names, Set<String> network) {
        Set<String> heads = network.stream()
                .map(key -> key.substring(0, key.indexOf('.') + 1))
                .collect(Collectors.toSet());
        Set<String> prefixes = new LinkedHashSet<>();
        prefixes.add("");
        for (String name : names) {
            for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                String prefix = name.substring(0, dot + 1);
                if (startsANetwork(name.substring(prefix.length()), heads)) {
                    prefixes.add(prefix);
                }
            }
        }
        List<Reading> readings = new ArrayList<>();
        prefixes.stream().sorted(Comparator.comparingInt(String::length)).forEach(prefix -> {
            readings.add(new Reading(prefix, false));
            readings.add(new Reading(prefix, true));
        });
        return readings;
    }

    /** Whether a name can be a network's whole name, so that few prefixes are tried. */
    private static boolean startsANetwork(String rest, Set<String> heads) {
        return heads.contains(rest.substring(0, rest.indexOf('.') + 1))
                || TORCHVISION.matcher(rest).matches();
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
