package io.dataprism.catalog;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.Session;
import io.dataprism.error.CatalogException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.internal.name.NearNames;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the attached databases hold. A view, not a copy: every call asks the database anew, and what a call gives stays
/// as it is.
///
/// Databases, schemas and tables of DuckDB itself are left out. Names are found as SQL finds them: the same case wins,
/// otherwise case does not matter. A method that is given the name of something that does not exist throws a
/// [CatalogException] that names what may have been meant. All methods throw [io.dataprism.error.ClosedException] if
/// the engine or session is closed.
///
/// The catalog of an [Engine] is thread-safe. It sees what is committed, and no temporary tables, for those belong to
/// sessions. The catalog of a [Session] sees what the session sees, and throws [io.dataprism.error.BusyException] while
/// the session runs a statement.
public final class Catalog {
  /// What an engine and a session have in common.
  @FunctionalInterface
  private interface Source {
    QueryResult query(String sql, @Nullable Object... parameters);
  }

  /// Runs a query whose rows the engine may keep, where it has a cache.
  @FunctionalInterface
  private interface KeepingSource {
    QueryResult query(String sql);
  }

  /// A table or view, with the numbers by which DuckDB's own tables refer to it.
  record Relation(TableName name, boolean view, long databaseId, long id) {}

  /// Where SQL looks for a name that says neither database nor schema.
  record Place(String database, String schema) {}

  record Count(long n) {}

  /// Schemas with their paths. In DuckDB's own tables a nested schema has its last name alone, and numbers are unique
  /// in their database only.
  private static final String SCHEMAS =
      """
      WITH RECURSIVE schemas(database_oid, schema_oid, path) AS (
        SELECT database_oid, oid, [schema_name] FROM duckdb_schemas() WHERE parent_schema_oid IS NULL
        UNION ALL
        SELECT s.database_oid, s.oid, list_append(path, s.schema_name)
        FROM duckdb_schemas() s
        JOIN schemas parent ON s.database_oid = parent.database_oid AND s.parent_schema_oid = parent.schema_oid
      )
      """;

  private static final String DATABASES =
      """
      SELECT database_name AS name, path, type, readonly AS read_only, encrypted
      FROM duckdb_databases() WHERE NOT internal ORDER BY name
      """;

  private static final String SCHEMAS_OF_DATABASES =
      SCHEMAS
          + """
          SELECT database_name AS database, path
          FROM schemas JOIN (SELECT database_oid, database_name FROM duckdb_databases() WHERE NOT internal)
          USING (database_oid)
          ORDER BY ALL
          """;

  private static final String TABLES =
      SCHEMAS
          + """
          SELECT {database: database_name, schema_path: path, name: table_name} AS name, temporary, column_count,
            estimated_size AS estimated_rows, comment, sql
          FROM duckdb_tables() JOIN schemas USING (database_oid, schema_oid)
          WHERE NOT internal ORDER BY name
          """;

  private static final String VIEWS =
      SCHEMAS
          + """
          SELECT {database: database_name, schema_path: path, name: view_name} AS name, temporary, comment, sql
          FROM duckdb_views() JOIN schemas USING (database_oid, schema_oid)
          WHERE NOT internal ORDER BY name
          """;

  // One row for each way to construct a type.
  private static final String TYPES =
      SCHEMAS
          + """
          SELECT DISTINCT database_name AS database, path AS schema_path, type_name AS name,
            database_name = 'temp' AS temporary, lower(logical_type) AS base_type, coalesce(labels, []) AS labels, comment
          FROM duckdb_types() JOIN schemas USING (database_oid, schema_oid)
          WHERE NOT internal ORDER BY ALL
          """;

  private static final String RELATIONS =
      SCHEMAS
          + """
          SELECT {database: database_name, schema_path: path, name: relation} AS name, is_view AS view,
            database_oid AS database_id, relation_oid AS id
          FROM (
            SELECT database_name, database_oid, schema_oid, table_name AS relation, table_oid AS relation_oid,
              false AS is_view
            FROM duckdb_tables() WHERE NOT internal
            UNION ALL
            SELECT database_name, database_oid, schema_oid, view_name, view_oid, true
            FROM duckdb_views() WHERE NOT internal
          ) JOIN schemas USING (database_oid, schema_oid)
          ORDER BY name
          """;

