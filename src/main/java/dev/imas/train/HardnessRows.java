package dev.imas.train;

import dev.imas.data.ImageSource;
import dev.imas.run.CsvLog;
import dev.imas.run.RunDirectory;
import java.io.IOException;

/** The rows of hardness.csv: at the end of an epoch the last gamma of every unlabelled image that was seen. */
final class HardnessRows {
    private final CsvLog log;
    private final HardnessTable table;
    private final ImageSource images;

    /**
     * @param position bytes of the file that an earlier part of the run wrote
     * @param opened   closes the file
     */
    HardnessRows(RunDirectory directory, long position, HardnessTable table, ImageSource images, Opened opened)
            throws IOException {
        this.log = opened.keep(new CsvLog(directory.hardness(), position, "epoch", "image", "gamma", "hardness"));
        this.table = table;
        this.images = images;
    }

    /** @param epoch from 1 */
    void write(int epoch) {
        float[] gamma = table.read();
        for (int i = 0; i < images.size(); i++) {
            if (!Float.isNaN(gamma[i])) {
                log.row(epoch, images.id(i), gamma[i], 1 - gamma[i]);
            }
        }
    }

    /** Makes the rows durable and returns their length in bytes. */
    long sync() throws IOException {
        return log.sync();
    }
}
