//! What a statement may change, by the beginning of its text.
//!
//! Only forms that are certain are taken apart, word by word up to the name of what they change. Anything else counts as
//! a change of everything.

use dataprism_duckdb::{Modification, Result, Statement, StatementKind};

use crate::changes::counter_of;

/// What a statement may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing that a query of another session can see.
    Nothing,
    /// The rows of the tables that have this counter.
    Rows(u32),
    /// What the names mean that have this counter.
    Definition(u32),
    /// Anything.
    Everything,
    /// Anything, the transaction of the session included.
    Unknown,
}

/// What a statement makes, changes or removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ObjectKind {
    /// Nobody can tell, or it is none of the others.
    Other = 0,
    /// A table.
    Table = 1,
    /// A view.
    View = 2,
    /// An index.
    Index = 3,
    /// A schema.
    Schema = 4,
    /// A sequence.
    Sequence = 5,
    /// A macro, which SQL also calls a function.
    Macro = 6,
    /// A type.
    Type = 7,
}

/// The object that a statement makes, changes or removes, or whose rows it changes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) object: ObjectKind,
    /// As the statement has it, without quotes; none where it is not certain.
    pub(crate) name: Option<String>,
}

impl Target {
    /// The object of a statement, from its text; none where it has no object in the database, or one that is by its
    /// name or by how it is made a temporary one, which no other session sees.
    pub(crate) fn of(modification: Modification, text: &str) -> Option<Self> {
        let mut words = Words { rest: text };
        let unknown = Some(Self {
            object: ObjectKind::Table,
            name: None,
        });
        let first = words.word();
        // What begins with WITH names its object somewhere behind.
        if first.eq_ignore_ascii_case("WITH") {
            return unknown;
        }
        match modification {
            Modification::Insert => {
                if words.skip("OR") {
                    words.word();
                }
                if words.skip("INTO") {
                    words.table()
                } else {
                    unknown
                }
            }
            Modification::Merge => {
                if words.skip("INTO") {
                    words.table()
                } else {
                    unknown
                }
            }
            Modification::Delete => {
                let _ = words.skip("FROM") || words.skip("TABLE");
                words.table()
            }
            Modification::Update => words.table(),
            Modification::Copy => {
                if words.rest.trim_start().starts_with('(') {
                    return None;
                }
                let target = words.table()?;
                if target.name.is_some() && words.skip("TO") {
                    return None;
                }
                Some(target)
            }
            Modification::Create | Modification::Alter | Modification::Drop => words.object(),
        }
    }
}

/// Words that make a SELECT write: those of a data-modifying WITH, and a function that runs a statement of any kind.
const WRITING: [&str; 5] = ["INSERT", "UPDATE", "DELETE", "MERGE", RUNS_ANYTHING];

const RUNS_ANYTHING: &str = "JSON_EXECUTE_SERIALIZED_SQL";

/// Words between CREATE and what is created.
const MODIFIERS: [&str; 9] = [
    "OR",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "LOCAL",
    "GLOBAL",
    "PERSISTENT",
    "UNLOGGED",
    "RECURSIVE",
];

/// What has a name that queries look up, and nothing else.
const NAMED: [&str; 6] = ["TABLE", "VIEW", "MACRO", "FUNCTION", "TYPE", "SEQUENCE"];

impl Change {
    /// What a statement may change.
    pub(crate) fn of(statement: &Statement) -> Result<Self> {
        let text = statement.text()?;
        let kind = statement.kind()?;
        Ok(if kind == StatementKind::Select {
            of_read(&text)
        } else {
            of_text(&text)
        })
    }
}

fn of_read(text: &str) -> Change {
    if contains_any(text, &WRITING) {
        Change::Everything
    } else {
        Change::Nothing
    }
}

