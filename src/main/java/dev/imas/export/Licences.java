package dev.imas.export;

import java.util.List;

/** Terms of use by the names that SPDX gave them: lists of models show no others. */
final class Licences {
    /** Those that models and what goes along with them are usually under. */
    static final List<String> KNOWN = List.of(
            "CC0-1.0",
            "CC-BY-4.0",
            "CC-BY-SA-4.0",
            "CC-BY-NC-4.0",
            "CC-BY-NC-SA-4.0",
            "CC-BY-ND-4.0",
            "CC-BY-NC-ND-4.0",
            "MIT",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "MPL-2.0",
            "EUPL-1.2",
            "LGPL-2.1-or-later",
            "LGPL-3.0-only",
            "LGPL-3.0-or-later",
            "GPL-2.0-only",
            "GPL-2.0-or-later",
            "GPL-3.0-only",
            "GPL-3.0-or-later",
            "AGPL-3.0-only",
            "AGPL-3.0-or-later");

    private Licences() {}

    /** What to name; a part of a sentence. */
    static String expected(String found) {
        return "a licence by its SPDX name (--license " + KNOWN.get(1) + ")"
                + (found.isEmpty() ? "" : ": found " + found + ", expected one of " + String.join(", ", KNOWN));
    }
}
