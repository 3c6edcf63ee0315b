/**
 * A forum: many small files, each of which may run twice (the configuration is strict), everything in `public`, settings and
 * badges as rows, counters that are filled behind the column, old columns kept from being written until they are dropped.
 */
import * as make from './blocks.ts';
import { FORUM_FAULTS } from './forum-faults.ts';
import type { MigrationSet, Step } from './step.ts';
import { snake } from './step.ts';

/** Name, and its own columns. */
const TABLES: readonly (readonly [string, string])[] = [
  [
    'users',
    'username varchar(60) NOT NULL\nname varchar\nadmin boolean NOT NULL DEFAULT false\ntrust_level integer NOT NULL DEFAULT 0',
  ],
  ['categories', "name varchar(50) NOT NULL\ncolor varchar(6) NOT NULL DEFAULT '0088CC'\nposition integer"],
  [
    'topics',
    'title varchar NOT NULL\nuser_id bigint REFERENCES users\ncategory_id bigint REFERENCES categories\nclosed boolean NOT NULL DEFAULT false\nfancy_title varchar',
  ],
  [
    'posts',
    'topic_id bigint NOT NULL REFERENCES topics\nuser_id bigint REFERENCES users\nraw text NOT NULL\ncooked text NOT NULL\npost_number integer NOT NULL DEFAULT 1\nreply_to bigint',
  ],
  ['tags', 'name varchar(30) NOT NULL\nsynonym_of bigint REFERENCES tags'],
  ['topic_tags', 'topic_id bigint NOT NULL REFERENCES topics\ntag_id bigint NOT NULL REFERENCES tags'],
  ['badges', "name varchar NOT NULL UNIQUE\nquery text\nicon varchar DEFAULT 'fa-certificate'"],
  [
    'user_badges',
    'user_id bigint NOT NULL REFERENCES users\nbadge_id bigint NOT NULL REFERENCES badges\ngranted_by bigint',
  ],
  [
    'notifications',
    "user_id bigint NOT NULL REFERENCES users\nkind integer NOT NULL\ndata varchar(1000) NOT NULL DEFAULT '{}'\nread boolean NOT NULL DEFAULT false",
  ],
  [
    'bookmarks',
    'user_id bigint NOT NULL REFERENCES users\npost_id bigint NOT NULL REFERENCES posts\nname varchar(100)\nremind_at timestamp',
  ],
  ['likes', 'user_id bigint NOT NULL REFERENCES users\npost_id bigint NOT NULL REFERENCES posts'],
  [
    'flags',
    'post_id bigint NOT NULL REFERENCES posts\nuser_id bigint NOT NULL REFERENCES users\nreason integer NOT NULL\nresolved boolean',
  ],
  [
    'drafts',
    'user_id bigint NOT NULL REFERENCES users\ndraft_key varchar NOT NULL\ndata text NOT NULL\nsequence integer NOT NULL DEFAULT 0',
  ],
  [
    'uploads',
    'user_id bigint REFERENCES users\nfilename varchar NOT NULL\nfilesize integer NOT NULL\nurl varchar NOT NULL',
  ],
  [
    'messages',
    'topic_id bigint NOT NULL REFERENCES topics\nuser_id bigint NOT NULL REFERENCES users\narchived boolean NOT NULL DEFAULT false',
  ],
  ['polls', "post_id bigint NOT NULL REFERENCES posts\nname varchar NOT NULL DEFAULT 'poll'\nclose_at timestamp"],
  [
    'poll_votes',
    'poll_id bigint NOT NULL REFERENCES polls\nuser_id bigint NOT NULL REFERENCES users\nchoice varchar NOT NULL',
  ],
  ['invites', 'email varchar\ninvited_by bigint NOT NULL REFERENCES users\nredeemed boolean NOT NULL DEFAULT false'],
  ['site_settings', 'name varchar NOT NULL UNIQUE\nvalue text\ndata_type integer NOT NULL DEFAULT 1'],
  ['user_options', 'user_id bigint NOT NULL REFERENCES users\nmailing boolean NOT NULL DEFAULT true\ntheme varchar'],
  ['search_data', 'post_id bigint NOT NULL REFERENCES posts\nsearch tsvector'],
  ['web_hooks', "url varchar NOT NULL\nactive boolean NOT NULL DEFAULT false\nsecret varchar DEFAULT ''"],
];

