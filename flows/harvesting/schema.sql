-- The record of a keep: what was asked for, how it ended, which originals there are and where they were seen.
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT
);
-- One visit of a site; the row is finished last of all, and is the watermark.
CREATE TABLE IF NOT EXISTS visits (
    run INTEGER NOT NULL,
    site TEXT NOT NULL,
    finished TEXT NOT NULL,
    state TEXT NOT NULL,
    listed INTEGER NOT NULL,
    notes TEXT NOT NULL,
    PRIMARY KEY (run, site)
);
-- Every address ever asked for, as it was when last asked; body is that of a page.
CREATE TABLE IF NOT EXISTS addresses (
    key TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    role TEXT NOT NULL,
    run INTEGER NOT NULL,
    checked TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    content_type TEXT,
    sha256 TEXT,
    digest TEXT,
    moved_to TEXT,
    body BLOB
);
CREATE TABLE IF NOT EXISTS originals (
    sha256 TEXT PRIMARY KEY,
    suffix TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    handed TEXT
);
CREATE TABLE IF NOT EXISTS versions (
    url TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    replaces TEXT,
    seen TEXT NOT NULL,
    site TEXT NOT NULL,
    PRIMARY KEY (url, seen)
);
CREATE TABLE IF NOT EXISTS sightings (
    sha256 TEXT NOT NULL,
    url TEXT NOT NULL,
    found_on TEXT NOT NULL,
    site TEXT NOT NULL,
    organisation TEXT,
    division TEXT,
    title TEXT NOT NULL,
    link_text TEXT NOT NULL,
    file_name TEXT NOT NULL,
    published_on TEXT,
    headers TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    PRIMARY KEY (sha256, url, found_on)
);
CREATE TABLE IF NOT EXISTS ends (
    run INTEGER NOT NULL,
    site TEXT NOT NULL,
    key TEXT NOT NULL,
    role TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    advice TEXT NOT NULL,
    PRIMARY KEY (run, site, key)
);
CREATE INDEX IF NOT EXISTS addresses_of_site ON addresses (site, role);
CREATE INDEX IF NOT EXISTS sightings_of_address ON sightings (url);
