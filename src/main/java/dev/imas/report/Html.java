package dev.imas.report;

/** Text into markup. Every string that did not come from this package's own code passes through {@link #escape}. */
final class Html {
    private Html() {}

    /** Safe as element content and inside quoted attributes; control characters that HTML forbids become U+FFFD. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c < ' ' && c != '\n' && c != '\t' && c != '\r' ? '\uFFFD' : c);
            }
        }
        return out.toString();
    }

    /** A section with its heading; {@code lead} is a sentence of markup under it, may be empty. */
    static String section(String id, String title, String lead, String body) {
        return "<section id=\"" + id + "\">\n<h2>" + escape(title) + "</h2>\n"
                + (lead.isEmpty() ? "" : "<p class=\"lead\">" + lead + "</p>\n") + body + "</section>\n";
    }
}