/** A column that counts rows of another table: where, name, what, by. */
const COUNTERS = make.rows(`
  topics     | posts_count   | posts      | topic_id
  users      | posts_made    | posts      | user_id
  posts      | like_count    | likes      | post_id
  users      | likes_given   | likes      | user_id
  categories | topic_count   | topics     | category_id
  tags       | topic_count   | topic_tags | tag_id
  badges     | grant_count   | user_badges| badge_id
  posts      | flag_count    | flags      | post_id
  posts      | bookmarked    | bookmarks  | post_id
  polls      | voters        | poll_votes | poll_id`);

const INDEXES = make.rows(`
  users_username        | users (lower(username))            | unique
  topics_by_category    | topics (category_id, created_at DESC)
  topics_closed         | topics (id) WHERE closed
  posts_by_topic        | posts (topic_id, post_number)      | unique
  posts_replies         | posts (reply_to) WHERE reply_to IS NOT NULL
  tags_name             | tags (lower(name))                 | unique
  topic_tags_both       | topic_tags (topic_id, tag_id)      | unique
  user_badges_both      | user_badges (user_id, badge_id)
  notifications_unread  | notifications (user_id, id) WHERE NOT read
  bookmarks_due         | bookmarks (remind_at)
  likes_both            | likes (user_id, post_id)           | unique
  flags_open            | flags (post_id) WHERE resolved IS NULL
  drafts_key            | drafts (user_id, draft_key)        | unique
  uploads_url           | uploads (url)
  search_words          | search_data USING gin (search)
  poll_votes_once       | poll_votes (poll_id, user_id, choice) | unique`);

const SETTINGS = make.rows(`
  title                 | A new forum   | what visitors read first
  min_post_length       | 20            | short answers are rarely good ones
  max_tags_per_topic    | 5             | tags that nobody reads
  allow_uploads         | true          | pictures
  login_required        | false         | private forums
  edit_history_visible  | true          | nothing to hide
  digest_days           | 7             | mails to those who stay away
  notify_moderators     | true          | flags that nobody saw`);

const COLUMNS = make.rows(`
  users         | views          | integer NOT NULL DEFAULT 0
  users         | title          | varchar
  users         | suspended_till | timestamp
  users         | silenced_till  | timestamp
  topics        | pinned_at      | timestamp
  topics        | views          | integer NOT NULL DEFAULT 0
  topics        | archetype      | varchar NOT NULL DEFAULT 'regular'
  topics        | slug           | varchar
  posts         | version        | integer NOT NULL DEFAULT 1
  posts         | edit_reason    | varchar
  posts         | hidden         | boolean NOT NULL DEFAULT false
  posts         | locale         | varchar(10)
  categories    | parent_id      | bigint REFERENCES categories
  categories    | read_restricted| boolean NOT NULL DEFAULT false
  categories    | description    | text
  tags          | description    | varchar(500)
  badges        | multiple       | boolean NOT NULL DEFAULT false
  badges        | enabled        | boolean NOT NULL DEFAULT true
  notifications | high_priority  | boolean NOT NULL DEFAULT false
  bookmarks     | pinned         | boolean DEFAULT false
  uploads       | sha1           | varchar(40)
  uploads       | secure         | boolean NOT NULL DEFAULT false
  polls         | results        | integer NOT NULL DEFAULT 0
  invites       | expires_at     | timestamp
  user_options  | dark           | boolean NOT NULL DEFAULT false
  web_hooks     | last_status    | integer NOT NULL DEFAULT 1`);

