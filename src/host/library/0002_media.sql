-- How each file is coded, and what an analysis heard in it.

ALTER TABLE track ADD COLUMN source TEXT NOT NULL DEFAULT '{}';   -- `SourceMedia` as JSON
-- What was noted of the files before is not enough: the next scan reads each of them again.
UPDATE track SET mtime_ms = -1;

-- One row a track that was listened to; one of another mtime or size is of no more worth.
CREATE TABLE analysis (
    track         BLOB    NOT NULL PRIMARY KEY REFERENCES track (id) ON DELETE CASCADE,
    mtime_ms      INTEGER NOT NULL,
    size          INTEGER NOT NULL,
    loudness_cdb  INTEGER,                          -- integrated, LUFS * 100; NULL: silence, or it failed
    true_peak_cdb INTEGER,                          -- relative to full scale, dB * 100
    gated_ms      INTEGER NOT NULL,                 -- sound above the gate: a track's weight in its album
    waveform      BLOB,                             -- a byte for each equally long part, its loudest sample
    error         TEXT                              -- why it could not be heard, for people
) STRICT;
