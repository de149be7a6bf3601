package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.device.Torch;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.memory.Place;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * DPT on DINOv2 and what is around it (docs/dino.md), against recordings of the public UniMatch V2: positions, parts,
 * whole networks, rates and optimizer, evaluation. Tolerances are those that the recordings' description asks for.
 */
final class DinoGolden extends PlacedGroup {
    DinoGolden(Place place) {
        super("13_dino", place);
    }

    @Override
    public void run(GoldenData data, Consumer<Check> report) throws IOException {
        Torch.load();
        Comparison compare = new Comparison(name(), report, place.slack());
        new DinoPositionChecks(compare, place)
                .run(json(data, "pos_embed"), data.tensors(name() + "/pos_embed.safetensors"));
        new DinoPartChecks(compare, place).run(json(data, "parts"), data.tensors(name() + "/parts.safetensors"));
        for (Map.Entry<String, JsonNode> variant : json(data, "state_dict_keys").properties()) {
            String file = "dino_" + variant.getKey().toLowerCase(Locale.ROOT);
            new DinoNetworkChecks(
                            compare,
                            place,
                            variant.getKey(),
                            json(data, file),
                            data.tensors(name() + "/" + file + ".safetensors"))
                    .run(field(variant.getValue(), "keys"));
        }
        new DinoScheduleChecks(new Comparison(name(), report), place).run(json(data, "schedule"));
        new DinoEvaluationChecks(compare, place)
                .run(json(data, "evaluation"), data.tensors(name() + "/evaluation.safetensors"));
    }

    private JsonNode json(GoldenData data, String file) throws IOException {
        return data.json(name() + "/" + file + ".json");
    }
}