  private static final String COLUMNS =
      """
      SELECT column_name AS name, column_index AS position, data_type AS type, is_nullable AS nullable,
        EXISTS (
          FROM duckdb_constraints() c
          WHERE c.database_oid = d.database_oid AND c.table_oid = d.table_oid AND constraint_type = 'PRIMARY KEY'
            AND list_contains(constraint_column_names, column_name)
        ) AS primary_key,
        CASE WHEN NOT is_generated THEN column_default END AS default_value,
        generation_expression AS generated_as, comment
      FROM duckdb_columns() d
      WHERE database_oid = ? AND table_oid = ? ORDER BY column_index
      """;

  private static final String CONSTRAINTS =
      """
      SELECT constraint_name AS name, constraint_type AS kind, constraint_column_names AS columns,
        constraint_text AS sql, referenced_table, referenced_column_names AS referenced_columns
      FROM duckdb_constraints()
      WHERE database_oid = ? AND table_oid = ? ORDER BY constraint_index
      """;

  private static final String INDEXES =
      """
      SELECT index_name AS name, is_unique AS unique, comment, sql
      FROM duckdb_indexes()
      WHERE database_oid = ? AND table_oid = ? ORDER BY index_name
      """;

  /// Block -1 is none: what is constant needs no block.
  private static final String STORAGE =
      """
      WITH segments AS (FROM pragma_storage_info(?)),
      used AS (
        SELECT column_id, count(DISTINCT block) AS blocks
        FROM (SELECT column_id, unnest(list_append(additional_block_ids, block_id)) AS block FROM segments)
        WHERE block >= 0 GROUP BY column_id
      )
      SELECT column_name AS column, count(DISTINCT row_group_id) AS row_groups, count(*) AS segments,
        count(*) FILTER (persistent) AS persistent_segments, histogram(compression) AS compression,
        CASE WHEN bool_or(persistent) THEN coalesce(any_value(blocks), 0) END AS blocks
      FROM segments LEFT JOIN used USING (column_id)
      GROUP BY column_id, column_name ORDER BY column_id
      """;

  private static final String DATABASE_STORAGE =
      """
      SELECT block_size, total_blocks, used_blocks, free_blocks, wal_size
      FROM pragma_database_size() WHERE database_name = ? AND block_size > 0
      """;

  private final Source source;
  private final KeepingSource keeping;

  private Catalog(Source source, KeepingSource keeping) {
    this.source = source;
    this.keeping = keeping;
  }

  /// The catalog of an engine, as [Engine#catalog()] gives it.
  public static Catalog of(Engine engine) {
    return new Catalog(engine::query, sql -> engine.hasCache() ? engine.sql(sql).cached().run() : engine.query(sql));
  }

  /// The catalog of a session, as [Session#catalog()] gives it.
  public static Catalog of(Session session) {
    return new Catalog(session::query, session::query);
  }

  /// The databases that are attached, by name.
  public List<DatabaseInfo> databases() {
    return source.query(DATABASES).as(DatabaseInfo.class);
  }

  /// The schemas of all databases, by name.
  public List<SchemaInfo> schemas() {
    return source.query(SCHEMAS_OF_DATABASES).as(SchemaInfo.class);
  }

  /// The tables of all schemas, by name; of a session also its temporary ones.
  public List<TableInfo> tables() {
    return source.query(TABLES).as(TableInfo.class);
  }

  /// The views of all schemas, by name; of a session also its temporary ones.
  public List<ViewInfo> views() {
    return source.query(VIEWS).as(ViewInfo.class);
  }

  /// The types that `CREATE TYPE` has made in all schemas, by name; of a session also its temporary ones.
  public List<TypeInfo> types() {
    return source.query(TYPES).as(TypeInfo.class);
  }

  /// The full name of the table or view that is meant by a name alone: one in the current database and schema, or
  /// before that a temporary one.
  ///
  /// @param name the name as plain text, not as SQL; nothing in it is quoted
  /// @throws CatalogException if there is none
  public TableName resolve(String name) {
    Objects.requireNonNull(name, "name");
    Place current =
        source.query("SELECT current_database() AS database, current_schema() AS schema").as(Place.class).getFirst();
    List<Relation> relations = relations();
    TableName temporary = new TableName("temp", "main", name);
    TableName permanent = new TableName(current.database(), current.schema(), name);
    return find(relations, temporary)
        .or(() -> find(relations, permanent))
        .map(Relation::name)
        .orElseThrow(() -> missing(permanent, relations));
  }

