package dev.imas.predict;

import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.config.Channels;
import dev.imas.config.Colors;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.LastWindow;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.Names;
import dev.imas.config.NetworkSettings;
import dev.imas.config.Validation;
import dev.imas.data.ChannelFiles;
import dev.imas.image.PictureNames;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunWeights;
import dev.imas.weights.NetworkSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The settings that a weight file is opened with: a preset's, a file's or those of the run around it, what the weight
 * file says of itself, and the caller's changes.
 */
record OpeningSettings(Segmenter.Options options) {
    /**
     * All of them, complete.
     *
     * @param own what the file says of its network; empty: a checkpoint, of whose run it is known, or another
     *            program's file, which needs a configuration
     */
    ImasConfig resolved(RunWeights named, Optional<NetworkSpec> own) {
        Path weights = named.file();
        RunDirectory run = named.run().orElseGet(() -> RunDirectory.around(weights));
        boolean known = own.isPresent() || named.run().isPresent() && Files.isRegularFile(run.config());
        if (!known && !named()) {
            throw new UserException(weights + " does not say which network it belongs to; name it with a preset or a"
                    + " configuration (--preset or --config)");
        }
        Map<String, Object> layers = base(run);
        boolean alone = own.isPresent() && !named() && !Files.isRegularFile(run.config());
        if (alone) {
            see(layers, own.get().sight(), Set.of());
        } else if (named()) { // a file of pictures and masks says nothing of how the network sees them
            own.ifPresent(spec -> see(layers, spec.sight(), given()));
        }
        if (options.namesPictures && ConfigYaml.resolve(layers).data().layout() == Layout.EMBEDDED) {
            ConfigYaml.set(layers, "data.layout", "list"); // named files are no generated scenes
        }
        own.ifPresent(spec -> {
            ConfigYaml.set(layers, "data.classes", spec.classes());
            ConfigYaml.set(layers, "data.class_names", distinct(weights, spec.classNames()));
            List<String> palette = spec.palette().stream().map(Colors::hex).toList();
            ConfigYaml.set(layers, "data.palette", palette);
            ConfigYaml.set(layers, "data.channels", spec.input().channels().plain());
            ConfigYaml.set(layers, "data.range", spec.input().range().plain());
            ConfigYaml.set(layers, "data.page", spec.input().page());
            ConfigYaml.set(layers, "data.mean", spec.input().mean());
            ConfigYaml.set(layers, "data.std", spec.input().std());
        });
        ImasConfig before = ConfigYaml.resolve(layers);
        own.ifPresent(
                spec -> moveWindows(layers, before.evaluation(), spec.network().backbone()));
        options.changes.forEach(change -> change.accept(layers));
        own.ifPresent(spec -> requireChannels(weights, spec.input().channels(), layers));
        ImasConfig asked = ConfigYaml.resolve(layers);
        own.ifPresent(spec -> requireNetwork(weights, spec, before, asked));
        own.ifPresent(spec -> tellOfRun(weights, spec, run, before));
        own.ifPresent(spec -> Validation.requireWindows(spec.network().backbone(), asked.evaluation()));
        if (alone && own.get().sight().scale().isEmpty() && asked.evaluation().scale() == 1) {
            options.notes.accept(weights + " does not say at which scale its network sees pictures: taken at full size;"
                    + " set evaluation.scale as its run had it");
        }
        return inAnotherFolder(before, asked);
    }

    /** Early files may name two classes alike, which results could not tell apart. */
    private List<String> distinct(Path weights, List<String> names) {
        List<String> distinct = new ArrayList<>();
        for (String name : names) {
            String free = name;
            for (int i = 2; distinct.contains(free); i++) {
                free = name + " (" + i + ")";
            }
            distinct.add(free);
        }
        if (!distinct.equals(names)) {
            options.notes.accept(weights + " names classes alike; they are called " + String.join(", ", distinct));
        }
        return distinct;
    }

    /** A run that saw its pictures whole meant nothing by what it says of windows; what the caller says comes later. */
    private static void moveWindows(Map<String, Object> layers, Evaluation ofRun, Backbone backbone) {
        if (backbone.transformer() && ofRun.mode() == EvaluationMode.WHOLE) {
            ConfigYaml.set(layers, "evaluation.last_window", Names.word(LastWindow.MOVED));
        }
    }

    /** At another scale a network sees things of another size; in windows it sees less around them. */
    private static void see(Map<String, Object> layers, NetworkSpec.Sight sight, Set<String> given) {
        Map<String, Object> seen = new LinkedHashMap<>();
        sight.scale().ifPresent(scale -> seen.put("evaluation.scale", scale));
        sight.mode().ifPresent(mode -> seen.put("evaluation.mode", Names.word(mode)));
        sight.window().ifPresent(side -> seen.put("evaluation.window", side));
        sight.last().ifPresent(last -> seen.put("evaluation.last_window", Names.word(last)));
        sight.fit().ifPresent(fit -> seen.put("evaluation.patch_fit", Names.word(fit)));
        seen.keySet().removeAll(given);
        seen.forEach((key, value) -> ConfigYaml.set(layers, key, value));
    }

    /** Whether a preset or a file is named. */
    private boolean named() {
        return options.preset != null || options.configuration != null;
    }

