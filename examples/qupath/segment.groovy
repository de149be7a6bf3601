/*
 * QuPath with its DJL extension: segments the selected annotation, or the whole picture, by a folder that
 * `imas export --format djl` wrote, and adds an annotation for each class but the first, the background.
 *
 * Written from QuPath's public sources; it has not been run in QuPath by this project. Before you trust it, compare its
 * result on one picture with `imas predict`.
 */
import ij.ImagePlus
import qupath.ext.djl.DjlTools
import qupath.lib.analysis.images.ContourTracing
import qupath.lib.analysis.images.SimpleImages
import qupath.lib.images.servers.PixelType
import qupath.lib.objects.PathObjects
import qupath.lib.objects.classes.PathClass
import qupath.lib.regions.Padding
import qupath.lib.regions.RegionRequest
import qupath.opencv.ops.ImageOps
import qupath.opencv.tools.OpenCVTools

import static qupath.lib.scripting.QP.*

def folder = new File("/path/to/cells-djl")
double downsample = 1.0 // as the pictures that the network learned from
int side = 512          // of the tiles, a multiple of 16
int halo = 32           // pixels at each side of a tile that are computed and left out

def names = new File(folder, "synset.txt").readLines("UTF-8")
def imageData = getCurrentImageData()
def server = imageData.getServer()
def selected = getSelectedObject()
def request = selected != null && selected.isAnnotation()
    ? RegionRequest.createInstance(server.getPath(), downsample, selected.getROI())
    : RegionRequest.createInstance(server, downsample)

// The model takes stored values as they are: range, normalisation and softmax are in it.
ImagePlus probabilities
int[] shape = [1, server.nChannels(), side, side]
def dnn = DjlTools.createDnnModel(new File(folder, "model.pt").toURI(), "NCHW", shape)
try {
    def op = ImageOps.buildImageDataOp().appendOps(
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
for (int c = 1; c < names.size(); c++) {
    def roi = ContourTracing.createTracedROI(image, c, c, request)
    if (roi != null && !roi.isEmpty()) {
        addObject(PathObjects.createAnnotationObject(roi, PathClass.fromString(names[c])))
    }
}