  /// A table.
  ///
  /// @throws CatalogException if there is no table of this name
  public TableInfo table(TableName name) {
    Relation relation = relation(name);
    if (relation.view()) {
      throw error("'" + relation.name() + "' is a view, not a table", "views() tells of it");
    }
    // It may have been dropped since.
    return tables().stream()
        .filter(table -> table.name().equals(relation.name()))
        .findFirst()
        .orElseThrow(() -> missing(name, relations()));
  }

  /// The columns of a table or view, in their order.
  ///
  /// @throws CatalogException if there is no table or view of this name
  public List<ColumnInfo> columns(TableName name) {
    return of(relation(name), COLUMNS, ColumnInfo.class);
  }

  /// The constraints of a table, in the order in which DuckDB keeps them; none of a view.
  ///
  /// @throws CatalogException if there is no table or view of this name
  public List<ConstraintInfo> constraints(TableName name) {
    return of(relation(name), CONSTRAINTS, ConstraintInfo.class);
  }

  /// The indexes of a table, by name; none of a view.
  ///
  /// @throws CatalogException if there is no table or view of this name
  public List<IndexInfo> indexes(TableName name) {
    return of(relation(name), INDEXES, IndexInfo.class);
  }

  /// Counts the rows of a table or view. Of a view this runs its query; of a table it takes little time, for DuckDB
  /// knows how many rows a row group has. An engine with a cache keeps the number until one of them has changed.
  ///
  /// @throws CatalogException if there is no table or view of this name
  public long countRows(TableName name) {
    return keeping.query("SELECT count(*) AS n FROM " + relation(name).name().sql()).as(Count.class).getFirst().n();
  }

  /// How the columns of a table are stored, in their order. Generated columns are not stored, nor is anything of a
  /// table that has never had a row.
  ///
  /// @throws CatalogException if there is no table of this name
  public List<ColumnStorage> storage(TableName name) {
    return source.query(STORAGE, relation(name).name().sql()).as(ColumnStorage.class);
  }

  /// How much of a database's file is in use.
  ///
  /// @param database the name of the database
  /// @return the numbers, or nothing for a database that DuckDB keeps in memory or that is none of its own kind
  /// @throws CatalogException if there is no database of this name
  public Optional<DatabaseStorage> storage(String database) {
    List<String> names = databases().stream().map(DatabaseInfo::name).toList();
    // Names of databases differ by more than case.
    String found =
        names.stream()
            .filter(database::equalsIgnoreCase)
            .findFirst()
            .orElseThrow(
                () -> error("there is no database '" + database + "'", NearNames.hint(database, names, "databases")));
    return source.query(DATABASE_STORAGE, found).as(DatabaseStorage.class).stream().findFirst();
  }

  private <T extends Record> List<T> of(Relation relation, String sql, Class<T> type) {
    return source.query(sql, relation.databaseId(), relation.id()).as(type);
  }

  private List<Relation> relations() {
    return source.query(RELATIONS).as(Relation.class);
  }

  private Relation relation(TableName name) {
    List<Relation> relations = relations();
    return find(relations, name).orElseThrow(() -> missing(name, relations));
  }

  private static Optional<Relation> find(List<Relation> relations, TableName wanted) {
    TableName folded = folded(wanted);
    return relations.stream()
        .filter(relation -> relation.name().equals(wanted))
        .findFirst()
        .or(() -> relations.stream().filter(relation -> folded(relation.name()).equals(folded)).findFirst());
  }

  private static TableName folded(TableName name) {
    return new TableName(
        folded(name.database()), name.schemaPath().stream().map(Catalog::folded).toList(), folded(name.name()));
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static CatalogException missing(TableName name, List<Relation> relations) {
    List<String> sameName =
        relations.stream()
            .map(Relation::name)
            .filter(other -> other.name().equalsIgnoreCase(name.name()))
            .map(TableName::toString)
            .toList();
    List<String> names = relations.stream().map(relation -> relation.name().name()).distinct().toList();
    String hint =
        sameName.isEmpty()
            ? NearNames.hint(name.name(), names, "tables and views")
            : "there is " + String.join(" and ", sameName);
    return error("there is no table or view '" + name + "'", hint);
  }

  private static CatalogException error(String message, String hint) {
    return new CatalogException(Details.of(ErrorCode.CATALOG, message, hint));
  }
}