fn of_text(text: &str) -> Change {
    let mut words = Words { rest: text };
    let first = words.word().to_ascii_uppercase();
    match first.as_str() {
        "INSERT" => {
            if words.skip("OR") {
                words.word();
            }
            words.rows_after("INTO")
        }
        "DELETE" => words.rows_after("FROM"),
        "MERGE" => words.rows_after("INTO"),
        "UPDATE" => words.rows(),
        "TRUNCATE" => {
            words.skip("TABLE");
            words.rows()
        }
        "COPY" => words.copied(text),
        "CREATE" => words.created(text),
        "DROP" => words.dropped(),
        "SET" | "RESET" => {
            if ["SESSION", "LOCAL", "VARIABLE"]
                .iter()
                .any(|scope| words.skip(scope))
            {
                Change::Nothing
            } else {
                Change::Everything
            }
        }
        "EXPLAIN" if !contains_any(text, &["ANALYZE", "ANALYSE"]) => Change::Nothing,
        // DuckDB makes several statements out of some that read, such as PIVOT.
        "FROM" | "PIVOT" | "PIVOT_LONGER" | "PIVOT_WIDER" | "SELECT" | "UNPIVOT" => of_read(text),
        // The transaction is noted apart from the changes in it.
        "ABORT" | "BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "START" => Change::Nothing,
        "ANALYZE" | "CHECKPOINT" | "DEALLOCATE" | "DESCRIBE" | "EXPORT" | "PREPARE" | "SHOW"
        | "SUMMARIZE" | "USE" | "VACUUM" => Change::Nothing,
        "ALTER" | "ATTACH" | "CALL" | "COMMENT" | "DETACH" | "INSTALL" | "LOAD" | "PRAGMA" | "WITH" => {
            Change::Everything
        }
        _ => Change::Unknown,
    }
}

/// Whether a text contains one of some words in any case, as a whole word.
fn contains_any(text: &str, words: &[&str]) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    text.as_bytes().split(|&byte| !is_part(byte)).any(|word| {
        words
            .iter()
            .any(|each| word.eq_ignore_ascii_case(each.as_bytes()))
    })
}

