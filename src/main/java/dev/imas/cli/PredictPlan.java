package dev.imas.cli;

import dev.imas.cli.PredictInputs.Found;
import dev.imas.common.UserException;
import dev.imas.data.ChannelFiles;
import dev.imas.data.Finding;
import dev.imas.image.PictureNames;
import dev.imas.image.ResultMark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Which picture gets which files. */
record PredictPlan(List<Job> jobs) {
    /** @param stem path of the results, less their endings */
    record Job(Path picture, Path stem) {
        /** Of the results, absolute. */
        Path folder() {
            return stem.toAbsolutePath().getParent();
        }
    }

    /** The plan as far as it is known without the network. */
    static PredictPlan of(PredictInputs inputs, Path out) {
        return of(
                inputs.pictures(),
                out,
                picture -> PictureNames.stem(picture.getFileName().toString()));
    }

    /** The plan where pictures may have a file a channel, which depends on what the network sees. */
    static PredictPlan of(PredictInputs inputs, Path out, ChannelFiles family) {
        Set<Path> first = Set.copyOf(
                family.pictures(inputs.pictures().stream().map(Found::file).toList()));
        List<Found> pictures = inputs.pictures().stream()
                .filter(found -> first.contains(found.file()))
                .toList();
        return of(pictures, out, family::name);
    }

    private static PredictPlan of(List<Found> pictures, Path out, Function<Path, String> name) {
        return new PredictPlan(pictures.stream()
                .map(found -> new Job(found.file(), out.resolve(found.folder()).resolve(name.apply(found.file()))))
                .toList());
    }

    /** No result may replace a picture or another result, or find a folder in its place. */
    PredictPlan keptApart(PredictResults results) {
        Set<Path> inputs = new HashSet<>();
        jobs.forEach(job -> inputs.add(RealPath.of(job.picture)));
        Map<Path, Path> origins = new HashMap<>();
        List<String> faults = new ArrayList<>();
        for (Job job : jobs) {
            for (Path result : results.files(job.stem)) {
                Path other = origins.put(result, job.picture);
                if (other != null) {
                    faults.add("--input: " + other + " and " + job.picture + " would both become " + result
                            + "; rename one");
                } else if (inputs.contains(RealPath.of(result))) {
                    faults.add(
                            "--out: the result " + result + " would replace a picture of --input; name another folder");
                } else if (Files.isDirectory(result)) {
                    faults.add("--out: there is a folder where the result " + result
                            + " belongs; rename it, or name another folder");
                }
            }
        }
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", Finding.limited(faults)));
        }
        return this;
    }

    /** What people drew is not lost to results of the same names. */
    PredictPlan keepDrawn(PredictResults results) {
        List<Path> drawn = jobs.stream()
                .flatMap(job -> results.likeDrawn(job.stem).stream())
                .filter(file -> Files.exists(file) && !ResultMark.in(file))
                .toList();
        if (!drawn.isEmpty()) {
            throw new UserException("--out: " + drawn.get(0)
                    + " is there without the mark of imas predict (drawn, imported, or by an early version)"
                    + (drawn.size() == 1 ? "" : ", as are " + (drawn.size() - 1) + " more that results would replace")
                    + "; name another folder, or --overwrite");
        }
        return this;
    }

    /** The results of all pictures. */
    List<Path> files(PredictResults results) {
        return jobs.stream().flatMap(job -> results.files(job.stem).stream()).toList();
    }

    /** The folders of the results, absolute. */
    List<Path> folders() {
        return jobs.stream().map(Job::folder).distinct().toList();
    }

    /** What is left to do. */
    PredictPlan without(Predicate<Job> done) {
        return new PredictPlan(jobs.stream().filter(done.negate()).toList());
    }

    int size() {
        return jobs.size();
    }
}
