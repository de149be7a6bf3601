package dev.imas.annotations;

import java.util.ArrayList;
import java.util.List;

/**
 * What a GeoJSON geometry covers, its collections taken apart.
 *
 * @param regions    one a polygon
 * @param points     points in it
 * @param lines      lines in it
 * @param otherPlane it is marked as lying on another z or t than the first
 */
record GeoJsonGeometry(List<Region> regions, int points, int lines, boolean otherPlane) {
    static GeoJsonGeometry of(Json geometry) {
        Parts parts = new Parts();
        parts.add(geometry);
        return new GeoJsonGeometry(List.copyOf(parts.regions), parts.points, parts.lines, parts.otherPlane);
    }

    private static final class Parts {
        private final List<Region> regions = new ArrayList<>();
        private int points;
        private int lines;
        private boolean otherPlane;

        void add(Json geometry) {
            Json coordinates = geometry.object().at("coordinates");
            otherPlane |= isOtherPlane(geometry.at("plane"));
            switch (geometry.at("type").text()) {
                case "Polygon" -> polygon(coordinates);
                case "MultiPolygon" -> coordinates.items().forEach(this::polygon);
                case "GeometryCollection" -> geometry.at("geometries").items().forEach(this::add);
                case "Point" -> points++;
                case "MultiPoint" -> points += coordinates.items().size();
                case "LineString" -> lines++;
                case "MultiLineString" -> lines += coordinates.items().size();
                default ->
                    geometry.at("type").require(false, "a geometry of GeoJSON such as \"Polygon\" or \"MultiPolygon\"");
            }
        }

        private void polygon(Json coordinates) {
            List<Outline> rings = coordinates.items().stream()
                    .map(ring -> Outline.of(ring.points()))
                    .toList();
            if (!rings.isEmpty()) {
                regions.add(new Polygon(rings.get(0), rings.subList(1, rings.size())));
            }
        }

        private static boolean isOtherPlane(Json plane) {
            return plane.isObject() && (index(plane.at("z")) > 0 || index(plane.at("t")) > 0);
        }

        private static int index(Json place) {
            return place.exists() ? place.whole(-1, Integer.MAX_VALUE) : 0;
        }
    }
}
