package dev.imas.train;

import dev.imas.data.ImageSource;
import dev.imas.run.Hardness;
import dev.imas.run.RunDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The rows of hardness.csv: at the end of an epoch the last gamma of every unlabelled image that was seen. */
final class HardnessRows {
    private final Hardness.Log log;
    private final HardnessTable table;
    private final ImageSource images;

    /**
     * @param position bytes of the file that an earlier part of the run wrote
     * @param opened   closes the file
     */
    HardnessRows(RunDirectory directory, long position, HardnessTable table, ImageSource images, Opened opened)
            throws IOException {
        this.log = opened.keep(new Hardness.Log(directory.hardness(), position));
        this.table = table;
        this.images = images;
    }

    /** @param epoch from 1 */
    void write(int epoch) {
        float[] gamma = table.read();
        for (int i = 0; i < images.size(); i++) {
            if (!Float.isNaN(gamma[i])) {
                log.row(epoch, images.id(i), gamma[i]);
            }
        }
    }

    /** The last gamma of every image by its name, as the file has it: for a run that goes on with other images. */
    float[] last(RunDirectory directory) {
        float[] gamma = new float[Math.max(1, images.size())];
        Arrays.fill(gamma, Float.NaN);
        Hardness written = Hardness.read(directory.hardness(), new ArrayList<>());
        if (written.isEmpty()) {
            return gamma;
        }
        long epoch = written.epochs().lastKey();
        Map<String, Float> byName = new HashMap<>();
        for (int i = 0; i < written.images().size(); i++) {
            byName.put(written.images().get(i), 1 - written.at(epoch, i));
        }
        for (int i = 0; i < images.size(); i++) {
            gamma[i] = byName.getOrDefault(images.id(i), Float.NaN);
        }
        return gamma;
    }

    /** Makes the rows durable and returns their length in bytes. */
    long sync() throws IOException {
        return log.sync();
    }
}
