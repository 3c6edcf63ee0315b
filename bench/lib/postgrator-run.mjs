// postgrator is a library: the least program around it, as its documentation shows. Arguments: folder, connection URL.
import pg from 'pg';
import Postgrator from 'postgrator';

const [folder, connectionString] = process.argv.slice(2);
const client = new pg.Client({ connectionString });
await client.connect();
const postgrator = new Postgrator({
  migrationPattern: `${folder}/*`,
  driver: 'pg',
  database: client.database,
  schemaTable: 'schemaversion',
  execQuery: (sql) => client.query(sql),
  execSqlScript: (sql) => client.query(sql),
});
await postgrator.migrate();
await client.end();