const create = ([name, columns]: readonly [string, string]) =>
  make.table(
    name,
    `id bigserial NOT NULL PRIMARY KEY\n${columns}\ncreated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP`,
  );

function* counter([of = '', name = '', what = '', by = '']: string[]): Iterable<Step> {
  yield make.column(of, name, 'integer NOT NULL DEFAULT 0');
  yield make.step(
    `fill ${name} of ${of}`,
    `UPDATE ${of} SET ${name} = x.n
FROM (SELECT ${by} AS id, count(*) AS n FROM ${what} GROUP BY ${by}) AS x
WHERE x.id = ${of}.id AND ${of}.${name} <> x.n;`,
    `UPDATE ${of} SET ${name} = 0;`,
  );
}

const setting = ([name = '', value = '', why = '']: string[]) =>
  make.step(
    `setting ${name}`,
    `-- For ${why}.\nINSERT INTO site_settings (name, value) VALUES ('${name}', ${make.quoted(value)}) ON CONFLICT (name) DO NOTHING;`,
    `DELETE FROM site_settings WHERE name = '${name}';`,
    { verify: `SELECT value IS NOT NULL FROM site_settings WHERE name = '${name}';` },
  );

/** Both columns at once for as long as two versions of the application run: the old one may be read, and not written. */
function* moved(of: string, from: string, to: string, type: string): Iterable<Step> {
  const readonly = `${of}_${from}_readonly`;
  yield make.column(of, to, type);
  yield make.step(
    `copy ${from} of ${of} to ${to}`,
    `UPDATE ${of} SET ${to} = ${from} WHERE ${to} IS DISTINCT FROM ${from};`,
    `UPDATE ${of} SET ${from} = ${to};`,
  );
  const guard = make.step(
    `nobody writes ${from} of ${of}`,
    `CREATE FUNCTION raise_${readonly}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'forum: ${from} in ${of} is readonly';
END $$;
CREATE TRIGGER ${readonly} BEFORE INSERT OR UPDATE OF ${from} ON ${of}
  FOR EACH ROW WHEN (NEW.${from} IS NOT NULL) EXECUTE FUNCTION raise_${readonly}();`,
    `DROP TRIGGER ${readonly} ON ${of};\nDROP FUNCTION raise_${readonly}();`,
  );
  yield guard;
  yield make.dropped(guard, `${from} of ${of} may go`);
  yield make.step(
    `drop ${from} of ${of}`,
    `ALTER TABLE ${of} DROP COLUMN ${from};`,
    `ALTER TABLE ${of} ADD COLUMN ${from} ${type};`,
  );
}

const renamed = (of: string, from: string, to: string) => {
  const way = (a: string, b: string) => `DO $$
BEGIN
  IF EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '${of}' AND column_name = '${a}') THEN
    ALTER TABLE ${of} RENAME COLUMN ${a} TO ${b};
  END IF;
END $$;`;
  return make.step(`rename ${from} of ${of} to ${to}`, way(from, to), way(to, from));
};

const SEARCH = (weights: string) => `CREATE OR REPLACE FUNCTION index_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM search_data WHERE post_id = NEW.id;
  INSERT INTO search_data (post_id, search) VALUES (NEW.id, ${weights});
  RETURN NEW;
END $$;`;
const PLAIN = "to_tsvector('pg_catalog.simple', NEW.raw)";
const WEIGHTED = "setweight(to_tsvector('pg_catalog.english', NEW.raw), 'B')";

const DIRECTORY = (period: string) => `CREATE MATERIALIZED VIEW IF NOT EXISTS directory AS
  SELECT u.id AS user_id, count(p.id) AS posts, max(p.created_at) AS last_post
  FROM users AS u LEFT JOIN posts AS p ON p.user_id = u.id AND p.created_at > '${period}'::timestamp
  GROUP BY u.id;
CREATE UNIQUE INDEX IF NOT EXISTS directory_user ON directory (user_id);
CREATE INDEX IF NOT EXISTS directory_posts ON directory (posts DESC NULLS LAST);`;
const NO_DIRECTORY = 'DROP MATERIALIZED VIEW directory;';

