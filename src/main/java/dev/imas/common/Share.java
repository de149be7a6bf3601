package dev.imas.common;

/**
 * One of the equal parts of a whole.
 *
 * @param part  which, from 0
 * @param parts how many there are
 */
public record Share(int part, int parts) {
    /** All of it. */
    public static final Share WHOLE = new Share(0, 1);

    /** How many of so many things are in this part when they are dealt out one by one. */
    public int dealt(int things) {
        return (things - part + parts - 1) / parts;
    }
}
