--- unsafe: a database
DROP DATABASE shop_old;

--- unsafe: if it is there, with its sessions
DROP DATABASE IF EXISTS shop_old WITH (FORCE);

--- safe: a setting of a database
ALTER DATABASE shop SET default_statistics_target = 200;

--- safe: a remark
COMMENT ON DATABASE shop IS 'The shop';
