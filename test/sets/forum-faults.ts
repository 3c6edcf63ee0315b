import type { Fault } from './step.ts';

export const FORUM_FAULTS: readonly Fault[] = [
  {
    kind: 'forgotten index',
    title: 'directory from this year on',
    find: '-- CREATE INDEX IF NOT EXISTS directory_last ON directory (last_post);\n',
    put: '',
    finds: 'rollback: removed index public.directory_last',
  },
  {
    kind: 'lost comment',
    title: 'nobody counts visits',
    find: "\n-- COMMENT ON COLUMN users.views IS 'Visits of the profile';",
    put: '',
    finds: 'rollback: changed column public.users.views: comment',
  },
  {
    kind: 'another default',
    title: 'default of badges icon',
    find: "'fa-certificate'",
    put: "'fa-certificat'",
    finds: 'rollback: changed column public.badges.icon: default',
  },
  {
    kind: 'state of a trigger',
    title: 'index after a change of the text',
    find: '\n-- ALTER TABLE posts DISABLE TRIGGER index_post;',
    put: '',
    finds: 'rollback: changed trigger index_post on public.posts: enabled',
  },
  {
    kind: 'storage of a column',
    title: 'posts are long',
    find: 'raw SET STORAGE EXTENDED',
    put: 'raw SET STORAGE MAIN',
    finds: 'rollback: changed column public.posts.raw: storage',
  },
  {
    kind: 'left enum label',
    title: 'label ignored of review_state',
    find: "AS ENUM ('pending', 'approved')",
    put: "AS ENUM ('pending', 'approved', 'ignored')",
    finds: 'rollback: changed enum public.review_state: labels',
  },
  {
    kind: 'refused second run',
    title: 'add locale to posts',
    find: 'ADD COLUMN IF NOT EXISTS locale',
    put: 'ADD COLUMN locale',
    finds: 'rerun: column "locale" of relation "posts" already exists',
  },
  {
    kind: 'second run adds rows',
    title: 'setting digest_days',
    find: ' ON CONFLICT (name) DO NOTHING',
    put: ' ON CONFLICT (name) DO UPDATE SET data_type = site_settings.data_type + 1',
    finds: 'rerun: rows of public.site_settings',
  },
  {
    kind: 'vacuous verify',
    title: 'setting allow_uploads',
    find: "NULL FROM site_settings WHERE name = 'allow_uploads'",
    put: "NULL FROM site_settings WHERE name = 'title'",
    finds: 'verify: vacuous',
  },
  {
    kind: 'stale complete: row',
    find: "'A new forum'",
    put: "'A forum'",
    finds: 'init-complete: rows of public.site_settings',
  },
];
