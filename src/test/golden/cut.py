#!/usr/bin/env python3
"""Cuts the built-in set of recorded data out of the full one, in the same layout.

    python3 src/test/golden/cut.py DIR_OF_THE_FULL_SET src/main/resources/golden

Small cases of every group, at most 2 MB together. Values are copied, never changed; a case is either taken with all
its numbers or left out, but for hardness case a (its first image alone, every one of its numbers being per image) and two
gradients of supervised losses (their norms stay). Needs the standard library only.
"""
import hashlib
import json
import pathlib
import re
import shutil
import struct
import sys

LIMIT = 2_000_000


class Folder:
    """One folder of the full set (source) and of the cut one (target)."""

    def __init__(self, source, target, name):
        self.source = source / name
        self.target = target / name
        self.target.mkdir(parents=True)

    def json(self, name):
        return json.loads((self.source / name).read_text())

    def write_json(self, name, value):
        (self.target / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")

    def copy(self, names):
        for name in sorted(set(names)):
            shutil.copyfile(self.source / name, self.target / name)

    def tensors(self, name):
        """name -> [dtype, shape, bytes], and the metadata, of a safetensors file."""
        raw = (self.source / name).read_bytes()
        length = struct.unpack("<Q", raw[:8])[0]
        header = json.loads(raw[8:8 + length])
        metadata = header.pop("__metadata__", None)
        data = raw[8 + length:]
        return {k: [v["dtype"], v["shape"], data[slice(*v["data_offsets"])]] for k, v in header.items()}, metadata

    def write_tensors(self, name, tensors, metadata):
        """Wide types first, so that each tensor is aligned to its element size."""
        width = lambda dtype: int(re.sub(r"\D", "", dtype) or 8)
        ordered = sorted(tensors.items(), key=lambda item: (-width(item[1][0]), item[0]))
        header = {} if metadata is None else {"__metadata__": metadata}
        at = 0
        for key, (dtype, shape, data) in ordered:
            header[key] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
            at += len(data)
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        with open(self.target / name, "wb") as out:
            out.write(struct.pack("<Q", len(text)) + text + b"".join(t[2] for _, t in ordered))

    def keep_tensors(self, name, wanted):
        tensors, metadata = self.tensors(name)
        self.write_tensors(name, {k: v for k, v in tensors.items() if wanted(k)}, metadata)


def named(cases, names):
    return [c for c in cases if c["name"] in names]


def strings(value):
    """Every string inside a JSON value: among them the names of tensors and files it refers to."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def hardness(f):
    j = f.json("hardness.json")
    j["cases"] = named(j["cases"], {"a", "c"})
    tensors, metadata = f.tensors("hardness.safetensors")
    tensors = {k: v for k, v in tensors.items() if k[0] in "ac"}
    first = j["cases"][0]
    assert first["name"] == "a"
    images = first["shape"][0]
    first["shape"][0] = 1
    first["runs"] = [{k: v[:1] if isinstance(v, list) else v for k, v in run.items()} for run in first["runs"]]
    for key, (dtype, shape, data) in tensors.items():
        if key.startswith("a."):
            tensors[key] = [dtype, [1] + shape[1:], data[:len(data) // images]]
    f.write_json("hardness.json", j)
    f.write_tensors("hardness.safetensors", tensors, metadata)


def unsup_loss(f):
    j = f.json("unsup_loss.json")
    j["cases"] = named(j["cases"], {"b1", "d1", "e1", "f2"})
    used = set(strings(j)) | {c["name"] + ".labels_after" for c in j["cases"]}
    f.write_json("unsup_loss.json", j)
    f.keep_tensors("unsup_loss.safetensors", used.__contains__)


def upsampled(f):
    j = f.json("upsampled.json")
    j["cases"] = named(j["cases"], {"b"})
    j["interpolation"] = [c for c in j["interpolation"] if c["name"] != "interp4"]
    used = set(strings(j))
    f.write_json("upsampled.json", j)
    f.keep_tensors("upsampled.safetensors", lambda k: k in used or (k[:2] == "b." and "lowres" not in k))


def cutmix(f):
    j = f.json("cutmix.json")
    j["cases"] = named(j["cases"], {"hardness0", "tiny_box"})
    names = {c["name"] for c in j["cases"]}
    f.write_json("cutmix.json", j)
    f.keep_tensors("cutmix.safetensors", lambda k: k.split(".")[0] in names)


def intensity_mix(f):
    f.copy(["intensity_mix.json", "intensity_mix.safetensors"])


def sup_loss(f):
    j = f.json("sup_loss.json")
    j["cases"] = named(j["cases"], {"ce_image0_ignored", "ce_none", "ohem_t0.7_k226", "ohem_t0.7_k453", "ohem_t0.7_k0",
                                    "ohem_t0.3_k22", "ohem_aux", "ohem_image0_ignored", "ohem_none"})
    for c in j["cases"]:
        if c["name"] in ("ohem_t0.7_k0", "ohem_t0.3_k22"):
            c.pop("grad")  # the norm of the gradient stays
    used = set(strings(j)) | {"logits", "aux_logits"}
    f.write_json("sup_loss.json", j)
    f.keep_tensors("sup_loss.safetensors", used.__contains__)


def augment(f):
    j = f.json("augment.json")
    of_a = {}
    for op in j["ops"]:
        if op["image"] == "A":
            of_a.setdefault(op["op"], []).append(op)
    middle = [ops[len(ops) // 2] for ops in of_a.values()]
    j["ops"] = [op for op in j["ops"] if op["image"] in "EK" or op in middle]
    for key in ("chains", "flip", "crop", "weak_pipeline"):
        j[key] = [c for c in j[key] if c["image"] in "AE"]
    j["normalize"] = [c for c in j["normalize"] if c["image"] == "E"]  # weak_pipeline normalises A as well
    j["resize"] = [c for c in j["resize"] if c["image"] in "AE" and c["out_width"] <= 64]
    used = set(strings({k: v for k, v in j.items() if k != "images"}))
    j["images"] = {k: v for k, v in j["images"].items() if k in used or v["file"] in used}
    used |= {v["file"] for v in j["images"].values()}
    f.write_json("augment.json", j)
    f.copy(name for name in used if name.endswith(".png"))
    f.keep_tensors("augment.safetensors", used.__contains__)


def network(f):
    """Variant E (auxiliary head, no multi-grid) with its small passes; the keys of A and E."""
    j = f.json("network.json")
    j["variants"] = {"E": j["variants"]["E"]}
    j["variants"]["E"].pop("large")
    f.write_json("network.json", j)
    keys = f.json("state_dict_keys.json")
    f.write_json("state_dict_keys.json", {k: keys[k] for k in ("E",)})
    f.keep_tensors("network.safetensors", lambda k: k.startswith("E.") and ".large." not in k)


def training(f):
    """The run voc whole: its last steps depend on the first."""
    f.write_json("voc.json", f.json("voc.json"))
    f.copy(["voc.safetensors"])


def schedule(f):
    f.copy(["schedule.json"])


def evaluation(f):
    j = f.json("evaluation.json")
    j["sliding"] = named(j["sliding"], {"one_pixel_window", "smaller_than_crop"})
    names = {c["name"] for c in j["sliding"]}
    f.write_json("evaluation.json", j)
    f.keep_tensors("evaluation.safetensors", lambda k: k.startswith("iou.") or k in ("sliding.W", "sliding.b", "sliding.V")
                   or (k.startswith("sliding.") and k.split(".")[1] in names))


def checkpoint(f):
    f.copy(path.name for path in f.source.iterdir())


GROUPS = {"01_hardness": hardness, "02_unsup_loss": unsup_loss, "03_upsampled": upsampled, "04_cutmix": cutmix,
          "05_intensity_mix": intensity_mix, "06_sup_loss": sup_loss, "07_augment": augment, "08_network": network,
          "09_training": training, "10_schedule": schedule, "11_evaluation": evaluation, "12_checkpoint": checkpoint}


def manifest(target):
    """Path -> [bytes, first 16 hexadecimal digits of the SHA-256], as in the full set."""
    files = sorted(p for p in target.glob("*/*") if p.is_file())
    return {p.relative_to(target).as_posix(): [p.stat().st_size, hashlib.sha256(p.read_bytes()).hexdigest()[:16]] for p in files}


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: cut.py DIR_OF_THE_FULL_SET TARGET_DIR")
    source, target = map(pathlib.Path, sys.argv[1:])
    for name, cut in GROUPS.items():
        shutil.rmtree(target / name, ignore_errors=True)
        cut(Folder(source, target, name))
        print(f"{name:18s} {sum(p.stat().st_size for p in (target / name).iterdir()):9d} bytes")
    files = manifest(target)
    lines = ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in files.items())
    (target / "manifest.json").write_text("{\n" + lines + "\n}\n")
    total = sum(size for size, _ in files.values())
    print(f"{'all':18s} {total:9d} bytes in {len(files)} files")
    if total > LIMIT:
        sys.exit(f"the cut set has {total} bytes, at most {LIMIT} are wanted; take fewer cases")


if __name__ == "__main__":
    main()
