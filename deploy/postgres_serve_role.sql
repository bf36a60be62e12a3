-- Makes the role that `drawbridge serve` signs in as: it may use the tasks API's own tables, and see of Better
-- Auth's nothing but the UUIDs of the users. Run it as the owner of the tables, after `drawbridge migrate up`,
-- with psql; it may be run again.
--
--   psql "$DATABASE_URL" -f deploy/postgres_serve_role.sql
--   psql "$DATABASE_URL" -c '\password drawbridge_serve'
--
-- Another name: -v role=NAME. With DRAWBRIDGE_SESSIONS=database give -v sessions=on: then it may also read
-- sessions, and of users what tokens say of them.
--
-- Migrations are the owner's: this role can make, change and drop no table.
\set ON_ERROR_STOP on
\if :{?role}
\else
  \set role drawbridge_serve
\endif

BEGIN;

-- SET takes what is given to where the block can read it.
SELECT set_config('drawbridge.role', :'role', true) \g /dev/null
\if :{?sessions}
  SELECT set_config('drawbridge.sessions', :'sessions', true) \g /dev/null
\endif
DO $$
BEGIN
  IF to_regrole(quote_ident(current_setting('drawbridge.role'))) IS NULL THEN
    EXECUTE format('CREATE ROLE %I LOGIN', current_setting('drawbridge.role'));
  END IF;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), current_setting('drawbridge.role'));
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), current_setting('drawbridge.role'));
  -- Better Auth's users are what tasks refer to, whatever the table's name and schema: its uuid, or its id where
  -- that is the UUID.
  EXECUTE (
    SELECT format('GRANT USAGE ON SCHEMA %s TO %I; GRANT SELECT (%I) ON %s TO %2$I', relnamespace::regnamespace,
                  current_setting('drawbridge.role'), there.attname, pg_class.oid::regclass)
    FROM pg_constraint JOIN pg_class ON pg_class.oid = confrelid
    JOIN pg_attribute AS here ON here.attrelid = conrelid AND here.attnum = conkey[1]
    JOIN pg_attribute AS there ON there.attrelid = confrelid AND there.attnum = confkey[1]
    WHERE conrelid = 'tasks'::regclass AND contype = 'f' AND cardinality(conkey) = 1 AND here.attname = 'user_id');
  IF current_setting('drawbridge.sessions', true) = 'on' THEN
    EXECUTE (
      SELECT string_agg(format('GRANT SELECT (%I) ON %s TO %I', readable.attname, either.oid::regclass,
                               current_setting('drawbridge.role')), '; ')
      FROM pg_constraint JOIN pg_class AS users ON users.oid = confrelid
      JOIN pg_class AS either ON either.oid = users.oid
        OR (either.relnamespace = users.relnamespace AND either.relname IN ('session', 'sessions'))
      JOIN pg_attribute AS here ON here.attrelid = conrelid AND here.attnum = conkey[1]
      JOIN pg_attribute AS readable ON readable.attrelid = either.oid AND readable.attnum > 0
      WHERE conrelid = 'tasks'::regclass AND contype = 'f' AND cardinality(conkey) = 1 AND here.attname = 'user_id'
        AND NOT readable.attisdropped AND lower(replace(readable.attname, '_', '')) = ANY (
          CASE WHEN either.oid = users.oid
            THEN '{id,uuid,email,emailverified,name,role,banned,banexpires,isanonymous}'::text[]
            ELSE '{id,token,userid,expiresat,createdat,impersonatedby}' END));
  END IF;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON tasks, tags, task_tags TO :"role";
GRANT SELECT ON drawbridge_migrations TO :"role";

COMMIT;