function* steps(): Iterable<Step> {
  for (const one of TABLES) yield create(one);
  for (const [name = '', on = '', unique] of INDEXES) yield make.index(name, on, { unique: unique === 'unique' });
  for (const one of SETTINGS) yield setting(one);
  for (const one of COUNTERS) yield* counter(one);
  for (const [of = '', name = '', type = ''] of COLUMNS) yield make.column(of, name, type);
  yield* search();
  yield* directory();
  yield* moved('topics', 'fancy_title', 'display_title', 'varchar');
  yield* moved('bookmarks', 'name', 'note', 'varchar(100)');
  yield* moved('users', 'name', 'full_name', 'varchar');
  yield renamed('polls', 'close_at', 'closes_at');
  yield renamed('invites', 'redeemed', 'was_redeemed');
  yield* optional();
  yield* tidy();
}

function* search(): Iterable<Step> {
  yield make.step('function index_post', SEARCH(PLAIN), 'DROP FUNCTION index_post();');
  yield make.step(
    'posts are indexed',
    'CREATE TRIGGER index_post AFTER INSERT OR UPDATE OF raw ON posts FOR EACH ROW EXECUTE FUNCTION index_post();',
    'DROP TRIGGER index_post ON posts;',
  );
  yield make.replaced('search knows English', SEARCH(PLAIN), SEARCH(WEIGHTED));
  yield make.step(
    'no index while posts are imported',
    'ALTER TABLE posts DISABLE TRIGGER index_post;',
    'ALTER TABLE posts ENABLE TRIGGER index_post;',
  );
  yield make.step(
    'index after a change of the text',
    `CREATE TRIGGER index_post AFTER INSERT OR UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION index_post();\nALTER TABLE posts DISABLE TRIGGER index_post;`,
    `CREATE TRIGGER index_post AFTER INSERT OR UPDATE OF raw ON posts FOR EACH ROW EXECUTE FUNCTION index_post();\nALTER TABLE posts DISABLE TRIGGER index_post;`,
  );
  yield make.step(
    'index posts again',
    'ALTER TABLE posts ENABLE TRIGGER index_post;',
    'ALTER TABLE posts DISABLE TRIGGER index_post;',
  );
}

function* directory(): Iterable<Step> {
  yield make.step('materialized view directory', DIRECTORY('2020-01-01'), NO_DIRECTORY);
  yield make.replaced(
    'directory from another year on',
    `${NO_DIRECTORY}\n${DIRECTORY('2020-01-01')}`,
    `${NO_DIRECTORY}\n${DIRECTORY('2022-01-01')}`,
  );
  yield make.index('directory_last', 'directory (last_post)');
  yield make.step(
    'comment on directory',
    "COMMENT ON MATERIALIZED VIEW directory IS 'Who writes most; refreshed every hour';",
    'COMMENT ON MATERIALIZED VIEW directory IS NULL;',
  );
  yield make.step(
    'directory from this year on',
    `${NO_DIRECTORY}\n${DIRECTORY('2024-01-01')}`,
    `${NO_DIRECTORY}\n${DIRECTORY('2022-01-01')}
CREATE INDEX directory_last ON directory (last_post);
COMMENT ON MATERIALIZED VIEW directory IS 'Who writes most; refreshed every hour';`,
  );
}

