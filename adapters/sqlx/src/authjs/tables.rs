//! Which tables Auth.js keeps, under which names and types: its own adapter for PostgreSQL, and Prisma's.

use std::collections::HashMap;

use sqlx::{PgPool, Row as _};

use super::AuthJsError;

/// The tables as they were found, and the questions that are put to them.
pub(crate) struct Tables {
    pub(crate) users: &'static str,
    pub(crate) accounts: &'static str,
    pub(crate) sessions: &'static str,
    verification: Option<&'static str>,
    found: Columns,
}

/// The types of columns, by table and column.
type Columns = HashMap<(String, String), String>;

impl Tables {
    pub(crate) async fn find(pool: &PgPool, with_sessions: bool) -> Result<Self, AuthJsError> {
        let names: Vec<&str> = NAMES.iter().flatten().copied().collect();
        let select = "select c.relname::text, a.attname::text, t.typname::text
                      from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
                      where c.relname = any($1) and c.relkind in ('r', 'v', 'm', 'p', 'f') and a.attnum > 0
                        and not a.attisdropped and pg_table_is_visible(c.oid)";
        let rows = sqlx::query(select).bind(&names).fetch_all(pool).await?;
        let mut found = Columns::new();
        for row in &rows {
            found.insert((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?);
        }
        let is_there = |table: &str| found.keys().any(|(known, _)| known == table);
        let [users, accounts, sessions, verification] =
            NAMES.into_iter().find(|[users, ..]| is_there(users)).unwrap_or(NAMES[0]);
        let verification = Some(verification).filter(|table| is_there(table));
        let tables = Self { users, accounts, sessions, verification, found };
        let missing = tables.missing(with_sessions);
        if missing.is_empty() { Ok(tables) } else { Err(AuthJsError::Schema(missing)) }
    }

    /// What is not there, or is not of a type that can be read.
    fn missing(&self, with_sessions: bool) -> Vec<String> {
        let mut missing = Vec::new();
        let needed = [(self.users, USERS), (self.accounts, ACCOUNTS), (self.sessions, SESSIONS)];
        for (table, columns) in needed.into_iter().take(if with_sessions { 3 } else { 2 }) {
            if !self.found.keys().any(|(known, _)| known == table) {
                missing.push(table.to_owned());
                continue;
            }
            for (column, kind) in columns {
                match self.kind(table, column) {
                    None => missing.push(format!("{table}.{column}")),
                    Some(kinds) if !kind.takes(kinds) => {
                        missing.push(format!("{table}.{column} (a {kinds} cannot be read)"));
                    }
                    // An identifier of one type does not refer to one of another.
                    Some(kinds) if *column == "userId" && cast(kinds) != self.cast(self.users) => {
                        missing.push(format!("{table}.{column} (a {kinds}, and {}.id is none)", self.users));
                    }
                    Some(_) => {}
                }
            }
        }
        missing
    }

    /// A page of users by their id.
    pub(crate) fn page_of_users(&self, after: bool) -> String {
        let Self { users, .. } = self;
        let (after, verified) = (self.after(users, after), Self::millis("emailVerified"));
        format!(
            r#"select id::text, name::text, email::text, {verified}, image::text
               from "{users}" where {after} order by "{users}".id limit $1"#
        )
    }

    /// The accounts of some users.
    pub(crate) fn accounts_of(&self) -> String {
        let Self { accounts, users, .. } = self;
        let cast = self.cast(users);
        format!(
            r#"select id::text, "userId"::text, coalesce(type::text, ''), coalesce(provider::text, ''),
                      coalesce("providerAccountId"::text, ''), access_token::text,
                      refresh_token::text, expires_at::bigint, id_token::text, scope::text, token_type::text
               from "{accounts}" where "userId" = any($1::text[]::{cast}[]) order by "{accounts}".id"#
        )
    }

    /// A page of the sessions of some users, by their id.
    pub(crate) fn sessions_of(&self, after: bool) -> String {
        let Self { sessions, users, .. } = self;
        let (cast, expires) = (self.cast(users), Self::millis("expires"));
        let after = if after { format!("id > $3::text::{}", self.cast(sessions)) } else { "true".to_owned() };
        format!(
            r#"select id::text, "userId"::text, coalesce("sessionToken"::text, ''), coalesce({expires}, 0),
                      encode(sha256(convert_to(coalesce("sessionToken"::text, ''), 'UTF8')), 'hex')
               from "{sessions}" where "userId" = any($2::text[]::{cast}[]) and {after}
               order by "{sessions}".id limit $1"#
        )
    }

    /// A page of the rows of a table that belong to nobody.
    pub(crate) fn orphans(&self, table: &str, after: bool) -> String {
        let (users, after) = (self.users, self.after(table, after));
        format!(
            r#"select id::text from "{table}" where {after}
                  and not exists (select from "{users}" u where u.id = "{table}"."userId")
               order by "{table}".id limit $1"#
        )
    }

    /// Users whose address, but for the case of its letters, is that of one before them.
    pub(crate) fn same_address(&self) -> String {
        let users = self.users;
        format!(
            r#"select id::text from (
                   select id, row_number() over (partition by {} order by id) as nth
                   from "{users}" where email <> ''
               ) as numbered where nth > 1"#,
            lower("email")
        )
    }