    /** What it sets, and not the published defaults. */
    private Set<String> given() {
        return options.preset != null ? ConfigYaml.givenBy(options.preset) : ConfigYaml.givenBy(options.configuration);
    }

    /** Where the run's pictures are says nothing of another folder, which is looked at anew. */
    private ImasConfig inAnotherFolder(ImasConfig ofRun, ImasConfig asked) {
        boolean inFolders =
                ofRun.data().layout() == Layout.FOLDERS && asked.data().samePlaces(ofRun.data());
        // Earlier versions did not say what they set aside: then what they would is measured.
        boolean unsaid =
                ofRun.data().pictures().isEmpty() && ofRun.data().setAside().isEmpty();
        if (!inFolders || unsaid || sameFolder(ofRun.data().root(), asked.data().root())) {
            return asked;
        }
        if (holdsSetAside(ofRun, asked.data().root())) {
            // The run's own folder, moved or seen from elsewhere: its other pictures were learned from.
            options.notes.accept("the pictures that the run set aside are in "
                    + asked.data().root() + ": measured on those alone; name others with --val");
            return asked;
        }
        return asked.withData(asked.data().recognisedAnew());
    }

    private static boolean holdsSetAside(ImasConfig ofRun, String root) {
        List<String> aside = ofRun.data().setAside();
        Path folder = WrittenPath.of(root);
        if (!ofRun.data().pictures().isEmpty()) {
            return !aside.isEmpty() && aside.stream().allMatch(path -> Files.exists(folder.resolve(path)));
        }
        Set<String> there = names(folder, ofRun.data().channels());
        return aside.stream().map(PictureNames::stem).allMatch(there::contains);
    }

    /** What a run in images/ and masks/, without patterns, calls its pictures, each a file or a file a channel. */
    private static Set<String> names(Path root, Channels channels) {
        ChannelFiles family = new ChannelFiles(channels);
        try (Stream<Path> pictures = Files.list(root.resolve("images"))) {
            return pictures.map(family::name).collect(Collectors.toSet());
        } catch (IOException e) {
            return Set.of();
        }
    }

    private static boolean sameFolder(String one, String other) {
        try {
            return one.equals(other) || Files.isSameFile(WrittenPath.of(one), WrittenPath.of(other));
        } catch (IOException e) {
            return false;
        }
    }

    private static void requireChannels(Path weights, Channels seen, Map<String, Object> layers) {
        Object written = ((Map<?, ?>) layers.get("data")).get("channels");
        Channels asked = Channels.parse(written).orElseThrow();
        if (seen.rgb() != asked.rgb() || seen.count() != asked.count()) {
            throw new UserException("data.channels is " + asked + "; expected " + seen
                    + (seen.rgb() ? "" : ", or as many chosen ones") + ", for the network in " + weights);
        }
    }

    /** A network is as its file says; whoever asks for another one would get this one all the same. */
    private void requireNetwork(Path weights, NetworkSpec spec, ImasConfig before, ImasConfig asked) {
        Map<String, String> own = NetworkSettings.of(spec.network());
        Map<String, String> told = NetworkSettings.of(before.network());
        List<String> changed = new ArrayList<>();
        List<String> others = new ArrayList<>();
        NetworkSettings.of(asked.network()).forEach((key, wanted) -> {
            if (!wanted.equals(told.get(key)) && !wanted.equals(own.get(key))) {
                changed.add(key + " is " + wanted + ", the network's is " + own.get(key));
            } else if (!told.get(key).equals(own.get(key))) {
                others.add(key);
            }
        });
        if (!changed.isEmpty()) {
            throw new UserException(
                    weights + ": " + String.join("; ", changed) + ": a trained network stays as it is; leave that out");
        }
        if (!others.isEmpty() && named()) {
            options.notes.accept("the network is that of " + weights + ", whose " + String.join(", ", others)
                    + (others.size() == 1 ? " is" : " are") + " not as the preset or configuration says");
        }
    }

    /** The settings of a run go before what its weights say of pictures, unless somebody edited them unawares. */
    private void tellOfRun(Path weights, NetworkSpec spec, RunDirectory run, ImasConfig settings) {
        double used = settings.evaluation().scale();
        OptionalDouble told = spec.sight().scale();
        boolean ofRun = !named() && Files.isRegularFile(run.config());
        if (named() && told.isPresent() && told.getAsDouble() != used) {
            String name = options.preset != null ? "preset " + options.preset : options.configuration.toString();
            options.notes.accept(name + " says evaluation.scale: " + used + ", and " + weights + " says "
                    + told.getAsDouble() + ": the former counts");
        }
        if (ofRun && told.isPresent() && told.getAsDouble() != used) {
            options.notes.accept(run.config() + " says evaluation.scale: " + used + ", and " + weights + " says "
                    + told.getAsDouble() + ": the former counts, unless you set it");
        }
    }

    private Map<String, Object> base(RunDirectory run) {
        if (options.preset != null) {
            return ConfigYaml.preset(options.preset);
        }
        if (options.configuration != null) {
            return ConfigYaml.file(options.configuration, options.notes);
        }
        if (Files.isRegularFile(run.config())) {
            return ConfigYaml.ofRun(run.config());
        }
        Map<String, Object> layers = ConfigYaml.preset("voc");
        ConfigYaml.set(layers, "data.layout", "list"); // of pictures beside their masks
        return layers;
    }
}