/// The part of a text that has not been read yet.
struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    /// Reads a word without quotes; gives an empty one, and reads nothing, where something else comes.
    fn word(&mut self) -> &'a str {
        let rest = self.rest.trim_start();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        // A letter that is not of ASCII would go on with the word.
        let goes_on = rest[end..].starts_with(|c: char| !c.is_ascii() || c == '$');
        if end == 0 || goes_on || rest.starts_with(|c: char| c.is_ascii_digit()) {
            return "";
        }
        self.rest = &rest[end..];
        &rest[..end]
    }

    /// Reads a certain word, if it comes next.
    fn skip(&mut self, word: &str) -> bool {
        let before = self.rest;
        if self.word().eq_ignore_ascii_case(word) {
            return true;
        }
        self.rest = before;
        false
    }

    /// Reads a name, and gives its last part; none where it is not certain that it is one.
    fn name(&mut self) -> Option<String> {
        loop {
            let part = self.name_part()?;
            self.rest = self.rest.trim_start();
            match self.rest.strip_prefix('.') {
                Some(rest) => self.rest = rest,
                None => return Some(part),
            }
        }
    }

    /// Reads a name with all of its parts; none where it is not certain that it is one.
    fn certain_name(&mut self) -> Option<String> {
        let mut name = self.name_part()?;
        if name.eq_ignore_ascii_case("or") || name.eq_ignore_ascii_case("only") {
            return None;
        }
        loop {
            self.rest = self.rest.trim_start();
            let Some(rest) = self.rest.strip_prefix('.') else {
                break;
            };
            self.rest = rest;
            name.push('.');
            name.push_str(&self.name_part()?);
        }
        self.is_at_end_of_name().then_some(name)
    }

    /// Whether a name comes next that is one of the database of temporary objects.
    fn is_name_of_temporary(&self) -> bool {
        let mut ahead = Words { rest: self.rest };
        let first = ahead.name_part();
        first.is_some_and(|part| part.eq_ignore_ascii_case("temp"))
            && ahead.rest.trim_start().starts_with('.')
    }

    /// Reads the name of a table; none where the table is a temporary one.
    fn table(&mut self) -> Option<Target> {
        (!self.is_name_of_temporary()).then(|| Target {
            object: ObjectKind::Table,
            name: self.certain_name(),
        })
    }

    /// Reads the kind and the name of what is made, changed or removed; none where that is temporary.
    fn object(&mut self) -> Option<Target> {
        while let Some(modifier) = MODIFIERS.iter().find(|modifier| self.skip(modifier)) {
            if modifier.starts_with("TEMP") {
                return None;
            }
        }
        self.skip("UNIQUE");
        let kinds = [
            ("TABLE", ObjectKind::Table),
            ("VIEW", ObjectKind::View),
            ("INDEX", ObjectKind::Index),
            ("SCHEMA", ObjectKind::Schema),
            ("SEQUENCE", ObjectKind::Sequence),
            ("MACRO", ObjectKind::Macro),
            ("FUNCTION", ObjectKind::Macro),
            ("TYPE", ObjectKind::Type),
        ];
        let Some((_, object)) = kinds.into_iter().find(|(word, _)| self.skip(word)) else {
            return Some(Target {
                object: ObjectKind::Other,
                name: None,
            });
        };
        if object == ObjectKind::Macro {
            self.skip("TABLE");
        }
        if self.skip("IF") {
            self.skip("NOT");
            self.skip("EXISTS");
        }
        (!self.is_name_of_temporary()).then(|| Target {
            object,
            name: self.certain_name(),
        })
    }

    fn name_part(&mut self) -> Option<String> {
        let Some(mut quoted) = self.rest.trim_start().strip_prefix('"') else {
            let word = self.word();
            return (!word.is_empty()).then(|| word.to_owned());
        };
        let mut name = String::new();
        loop {
            let end = quoted.find('"')?;
            name.push_str(&quoted[..end]);
            quoted = &quoted[end + 1..];
            let Some(after) = quoted.strip_prefix('"') else {
                self.rest = quoted;
                return Some(name);
            };
            name.push('"');
            quoted = after;
        }
    }

    /// Reads the name of a table whose rows change.
    fn rows(&mut self) -> Change {
        match self.name() {
            // An UPDATE OR …, or an ONLY: the name is yet to come.
            Some(name) if name.eq_ignore_ascii_case("or") || name.eq_ignore_ascii_case("only") => {
                Change::Everything
            }
            Some(name) if self.is_at_end_of_name() => Change::Rows(counter_of(&name)),
            _ => Change::Everything,
        }
    }

    fn rows_after(&mut self, word: &str) -> Change {
        if self.skip(word) {
            self.rows()
        } else {
            Change::Everything
        }
    }

    fn copied(&mut self, text: &str) -> Change {
        if self.rest.trim_start().starts_with('(') {
            // The result of a query goes to a file.
            return of_read(text);
        }
        let table = self.rows();
        if table != Change::Everything && self.skip("TO") {
            return Change::Nothing;
        }
        // COPY FROM DATABASE changes another database as a whole.
        match table {
            Change::Rows(from) if from == counter_of("from") => Change::Everything,
            table => table,
        }
    }

    fn created(&mut self, text: &str) -> Change {
        // What runs any statement may hide in a view, where nobody would see that a query of it writes.
        if contains_any(text, &[RUNS_ANYTHING]) {
            return Change::Everything;
        }
        while MODIFIERS.iter().any(|modifier| self.skip(modifier)) {}
        if self.skip("UNIQUE") | self.skip("INDEX") {
            return Change::Nothing;
        }
        if !NAMED.iter().any(|kind| self.skip(kind)) {
            return Change::Everything;
        }
        if self.skip("IF") && !(self.skip("NOT") && self.skip("EXISTS")) {
            return Change::Everything;
        }
        match self.name() {
            Some(name) if self.is_at_end_of_name() => Change::Definition(counter_of(&name)),
            _ => Change::Everything,
        }
    }

    fn dropped(&mut self) -> Change {
        if self.skip("INDEX") {
            return Change::Nothing;
        }
        if !NAMED.iter().any(|kind| self.skip(kind)) {
            return Change::Everything;
        }
        self.skip("TABLE");
        if self.skip("IF") && !self.skip("EXISTS") {
            return Change::Everything;
        }
        let name = self.name();
        // Further names, or CASCADE.
        let is_last = self.rest.chars().all(|c| c.is_ascii_whitespace() || c == ';');
        match name {
            Some(name) if is_last => Change::Definition(counter_of(&name)),
            _ => Change::Everything,
        }
    }

    /// Whether what comes next cannot belong to a name, nor be a comment within one.
    fn is_at_end_of_name(&self) -> bool {
        self.rest
            .trim_start()
            .chars()
            .next()
            .is_none_or(|c| c.is_ascii_alphabetic() || matches!(c, '(' | ';' | '"' | '_'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(name: &str) -> Change {
        Change::Rows(counter_of(name))
    }

    fn definition(name: &str) -> Change {
        Change::Definition(counter_of(name))
    }

    #[test]
    fn a_write_changes_the_table_that_it_names() {
        for sql in [
            "INSERT INTO sales VALUES (1)",
            "insert or replace into main . sales by name select 1",
            "INSERT\nINTO\t\"SALES\"(a) SELECT 1",
            "UPDATE db.main.sales SET a = 1",
            "delete from Sales;",
            "DELETE FROM sales AS s USING x WHERE true",
            "TRUNCATE sales",
            "TRUNCATE TABLE sales",
            "MERGE INTO sales USING x ON true WHEN MATCHED THEN DELETE",
            "COPY sales FROM 'x.csv'",
            "COPY sales (a, b) FROM 'x.csv' (HEADER)",
        ] {
            assert_eq!(of_text(sql), rows("sales"), "{sql}");
        }
        assert_eq!(
            of_text("INSERT INTO \"a \"\"b\"\".c\" VALUES (1)"),
            rows("a \"b\".c")
        );
    }

    #[test]
    fn what_is_created_and_dropped_is_named() {
        for sql in [
            "CREATE TABLE sales (a INT)",
            "create or replace temp table if not exists main.sales as select 1",
            "CREATE VIEW Sales AS SELECT 1",
            "CREATE MACRO sales(a) AS a + 1",
            "CREATE TYPE sales AS ENUM ('a')",
            "DROP TABLE sales",
            "DROP VIEW IF EXISTS main.sales ;",
            "DROP MACRO TABLE sales",
        ] {
            assert_eq!(of_text(sql), definition("sales"), "{sql}");
        }
    }

    #[test]
    fn what_is_not_certain_changes_everything() {
        for sql in [
            "INSERT /* x */ INTO sales VALUES (1)",
            "INSERT INTO sales/**/.t VALUES (1)",
            "INSERT INTO säles VALUES (1)",
            "INSERT INTO sales$x VALUES (1)",
            "INSERT INTO \"sales",
            "UPDATE ONLY sales SET a = 1",
            "UPDATE OR IGNORE sales SET a = 1",
            "WITH x AS (SELECT 1) INSERT INTO sales FROM x",
            "COPY FROM DATABASE a TO b",
            "COPY (WITH i AS (INSERT INTO t VALUES (1) RETURNING x) FROM i) TO 'x.csv'",
            "CREATE SCHEMA s",
            "CREATE TRIGGER t AFTER INSERT ON x FOR EACH STATEMENT DELETE FROM y",
            "CREATE VIEW v AS FROM json_execute_serialized_sql('…')",
            "DROP TABLE a, b",
            "DROP SCHEMA s CASCADE",
            "DROP TABLE sales CASCADE",
            "ALTER TABLE sales RENAME TO x",
            "SET threads = 1",
            "SET GLOBAL threads = 1",
            "ATTACH 'x'",
            "PRAGMA threads = 1",
        ] {
            assert_eq!(of_text(sql), Change::Everything, "{sql}");
        }
        for sql in [
            "EXECUTE x",
            "EXPLAIN ANALYZE INSERT INTO t VALUES (1)",
            "EXPLAIN (analyze) BEGIN",
            "?",
        ] {
            assert_eq!(of_text(sql), Change::Unknown, "{sql}");
        }
    }

    #[test]
    fn a_target_is_named_as_the_statement_has_it() {
        use Modification::*;
        for (modification, sql, object, name) in [
            (
                Insert,
                "INSERT INTO sales VALUES (1)",
                ObjectKind::Table,
                Some("sales"),
            ),
            (
                Insert,
                "insert or ignore into main.\"My Sales\" select 1",
                ObjectKind::Table,
                Some("main.My Sales"),
            ),
            (
                Insert,
                "WITH x AS (SELECT 1) INSERT INTO t FROM x",
                ObjectKind::Table,
                None,
            ),
            (Update, "UPDATE t SET a = 1", ObjectKind::Table, Some("t")),
            (Delete, "DELETE FROM t;", ObjectKind::Table, Some("t")),
            (Delete, "TRUNCATE TABLE t", ObjectKind::Table, Some("t")),
            (Delete, "TRUNCATE t", ObjectKind::Table, Some("t")),
            (
                Merge,
                "MERGE INTO t USING x ON true WHEN MATCHED THEN DELETE",
                ObjectKind::Table,
                Some("t"),
            ),
            (Copy, "COPY t FROM 'x.csv'", ObjectKind::Table, Some("t")),
            (
                Create,
                "CREATE OR REPLACE TABLE a.b.t AS SELECT 1",
                ObjectKind::Table,
                Some("a.b.t"),
            ),
            (
                Create,
                "CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a)",
                ObjectKind::Index,
                Some("i"),
            ),
            (Create, "CREATE VIEW v AS SELECT 1", ObjectKind::View, Some("v")),
            (
                Create,
                "CREATE TRIGGER x AFTER INSERT ON t",
                ObjectKind::Other,
                None,
            ),
            (
                Alter,
                "ALTER TABLE IF EXISTS t RENAME TO u",
                ObjectKind::Table,
                Some("t"),
            ),
            (
                Drop,
                "DROP TABLE IF EXISTS t CASCADE",
                ObjectKind::Table,
                Some("t"),
            ),
            (Drop, "DROP MACRO TABLE m", ObjectKind::Macro, Some("m")),
            (Drop, "DROP SCHEMA säle", ObjectKind::Schema, None),
        ] {
            let target = Target::of(modification, sql);
            let name = name.map(str::to_owned);
            assert_eq!(target, Some(Target { object, name }), "{sql}");
        }
        for (modification, sql) in [
            (Copy, "COPY t TO 'x.csv'"),
            (Copy, "COPY (SELECT 1) TO 'x.csv'"),
            (Copy, "COPY temp.t FROM 'x.csv'"),
            (Create, "CREATE TEMP TABLE t (a INT)"),
            (Create, "create or replace temporary view v as select 1"),
            (Create, "CREATE TABLE temp.t (a INT)"),
            (Insert, "INSERT INTO \"temp\" . main.t VALUES (1)"),
            (Delete, "DELETE FROM TEMP.t"),
            (Drop, "DROP TABLE IF EXISTS temp.main.t"),
        ] {
            assert_eq!(Target::of(modification, sql), None, "{sql}");
        }
        for (name, sql) in [
            ("temp", "UPDATE temp SET a = 1"),
            ("temp.t", "UPDATE \"temp.t\" SET a = 1"),
        ] {
            let target = Target::of(Update, sql).unwrap();
            assert_eq!(target.name.as_deref(), Some(name), "{sql}");
        }
    }

    #[test]
    fn what_only_reads_changes_nothing() {
        for sql in [
            "COPY sales TO 'x.csv'",
            "COPY (SELECT 1) TO 'x.csv'",
            "BEGIN TRANSACTION",
            "EXPLAIN DELETE FROM t",
            "SET SESSION search_path = 'x'",
            "SET VARIABLE x = 1",
            "PIVOT t ON a USING sum(b)",
            "CREATE UNIQUE INDEX i ON t (a)",
            "PREPARE p AS INSERT INTO t VALUES (1)",
        ] {
            assert_eq!(of_text(sql), Change::Nothing, "{sql}");
        }
        assert_eq!(
            of_read("SELECT updated_at, deleted FROM inserts"),
            Change::Nothing
        );
        assert_eq!(
            of_read("WITH i AS (insert into t values (1) returning x) FROM i"),
            Change::Everything
        );
    }
}