    /// Accounts that stand at several users.
    pub(crate) fn shared_accounts(&self) -> String {
        let accounts = self.accounts;
        format!(
            r#"select coalesce(provider::text, ''), coalesce("providerAccountId"::text, '')
               from "{accounts}" where type::text in ('oauth', 'oidc')
               group by 1, 2 having count(distinct "userId") > 1"#
        )
    }

    pub(crate) fn count_of_verification_tokens(&self) -> Option<String> {
        self.verification.map(|table| format!(r#"select count(*) from "{table}""#))
    }

    fn after(&self, table: &str, after: bool) -> String {
        if after { format!("id > $2::text::{}", self.cast(table)) } else { "true".to_owned() }
    }

    /// An instant in milliseconds since 1970; the ends of time are brought within a calendar.
    fn millis(column: &str) -> String {
        // Without a time zone it is taken for UTC, as Prisma means it.
        let finite = format!(r#"greatest(least("{column}", '9999-12-31'), '0001-01-01')"#);
        format!(r#"case when "{column}" is not null then (extract(epoch from {finite}) * 1000)::bigint end"#)
    }

    fn kind(&self, table: &str, column: &str) -> Option<&str> {
        self.found.get(&(table.to_owned(), column.to_owned())).map(String::as_str)
    }

    /// The type in which the ids of a table are compared.
    fn cast(&self, table: &str) -> &'static str {
        self.kind(table, "id").map_or("text", cast)
    }
}

fn cast(kind: &str) -> &'static str {
    match kind {
        "int2" | "int4" | "int8" => "bigint",
        "uuid" => "uuid",
        _ => "text",
    }
}

/// As the store makes keys of addresses: ASCII letters, and nothing more.
fn lower(column: &str) -> String {
    format!("translate({column}::text, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')")
}

/// What is read from a column.
#[derive(Clone, Copy)]
enum Kind {
    Id,
    Text,
    Instant,
    Number,
}

impl Kind {
    fn takes(self, kind: &str) -> bool {
        match self {
            Self::Id => matches!(kind, "int2" | "int4" | "int8" | "uuid" | "text" | "varchar"),
            // Also enumerations of the application's own.
            Self::Text => !matches!(kind, "bytea" | "json" | "jsonb"),
            Self::Instant => matches!(kind, "timestamp" | "timestamptz"),
            Self::Number => matches!(kind, "int2" | "int4" | "int8" | "numeric"),
        }
    }
}

/// Users, accounts, sessions, verification tokens: of Auth.js's own adapter, and of Prisma's.
const NAMES: [[&str; 4]; 2] =
    [["users", "accounts", "sessions", "verification_token"], ["User", "Account", "Session", "VerificationToken"]];
const USERS: &[(&str, Kind)] = &[
    ("id", Kind::Id),
    ("name", Kind::Text),
    ("email", Kind::Text),
    ("emailVerified", Kind::Instant),
    ("image", Kind::Text),
];
const ACCOUNTS: &[(&str, Kind)] = &[
    ("id", Kind::Id),
    ("userId", Kind::Id),
    ("type", Kind::Text),
    ("provider", Kind::Text),
    ("providerAccountId", Kind::Text),
    ("access_token", Kind::Text),
    ("refresh_token", Kind::Text),
    ("expires_at", Kind::Number),
    ("id_token", Kind::Text),
    ("scope", Kind::Text),
    ("token_type", Kind::Text),
];
const SESSIONS: &[(&str, Kind)] =
    &[("id", Kind::Id), ("userId", Kind::Id), ("sessionToken", Kind::Text), ("expires", Kind::Instant)];
