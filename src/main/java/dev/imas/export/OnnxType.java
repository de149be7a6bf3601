package dev.imas.export;

/** TensorProto.DataType: the element types that exported models have. */
enum OnnxType {
    FLOAT(1),
    INT64(7),
    DOUBLE(11);

    final int code;

    OnnxType(int code) {
        this.code = code;
    }
}
