-- Text that is compared or put in order goes by its bytes, hence the collation. Instants are milliseconds since 1970.

create table admit_schema (
    version integer primary key,
    applied_at timestamptz not null default now()
);

create table admit_sessions (
    key bytea primary key,
    user_id text collate "C" not null,
    data bytea not null,
    created_at bigint not null,
    expires_at bigint not null,
    version bigint not null
);
create index admit_sessions_user_id on admit_sessions (user_id);
create index admit_sessions_expires_at on admit_sessions (expires_at);

create table admit_tokens (
    provider text collate "C" not null,
    subject text collate "C" not null,
    sealed bytea not null,
    refresh_at bigint,
    version bigint not null,
    -- The lease that may write; null when nobody holds one.
    fence bigint,
    leased_until bigint,
    primary key (provider, subject)
);
create index admit_tokens_refresh_at on admit_tokens (refresh_at) where refresh_at is not null;
-- Numbers of leases. They rise also for an account that was deleted and is back.
create sequence admit_fences;

create table admit_users (
    id text collate "C" primary key,
    name text,
    email text,
    -- The address with its ASCII letters in lower case. No function of the server's does that, and nothing more.
    email_key text collate "C" unique,
    email_verified boolean not null,
    image text,
    epoch bigint not null default 0,
    disabled boolean not null default false
);

create table admit_accounts (
    provider text collate "C" not null,
    subject text collate "C" not null,
    user_id text collate "C" not null references admit_users on delete cascade,
    primary key (provider, subject)
);
create index admit_accounts_user_id on admit_accounts (user_id);

create table admit_once (
    key text collate "C" primary key,
    until bigint not null
);
create index admit_once_until on admit_once (until);

-- What is sealed cannot be compressed, and need not be tried.
alter table admit_sessions alter column data set storage external;
alter table admit_tokens alter column sealed set storage external;
