package dev.imas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"auto", "cpu", "cuda", "cuda:0", "cuda:9", "cuda:10", "cuda:99"})
    void namesOfDevices(String name) {
        assertThat(DeviceName.checked(name)).isEqualTo(name);
        assertThat(resolved(name).device()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cuda:999",
                "cuda:100",
                "cuda:-1",
                "cuda:",
                "cuda:00",
                "cuda:0 ",
                "cuda:x",
                "CUDA:0",
                "gpu",
                "cpu:0"
            })
    void otherNamesAreRefusedInTheSameWordsByConfigurationAndComputation(String name) {
        String message = "device is " + name + "; expected auto, cpu, cuda or cuda:INDEX, INDEX from 0 to 99";
        assertThatThrownBy(() -> DeviceName.checked(name))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> resolved(name))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> DeviceName.named(name))
                .isInstanceOf(UserException.class)
                .hasMessage(message.replace("auto, ", ""));
    }

    @Test
    void whereADeviceMustBeNamedAutoIsNone() {
        assertThat(DeviceName.named("cuda:1")).isEqualTo("cuda:1");
        assertThatThrownBy(() -> DeviceName.named("auto"))
                .isInstanceOf(UserException.class)
                .hasMessage("device is auto; expected cpu, cuda or cuda:INDEX, INDEX from 0 to 99");
    }

    @Test
    void nothingIsNoDevice() {
        assertThatThrownBy(() -> DeviceName.checked(""))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("device is empty");
    }

    private static ImasConfig resolved(String device) {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, "device", device);
        return ConfigYaml.resolve(layers);
    }
}
