--- unsafe: Python
CREATE EXTENSION plpython3u;
--- unsafe: Perl without its fence
CREATE EXTENSION IF NOT EXISTS plperlu;
--- unsafe: files of the server
CREATE EXTENSION file_fdw;
--- safe: trusted Perl
CREATE EXTENSION plperl;
--- safe: functions and types
CREATE EXTENSION IF NOT EXISTS pgcrypto;
--- safe: an index method
CREATE EXTENSION pg_trgm;
