package dev.imas.common;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.image.PictureNames;
import org.junit.jupiter.api.Test;
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

    @ParameterizedTest
    @CsvSource({
        "camvid-2_v1.5, camvid-2_v1.5",
        "my pictures, my-pictures",
        "../../etc/passwd, etc-passwd",
        "..., run",
        ".hidden, hidden",
        "Größe, Gro-e",
        "Zellkörper, Zellkorper",
        "細胞, run",
        "'a[2Jb', a-2Jb"
    })
    void plainNamesStayInTheirFolder(String name, String plain) {
        assertThat(FileNames.plain(name, "run")).isEqualTo(plain).matches(FileNames.PLAIN);
    }

    @Test
    void aPlainNameIsNotLongerThanFileSystemsAllow() {
        assertThat(FileNames.plain("a".repeat(300), "run")).hasSize(100).matches(FileNames.PLAIN);
    }
}
