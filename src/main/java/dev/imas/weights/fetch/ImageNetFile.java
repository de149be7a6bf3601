package dev.imas.weights.fetch;

import dev.imas.config.ImasConfig.Backbone;
import java.net.URI;
import java.util.Optional;

/**
 * A file of torchvision's ResNet weights, trained on ImageNet: 7x7 stem, torchvision's key names.
 *
 * @param name   file name; its part after the hyphen begins the content's SHA-256
 * @param sha256 those first eight hexadecimal digits
 */
record ImageNetFile(String name, String sha256) {
    /** Where torchvision publishes its weights. */
    static final URI PUBLISHED = URI.create("https://download.pytorch.org/models/");

    /** The file of a backbone; those that are no ResNet have none. */
    static Optional<ImageNetFile> of(Backbone backbone) {
        return switch (backbone) {
            case TINY, VIT_TINY, DINOV2_SMALL, DINOV2_BASE, DINOV2_LARGE -> Optional.empty();
            case RESNET18 -> Optional.of(named("resnet18", "f37072fd"));
            case RESNET34 -> Optional.of(named("resnet34", "b627a593"));
            case RESNET50 -> Optional.of(named("resnet50", "0676ba61"));
            case RESNET101 -> Optional.of(named("resnet101", "63fe2227"));
        };
    }

    private static ImageNetFile named(String network, String sha256) {
        return new ImageNetFile(network + "-" + sha256 + ".pth", sha256);
    }
}
