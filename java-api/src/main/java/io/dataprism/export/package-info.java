/// Results that leave the engine: formats, targets and what comes of an export.
@NullMarked
package io.dataprism.export;

import org.jspecify.annotations.NullMarked;
