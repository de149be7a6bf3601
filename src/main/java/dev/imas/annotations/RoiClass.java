package dev.imas.annotations;

import dev.imas.config.Colors;

/** Where the class of an ImageJ region is taken from; ImageJ itself knows none. */
public enum RoiClass {
    /** Every region is of the one class foreground. */
    ALL {
        @Override
        String of(RoiFile roi) {
            return null;
        }
    },
    /** The region's name, less a number behind it: nucleus-12 is a nucleus. A name of digits alone says nothing. */
    NAME {
        @Override
        String of(RoiFile roi) {
            String name =
                    roi.name().replaceFirst("[-_ .#(]*[0-9][-_ .0-9)]*$", "").strip();
            return name.isEmpty() ? null : name;
        }
    },
    /** The region's group; group 0 is none. */
    GROUP {
        @Override
        String of(RoiFile roi) {
            return roi.group() == 0 ? null : "group " + roi.group();
        }
    },
    /** The colour of its line. */
    COLOUR {
        @Override
        String of(RoiFile roi) {
            return roi.colour() == null ? null : Colors.hex(roi.colour());
        }
    };

    abstract String of(RoiFile roi);
}
