package dev.imas.cli;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import org.apache.commons.cli.CommandLine;

/** {@code imas presets}. */
final class PresetsCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("presets", "list the named configurations, or print one in full", "presets [NAME]", "");
    }

    @Override
    public int run(CommandLine line, Console console) {
        if (line.getArgList().size() > 1) {
            throw new UserException(
                    "presets prints one configuration at a time; found " + String.join(" and ", line.getArgList()));
        }
        if (line.getArgList().isEmpty()) {
            console.out().print(ConfigYaml.presetIndex());
        } else {
            console.out()
                    .print(ConfigYaml.dump(ConfigYaml.resolve(
                            ConfigYaml.preset(line.getArgList().get(0)))));
        }
        return 0;
    }
}
