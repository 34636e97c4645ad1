-- Corrections made in review, performance tables, and the mapping of function classes to COFOG.
-- Version 1 had a table of indicators that nothing filled.
ALTER TABLE documents ADD COLUMN corrected BIGINT;
DROP TABLE indicators;
CREATE TABLE performances (
    document_key TEXT NOT NULL,
    table_id TEXT NOT NULL,
    performance_number BIGINT NOT NULL,
    project TEXT,
    department TEXT,
    objective TEXT,
    unit TEXT,
    initial_budget NUMERIC(24, 6),
    budget NUMERIC(24, 6),
    executed NUMERIC(24, 6),
    executed_yuan NUMERIC(24, 6),
    rate_pct NUMERIC(24, 6),
    total_score NUMERIC(24, 6)
);
CREATE TABLE indicators (
    document_key TEXT NOT NULL,
    table_id TEXT NOT NULL,
    performance_number BIGINT NOT NULL,
    indicator_number BIGINT NOT NULL,
    project TEXT,
    level1 TEXT,
    level2 TEXT,
    name TEXT,
    comparator TEXT,
    target TEXT,
    target_value NUMERIC(24, 6),
    unit TEXT,
    actual TEXT,
    actual_value NUMERIC(24, 6),
    weight NUMERIC(24, 6),
    score NUMERIC(24, 6),
    reason TEXT,
    page BIGINT
);
CREATE TABLE corrections (
    document_key TEXT NOT NULL,
    correction_number BIGINT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    read_as TEXT NOT NULL,
    was TEXT,
    corrected_to TEXT,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    why TEXT,
    applied BOOLEAN NOT NULL
);
CREATE TABLE cofog (
    class_code TEXT NOT NULL,
    class_name TEXT,
    cofog_division TEXT,
    cofog_name TEXT,
    certainty TEXT NOT NULL,
    authority TEXT NOT NULL,
    note TEXT
);
