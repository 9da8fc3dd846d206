//! What the site is told on its command line. Secrets come from the environment, as in any application.

use std::path::PathBuf;

/// How the site is set up.
pub(crate) struct Options {
    pub(crate) adapter: Adapter,
    pub(crate) sessions: Sessions,
    pub(crate) ways: Ways,
    /// Where browsers find the site, if that is not the address it listens at: behind a proxy.
    pub(crate) base_url: Option<String>,
    /// The folder of the pages' scripts.
    pub(crate) bundles: PathBuf,
}

/// The web framework.
#[derive(Clone, Copy)]
pub(crate) enum Adapter {
    Actix,
    Axum,
}

/// Where sessions live.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Sessions {
    Cookie,
    Store,
}

/// By what people can sign in.
#[derive(Clone, Copy)]
pub(crate) enum Ways {
    /// Azure DevOps, where Norma consents without being asked, GitHub, and a password: unless told otherwise.
    Few,
    /// Azure DevOps alone.
    One,
    /// Every pretend provider, GitHub, and a password.
    All,
    /// Azure DevOps, and Microsoft Entra ID, which takes its place.
    Moving,
    /// The same, with Azure DevOps at its end.
    Moved,
}

impl Options {
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut adapter, mut sessions, mut ways, mut base_url, mut bundles) = (None, None, Ways::Few, None, None);
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} wants a value"))?;
            match (name.as_str(), value.as_str()) {
                ("--adapter", "actix") => adapter = Some(Adapter::Actix),
                ("--adapter", "axum") => adapter = Some(Adapter::Axum),
                ("--sessions", "cookie") => sessions = Some(Sessions::Cookie),
                ("--sessions", "store") => sessions = Some(Sessions::Store),
                ("--ways", "few") => ways = Ways::Few,
                ("--ways", "one") => ways = Ways::One,
                ("--ways", "all") => ways = Ways::All,
                ("--ways", "moving") => ways = Ways::Moving,
                ("--ways", "moved") => ways = Ways::Moved,
                ("--base-url", _) => base_url = Some(value),
                ("--bundles", _) => bundles = Some(PathBuf::from(value)),
                _ => return Err(format!("{name} {value} is not understood")),
            }
        }
        Ok(Self {
            adapter: adapter.ok_or("--adapter is missing: actix or axum")?,
            sessions: sessions.ok_or("--sessions is missing: cookie or store")?,
            ways,
            base_url,
            bundles: bundles.ok_or("--bundles is missing: a folder")?,
        })
    }
}
