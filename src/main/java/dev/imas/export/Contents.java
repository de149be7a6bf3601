package dev.imas.export;

import java.util.List;
import java.util.Map;

/**
 * What goes into an exported file.
 *
 * @param model      the graph
 * @param classNames one a class
 * @param palette    0xRRGGBB, one a class
 * @param card       what it says of itself
 * @param accuracy   what is known of it
 * @param metadata   texts beside the graph: the weight file's own, the card's, and what the model takes and gives
 * @param trial      a picture and what the network itself sees in it
 */
record Contents(
        Model model,
        List<String> classNames,
        List<Integer> palette,
        ModelCard card,
        Accuracy accuracy,
        Map<String, String> metadata,
        Trial trial) {}
