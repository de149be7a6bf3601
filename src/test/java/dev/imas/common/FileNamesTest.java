package dev.imas.common;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.image.PictureNames;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileNamesTest {
    @ParameterizedTest
    @CsvSource({
        "a/b.c/photo.jpg, photo, photo",
        "photo.v2.PNG, photo.v2, photo.v2",
        "2007_000032, 2007_000032, 2007_000032",
        "scene.0001, scene, scene.0001",
        "notes.yaml, notes, notes.yaml",
        ".png, .png, .png",
        "a/.b.tiff, .b, .b"
    })
    void stems(String path, String stem, String pictureStem) {
        assertThat(FileNames.stem(path)).isEqualTo(stem);
        assertThat(PictureNames.stem(path)).isEqualTo(pictureStem);
    }
}
