-- What is known of accounts, and the marks that find it, which go with it.

create table admit_evidence (
    provider text collate "C" not null,
    subject text collate "C" not null,
    sealed bytea not null,
    captured_at bigint not null,
    primary key (provider, subject)
);
-- What is sealed cannot be compressed, and need not be tried.
alter table admit_evidence alter column sealed set storage external;

create table admit_marks (
    mark bytea not null,
    provider text collate "C" not null,
    subject text collate "C" not null,
    primary key (mark, provider, subject),
    foreign key (provider, subject) references admit_evidence on delete cascade
);
create index admit_marks_account on admit_marks (provider, subject);

-- What was done to accounts. The account and the user need not be there any more.
create table admit_audit (
    id text collate "C" primary key,
    at bigint not null,
    actor text not null,
    action text not null,
    provider text collate "C",
    subject text collate "C",
    user_id text collate "C",
    -- Not `jsonb`, which changes numbers and refuses an escaped NUL.
    detail json not null
);
create index admit_audit_at on admit_audit (at, id);
create index admit_audit_account on admit_audit (provider, subject, at, id) where provider is not null;
