-- Whose database this is: the public key by which hosts know their server. One row, from when that server first opened it.
CREATE TABLE server_identity (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    server_key BLOB NOT NULL CHECK (length(server_key) = 32)
) STRICT;
