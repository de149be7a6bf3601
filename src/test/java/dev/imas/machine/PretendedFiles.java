package dev.imas.machine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A machine that consists of what a test says. */
public final class PretendedFiles implements FileView {
    private final Map<String, List<String>> files = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    public PretendedFiles file(String path, String... lines) {
        files.put(path, List.of(lines));
        return this;
    }

    public PretendedFiles variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    @Override
    public boolean isFile(String path) {
        return files.containsKey(path);
    }

    @Override
    public List<String> names(String folder) {
        TreeSet<String> names = new TreeSet<>();
        String prefix = folder.endsWith("/") ? folder : folder + "/";
        files.keySet().stream()
                .filter(file -> file.startsWith(prefix))
                .forEach(file -> names.add(file.substring(prefix.length()).split("/")[0]));
        return new ArrayList<>(names);
    }

    @Override
    public List<String> lines(String file) {
        return files.getOrDefault(file, List.of());
    }

    @Override
    public String environment(String name) {
        return environment.getOrDefault(name, "");
    }
}
