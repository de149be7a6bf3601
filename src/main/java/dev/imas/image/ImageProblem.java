package dev.imas.image;

import java.io.IOException;

/** Why a file gives no picture. The message is a sentence whose subject is the file's path. */
final class ImageProblem extends IOException {
    private static final long serialVersionUID = 1;

    private ImageProblem(String sentence) {
        super(sentence);
    }

    /** The file breaks its format's rules or ends early. */
    static ImageProblem damaged(String what) {
        return new ImageProblem("cannot be read as an image (" + what + "); it may be truncated or damaged");
    }

    static ImageProblem endsEarly() {
        return damaged("its data end early");
    }

    /**
     * Throws before memory is taken for a picture that so few bytes cannot hold.
     *
     * @param most how many bytes a compressed one may become
     */
    static void requireRoom(long bytes, long compressed, long most) throws ImageProblem {
        if (bytes / most > compressed) {
            throw endsEarly();
        }
    }

    /** The file may be whole, but holds what is not read. */
    static ImageProblem unread(String sentence) {
        return new ImageProblem(sentence);
    }

    /** As {@link #unread} for a kind of compression or format. */
    static ImageProblem unknownTo(String what, String instead) {
        return unread(what + ", which this program does not read; save it as " + instead);
    }
}