/** What not every server offers. */
function* optional(): Iterable<Step> {
  yield make.extension('pg_trgm');
  for (const [name, on] of [
    ['users_similar', 'users USING gin (username gin_trgm_ops)'],
    ['tags_similar', 'tags USING gist (name gist_trgm_ops)'],
  ] as const)
    yield make.index(name, on, { depends: ['extension pg_trgm', `create ${on.split(' ')[0]}`] });
  yield make.extension('unaccent');
  yield make.step(
    'function fold',
    `CREATE OR REPLACE FUNCTION fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN lower(public.unaccent('public.unaccent'::regdictionary, $1));`,
    'DROP FUNCTION fold(text);',
    { depends: ['extension unaccent'] },
  );
  yield make.index('categories_folded', 'categories (fold(name))', { depends: ['function fold', 'create categories'] });
  yield make.extension('hstore');
  yield make.column('user_options', 'custom', "hstore NOT NULL DEFAULT ''", {
    depends: ['extension hstore', 'create user_options'],
  });
  yield make.step(
    'custom options become json',
    `ALTER TABLE user_options ADD COLUMN custom_json jsonb NOT NULL DEFAULT '{}';
UPDATE user_options SET custom_json = hstore_to_jsonb(custom) WHERE custom_json = '{}' AND custom <> '';`,
    'ALTER TABLE user_options DROP COLUMN custom_json;',
    { depends: ['add custom to user_options'] },
  );
}

function* tidy(): Iterable<Step> {
  yield make.check('users', 'users_trust', 'trust_level BETWEEN 0 AND 4');
  yield make.check('uploads', 'uploads_size', 'filesize >= 0');
  yield make.check('topics', 'topics_archetype', "archetype IN ('regular', 'banner', 'private_message')");
  yield make.defaulted('categories', 'color', "'0088CC'", "'25AAE2'");
  yield make.defaulted('badges', 'icon', "'fa-certificate'", "'certificate'");
  yield make.step(
    'notifications hold more',
    'ALTER TABLE notifications ALTER COLUMN data TYPE text;',
    'ALTER TABLE notifications ALTER COLUMN data TYPE varchar(1000);',
  );
  yield make.step(
    'posts are long',
    'ALTER TABLE posts ALTER COLUMN raw SET STORAGE EXTERNAL, ALTER COLUMN user_id SET STATISTICS 1000;',
    'ALTER TABLE posts ALTER COLUMN raw SET STORAGE EXTENDED, ALTER COLUMN user_id SET STATISTICS -1;',
  );
  for (const [name = '', on = ''] of INDEXES.filter(([one]) => ['bookmarks_due', 'topics_closed'].includes(one ?? '')))
    yield make.dropped(make.index(name, on));
  yield make.comment('COLUMN users.views', 'Visits of the profile');
  yield make.step(
    'nobody counts visits',
    'ALTER TABLE users DROP COLUMN views;',
    "ALTER TABLE users ADD COLUMN views integer NOT NULL DEFAULT 0;\nCOMMENT ON COLUMN users.views IS 'Visits of the profile';",
  );
  yield make.dropped(create(TABLES.find(([name]) => name === 'messages')!));
  yield make.step(
    'type of reviewables',
    "DO $$\nBEGIN\n  CREATE TYPE review_state AS ENUM ('pending', 'approved');\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND $$;",
    'DROP TYPE review_state;',
  );
  yield make.column('flags', 'state', "review_state DEFAULT 'pending'");
  yield make.label('review_state', ['pending', 'approved'], 'ignored', [
    { of: 'flags', name: 'state', value: 'pending' },
  ]);
  yield make.step(
    'badges that everybody knows',
    `INSERT INTO badges (name, icon) VALUES
  ('Basic', 'user'), ('Member', 'user'), ('Regular', 'user'), ('Leader', 'user'), ('Welcome', 'heart'), ('Editor', 'pen')
ON CONFLICT (name) DO NOTHING;`,
    "DELETE FROM badges WHERE name IN ('Basic', 'Member', 'Regular', 'Leader', 'Welcome', 'Editor');",
  );
}

export const forum: MigrationSet = {
  name: 'forum',
  roles: [],
  strict: true,
  steps: [...steps()].map(make.guarded),
  stem: (place, title) => `${String(place).padStart(4, '0')}-${snake(title).replaceAll('_', '-')}`,
  head: () => [],
  faults: FORUM_FAULTS,
  moving: ['drop fancy_title of topics', 'drop name of bookmarks', 'drop name of users', 'nobody counts visits'],
};
