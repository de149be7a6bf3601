package dev.imas.annotations;

/** Formats of annotations. */
public enum AnnotationFormat {
    /** GeoJSON as QuPath exports it. */
    GEOJSON("GeoJSON files (.geojson, .json)"),
    /** COCO's instances. */
    COCO("COCO files (.json)"),
    /** LabelMe's JSON beside the pictures. */
    LABELME("LabelMe files (.json)"),
    /** ImageJ's regions of interest. */
    ROI("ImageJ regions (.roi, .zip)"),
    /** Masks of colours. */
    COLOUR("masks (.png, .tif, .bmp, .gif)");

    private final String files;

    AnnotationFormat(String files) {
        this.files = files;
    }

    /** What messages call its files. */
    String files() {
        return files;
    }

    /** Whether its files say the sizes of the pictures, as a rule. */
    boolean statesSizes() {
        return this == COCO || this == LABELME;
    }

    /**
     * What reads its files.
     *
     * @param roiClass where the class of an ImageJ region is taken from
     * @param listed   a list says which classes there are
     */
    AnnotationReader reader(RoiClass roiClass, boolean listed) {
        return switch (this) {
            case GEOJSON -> new GeoJsonReader();
            case COCO -> new CocoReader();
            case LABELME -> new LabelMeReader();
            case ROI -> new RoiReader(roiClass);
            case COLOUR -> new ColourMaskReader(listed);
        };
    }
}
