package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of tiles and changed copies as programs write them, and names that only look like those. */
class SourceNamesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "images/slideA [x=0,y=512,w=512,h=512].png | images/slideA",
                "slideA [d=2,x=0,y=-512,w=512,h=512].tif | slideA",
                "slideA__[d=1.5, x=0, y=512].jpg | slideA",
                "slide 3_x0_y512.png | slide 3",
                "slide3_y512-x0.png | slide3",
                "slide3_x0_y512_w256_h256.png | slide3",
                "slide3_row1_col12.png | slide3",
                "slide3_r1_c2.png | slide3",
                "slide3_tile_12.png | slide3",
                "slide3_tile_3_4.png | slide3",
                "slide3-patch007.png | slide3",
                "a0_flip.png | a0",
                "a0_hflip.png | a0",
                "a0_flipped_rot90.png | a0",
                "a0_horizontal_flip.png | a0",
                "a0_rotated_45.png | a0",
                "a0_aug3.png | a0",
                "a0_aug_12.png | a0",
                "cell7_x0_y512_flip.png | cell7",
                "frame12_jpg.rf.0a1b2c3d4e5f60718293a4b5c6d7e8f9.jpg | frame12",
            })
    void partsAndCopies(String name, String source) {
        SourceNames names = new SourceNames(List.of(name, "slide9_tile_1.png"));
        assertThat(names.source(name)).isEqualTo(source);
        assertThat(names.isPart(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "seqA_0004.png",
                "2007_000032.jpg",
                "frankfurt_000000_000294.png",
                "plate1_r01c02.tif",
                "A01_s1_w2.tif",
                "zellen_rot.png",
                "zellen_rot_2.png",
                "cells_2021_Aug_03.png",
                "flip.png",
                "x1_y2.png",
                "[x=1,y=2].png",
                "TCGA-18-5592-01Z-00-DX1.tif",
                "scan_x0.png",
                "tile_12.png",
                "August.png",
                "slide (2).png",
                "images/_flip"
            })
    void picturesOfTheirOwn(String name) {
        assertThat(new SourceNames(List.of(name)).isPart(name)).isFalse();
    }

    @Test
    void numberedPartsOfOneSourceMayBePicturesOfTheirOwn() {
        List<String> crops = List.of("field_crop_001.png", "field_crop_002.png");
        assertThat(crops.stream().map(new SourceNames(crops)::isPart)).containsOnly(false);
    }

    @Test
    void numbersArePixelsOnlyWhereAllAre() {
        List<String> tiles = List.of("a_0_0.png", "a_0_512.png", "a_512_0.png", "b_1024_48.png");
        assertThat(tiles.stream().map(new SourceNames(tiles)::source)).containsExactly("a", "a", "a", "b");
        List<String> frames = List.of("a_0_0.png", "a_0_512.png", "a_512_0.png", "b_1024_50.png");
        assertThat(frames.stream().map(new SourceNames(frames)::isPart)).containsOnly(false);
        List<String> cut = List.of("2_10_0_0_512_512.png", "2_11_256_512_768_1024.png");
        assertThat(cut.stream().map(new SourceNames(cut)::source)).containsExactly("2_10", "2_11");
        List<String> scaled = List.of("P0000__1__0___0.png", "P0000__1__512___1024.png");
        assertThat(scaled.stream().map(new SourceNames(scaled)::source)).containsOnly("P0000__1");
        List<String> large = List.of("a_16_99999999999999999999.png", "a_32_99999999999999999998.png");
        assertThat(large.stream().map(new SourceNames(large)::isPart)).containsOnly(false);
        assertThat(new SourceNames(List.of()).source("a_0_512.png")).isEqualTo("a_0_512");
    }

    /** What all tiles of a row end in is a part of their place. */
    @Test
    void aCoordinateThatAllShareIsNoCommonEnding() {
        SourceNames row = new SourceNames(List.of("A_x0_y0.png", "A_x512_y0.png", "B_x0_y0.png"));
        assertThat(row.isPart("A_x512_y0.png")).isTrue();
        assertThat(row.source("A_x512_y0.png")).isEqualTo("A");
        SourceNames flipped = new SourceNames(List.of("A_flip.png", "B_flip.png"));
        assertThat(flipped.isPart("A_flip.png")).isTrue();
    }
}
