/// The native libraries of one platform, as resources.
module io.dataprism.natives {}
