"""The tables of the index file."""

VERSION = 2
"""Of the schema; an index of another version is built anew."""

SCHEMA = f"""
CREATE TABLE collection (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collection,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    digest BLOB NOT NULL,
    chars INTEGER NOT NULL,
    first INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    indexed_at REAL NOT NULL,
    UNIQUE (collection, path)
);
CREATE INDEX file_first ON file (collection, first, passages);
CREATE TABLE data_table (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file,
    collection INTEGER NOT NULL,
    name TEXT NOT NULL,
    copy TEXT NOT NULL,
    columns TEXT NOT NULL,
    rows INTEGER NOT NULL,
    sample TEXT NOT NULL,
    notes TEXT NOT NULL,
    UNIQUE (collection, name)
);
CREATE INDEX data_table_file ON data_table (file);
CREATE VIRTUAL TABLE passage USING fts5(
    heading, text, file UNINDEXED, start UNINDEXED, page UNINDEXED, line UNINDEXED, tokenize='porter unicode61'
);
CREATE VIRTUAL TABLE data_words USING fts5(name, columns, "values", tokenize='porter unicode61');
CREATE VIRTUAL TABLE data_value USING fts5(value, place UNINDEXED, tokenize='porter unicode61');
PRAGMA user_version = {VERSION};
"""

# What was added to the schema of this version: an index that was made without it gets it when it is next written.
ADDED = """
CREATE TABLE IF NOT EXISTS skipped (
    collection INTEGER NOT NULL REFERENCES collection,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    digest TEXT,
    reason TEXT NOT NULL,
    limits TEXT NOT NULL,
    PRIMARY KEY (collection, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unread (
    collection INTEGER NOT NULL REFERENCES collection,
    path TEXT NOT NULL,
    suffix TEXT NOT NULL,
    files INTEGER NOT NULL,
    PRIMARY KEY (collection, path, suffix)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vector (
    first INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file,
    model TEXT NOT NULL,
    numbers BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS vector_file ON vector (file, model);
"""

FILES = """
SELECT collection.name, file.path, file.name FROM file CROSS JOIN collection ON collection.id = file.collection
ORDER BY file.id """

# Words are stemmed by putting them through the same tokenizer in a table of this connection's own.
SCRATCH = """
PRAGMA query_only = 0;
PRAGMA temp_store = MEMORY;
CREATE VIRTUAL TABLE temp.scratch USING fts5(text, tokenize='porter unicode61');
CREATE VIRTUAL TABLE temp.scratch_words USING fts5vocab(temp, scratch, instance);
CREATE VIRTUAL TABLE temp.passage_words USING fts5vocab(main, passage, row);
"""
