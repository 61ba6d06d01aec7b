/// What the attached databases hold: [io.dataprism.catalog.Catalog] lists databases, schemas, tables, views, columns,
/// constraints, indexes and their storage.
@NullMarked
package io.dataprism.catalog;

import org.jspecify.annotations.NullMarked;
