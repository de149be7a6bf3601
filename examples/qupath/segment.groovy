/*
 * QuPath with its DJL extension: segments the selected annotation, or the whole picture, by a folder that
 * `imas export --format djl` wrote, and adds an annotation for each class but the one that is left out.
 *
 * Written from QuPath's public sources; it has not been run in QuPath by this project. Before you trust it, compare its
 * result on one picture with `imas predict`.
 */
import ij.ImagePlus
import qupath.ext.djl.DjlTools
import qupath.lib.analysis.images.ContourTracing
import qupath.lib.analysis.images.SimpleImages
import qupath.lib.images.servers.ColorTransforms
import qupath.lib.images.servers.PixelType
import qupath.lib.objects.PathObjects
import qupath.lib.objects.classes.PathClass
import qupath.lib.regions.Padding
import qupath.lib.regions.RegionRequest
import qupath.lib.roi.RoiTools
import qupath.opencv.ops.ImageOps
import qupath.opencv.tools.OpenCVTools

import static qupath.lib.scripting.QP.*

def folder = new File("/path/to/cells-djl")
def channels = [0, 1, 2]      // of the picture, counted from 0, in the order in which the model takes them
def leftOut = "background"    // the class that becomes no annotation; null: all become some
double downsample = 1.0 // as the pictures that the network learned from
int side = 512          // of the tiles, a multiple of 16 (at evaluation.scale 0.5, of 32); larger is better
int halo = 32           // pixels at each side of a tile that are computed and left out

def names = new File(folder, "synset.txt").readLines("UTF-8")
def imageData = getCurrentImageData()
def server = imageData.getServer()

// A picture of the model's channels lies beside it; its header says how many they are.
def header = new File(folder, "test_input.npy").withInputStream { new String(it.readNBytes(128), "ISO-8859-1") }
int taken = (header =~ /'shape': \(1, (\d+),/)[0][1].toInteger()
if (taken != channels.size()) {
    throw new IllegalArgumentException("the model takes ${taken} channels; found ${channels}")
}
if (channels.max() >= server.nChannels()) {
    throw new IllegalArgumentException("the picture has ${server.nChannels()} channels; expected ${channels}")
}
if (leftOut != null && !names.contains(leftOut)) {
    throw new IllegalArgumentException("no class is called ${leftOut}; leftOut is one of ${names}, or null")
}
def selected = getSelectedObject()
def request = selected != null && selected.isAnnotation()
    ? RegionRequest.createInstance(server.getPath(), downsample, selected.getROI())
    : RegionRequest.createInstance(server, downsample)

// Range, normalisation and softmax are in the model. It takes stored values as they are; one for colours takes those of
// 8 bits, and `imas export` says which of the two it is.
ImagePlus probabilities
int[] shape = [1, channels.size(), side, side]
def dnn = DjlTools.createDnnModel(new File(folder, "model.pt").toURI(), "NCHW", shape)
try {
    def seen = channels.collect { ColorTransforms.createChannelExtractor(it) }
    def op = ImageOps.buildImageDataOp(seen).appendOps(
        ImageOps.Core.ensureType(PixelType.FLOAT32),
        ImageOps.ML.dnn(dnn, side, side, Padding.symmetric(halo)))
    probabilities = OpenCVTools.matToImagePlus("probabilities", op.apply(imageData, request))
} finally {
    dnn.close()
}

int width = probabilities.getWidth()
int height = probabilities.getHeight()
def planes = (1..names.size()).collect { probabilities.getStack().getProcessor(it) }
float[] labels = new float[width * height]
for (int p = 0; p < labels.length; p++) {
    for (int c = 1; c < planes.size(); c++) {
        if (planes[c].getf(p) > planes[(int) labels[p]].getf(p)) {
            labels[p] = c
        }
    }
}

def image = SimpleImages.createFloatImage(labels, width, height)
for (int c = 0; c < names.size(); c++) {
    if (names[c] == leftOut) {
        continue
    }
    def roi = ContourTracing.createTracedROI(image, c, c, request)
    if (roi != null && selected != null && selected.isAnnotation()) {
        roi = RoiTools.combineROIs(roi, selected.getROI(), RoiTools.CombineOp.INTERSECT)
    }
    if (roi != null && !roi.isEmpty()) {
        addObject(PathObjects.createAnnotationObject(roi, PathClass.fromString(names[c])))
    }
}
