package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** About a fifth, and no recording on both sides where that can be. */
class SetAsideTest {
    private static List<String> frames(String recording, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> String.format(Locale.ROOT, "images/%s_%04d.png", recording, i))
                .toList();
    }

    @Test
    void wholeRecordingsAreKeptApart() {
        List<String> all = new ArrayList<>();
        for (String recording : List.of("seqA", "seqB", "seqC", "seqD")) {
            all.addAll(frames(recording, 5));
        }
        SetAside chosen = SetAside.of(all);
        assertThat(chosen.entries()).isEqualTo(frames("seqA", 5));
        assertThat(chosen.told())
                .isEqualTo("5 of 20 labelled pictures are set aside to validate, 1 of 4 recordings by their names"
                        + " (images/seqA*)");
    }

    @Test
    void ofTwoRecordingsTheLastFramesAreTakenAndThatIsSaid() {
        List<String> all = new ArrayList<>(frames("seqA", 10));
        all.addAll(frames("seqB", 10));
        SetAside chosen = SetAside.of(all);
        assertThat(chosen.entries())
                .containsExactly(
                        "images/seqA_0008.png", "images/seqA_0009.png", "images/seqB_0008.png", "images/seqB_0009.png");
        assertThat(chosen.told())
                .contains("the last of 2 recordings by their names, which are too few to keep one apart");
    }

    @Test
    void numberedPicturesAreOneRecording() {
        assertThat(SetAside.of(frames("img", 10)).entries())
                .containsExactly("images/img_0008.png", "images/img_0009.png");
    }

    @Test
    void namesWithoutNumbersAreSpread() {
        List<String> names = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
        assertThat(SetAside.of(names).entries()).containsExactly("a", "f");
        assertThat(SetAside.of(names).told()).isEqualTo("2 of 10 labelled pictures are set aside to validate");
    }

    @Test
    void somethingIsSetAsideAndSomethingLeft() {
        for (int n = 2; n < 40; n++) {
            List<String> chosen = SetAside.of(frames("x", n)).entries();
            assertThat(chosen).hasSizeBetween(1, n - 1);
            assertThat(chosen.size()).isBetween(n / 5, n / 5 + 1);
        }
        assertThat(SetAside.of(List.of("a.png")).entries()).isEmpty();
    }

    @Test
    void tilesOfOnePictureStayTogether() {
        List<String> all = new ArrayList<>();
        for (int slide = 1; slide <= 10; slide++) {
            for (int y = 0; y < 2; y++) {
                for (int x = 0; x < 2; x++) {
                    all.add("images/slide_" + slide + " [x=" + 512 * x + ",y=" + 512 * y + ",w=512,h=512].png");
                }
            }
        }
        SetAside chosen = SetAside.of(all);
        assertThat(chosen.entries())
                .hasSize(8)
                .allMatch(name -> name.startsWith("images/slide_1 ") || name.startsWith("images/slide_10 "));
        assertThat(chosen.told())
                .isEqualTo("8 of 40 labelled pictures are set aside to validate, 2 of 10 pictures and their tiles"
                        + " or changed copies by their names (images/slide_1*, images/slide_10*)");
        assertThat(SetAside.of(all.subList(0, 4)).told()).endsWith("set aside to validate, the last by name");
    }

    @Test
    void changedCopiesStayWithTheirPicture() {
        List<String> all = new ArrayList<>();
        for (String name : List.of("kidney", "liver", "lung", "heart", "brain")) {
            all.addAll(List.of(name + ".png", name + "_flip.png", name + "_rot90.png"));
        }
        assertThat(SetAside.of(all).entries()).containsExactly("brain.png", "brain_flip.png", "brain_rot90.png");
    }

    @Test
    void theOrderOfTheListDoesNotMatter() {
        List<String> names = new ArrayList<>(frames("x", 9));
        names.addAll(frames("y", 4));
        List<String> turned = new ArrayList<>(names);
        java.util.Collections.reverse(turned);
        assertThat(SetAside.of(turned)).isEqualTo(SetAside.of(names));
    }

    /** Words that all names end in tell no frame from another. */
    @ParameterizedTest
    @ValueSource(strings = {".tif", ".ome.tif", "_image.png", "_0000.nii.tif", "_roi.tif", "_ch00_raw.tif"})
    void whatAllNamesEndInPartsNoRecording(String ending) {
        List<String> names = new ArrayList<>();
        for (String recording : List.of("mouseA", "mouseB", "mouseC", "mouseD", "mouseE")) {
            for (int i = 0; i < 4; i++) {
                names.add("images/" + recording + "_t" + i + ending);
            }
        }
        SetAside aside = SetAside.of(names);
        assertThat(aside.entries()).hasSize(4).allMatch(name -> name.startsWith("images/mouseA"));
        assertThat(aside.told()).contains("1 of 5 recordings by their names (images/mouseA");
    }

    @ParameterizedTest
    @ValueSource(strings = {" [x=0,y=%d].ome.tif", "_x0_y%d.ome.tif", "_tile_%d_image.png", "_flip%d.ome.tif"})
    void tilesWithMoreBehindThemStayTogether(String tile) {
        List<String> names = new ArrayList<>();
        for (String slide : List.of("scanA", "scanB", "scanC", "scanD", "scanE")) {
            for (int i = 0; i < 4; i++) {
                names.add(slide + String.format(tile, 512 * i));
            }
        }
        assertThat(SetAside.of(names).entries()).hasSize(4).allMatch(name -> name.startsWith("scanA"));
    }
}
