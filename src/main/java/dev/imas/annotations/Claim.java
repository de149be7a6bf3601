package dev.imas.annotations;

import dev.imas.common.UserException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * That a picture is annotated by something. The picture is found by its base name, which pictures in several folders
 * may share: then some claims are about another picture, and their folders have to tell.
 *
 * @param file      that holds the annotations
 * @param name      that led to the picture, as the file has it; empty in formats that name none
 * @param annotated the annotations
 */
record Claim(Path file, String name, AnnotatedPicture annotated) {
    /**
     * The claims whose folders are most the picture's own; of those with one name in one file the first.
     *
     * @throws UserException where they are about different pictures, so that no folder tells which is this one
     */
    static List<Claim> nearest(Path picture, List<Claim> claims) {
        List<Claim> nearest = new ArrayList<>();
        int most = 0;
        for (Claim claim : claims.size() > 1 ? claims : List.<Claim>of()) {
            int shared = PictureFolder.sharedFolders(picture, claim.name);
            if (shared > most) {
                nearest.clear();
                most = shared;
            }
            if (shared == most && nearest.stream().noneMatch(claim::isNamedAs)) {
                nearest.add(claim);
            }
        }
        requireSame(nearest, picture);
        return nearest;
    }

    private boolean isNamedAs(Claim other) {
        return file.equals(other.file) && name.equals(other.name);
    }

    private static void requireSame(List<Claim> claims, Path picture) {
        for (int i = 1; i < claims.size(); i++) {
            for (Claim other : claims.subList(0, i)) {
                if (!claims.get(i).maybeSame(other)) {
                    throw new UserException(other.told() + " and "
                            + claims.get(i).told() + " both lead to " + picture
                            + "; expected one picture for each: give --images the folder that holds both, or"
                            + " leave the annotations of one out");
                }
            }
        }
    }

    /** Whether it may be about the picture that all of the others are about. */
    boolean maybeSame(List<Claim> others) {
        return others.stream().allMatch(this::maybeSame);
    }

    /** Whether its name has folders, and the picture, which has the base name, lies in none of them. */
    boolean namesOtherFolders(Path picture) {
        List<String> parts = parts();
        return parts.size() > 1 && PictureFolder.sharedFolders(picture, String.join("/", parts)) == 0;
    }

    private String told() {
        return annotated.origin() + " (" + name + ")";
    }

    /** A file has one entry for a picture; of several files each may have its own, and say more or fewer folders. */
    private boolean maybeSame(Claim other) {
        List<String> mine = parts();
        List<String> theirs = other.parts();
        if (file.equals(other.file)) {
            return mine.equals(theirs);
        }
        int folders = Math.min(mine.size(), theirs.size()) - 1;
        return lastFolders(mine, folders).equals(lastFolders(theirs, folders));
    }

    private static List<String> lastFolders(List<String> parts, int count) {
        return parts.subList(parts.size() - 1 - count, parts.size() - 1);
    }

    /** Folders and base name. */
    private List<String> parts() {
        String path = Normalizer.normalize(name, Normalizer.Form.NFC).replace('\\', '/');
        return Arrays.stream(path.split("/"))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }
}
