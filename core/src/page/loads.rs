//! What a page of the application's drawing may load, as its `Content-Security-Policy` says it.

use std::collections::BTreeSet;

use super::style::hash_source;

/// What a page may load besides the built-in stylesheet and this site's pictures: nothing, unless it is said here.
///
/// No other site can be named: whoever serves a script to a sign-in page can sign in as anybody, and whoever serves a
/// font learns who is signing in.
///
/// ```
/// use admit::page::Loads;
///
/// let loads = Loads::nothing().styles_from_self().fonts_from_self().inline_style("main{max-width:30rem}");
/// # let _ = loads;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Loads {
    styles: BTreeSet<String>,
    scripts: BTreeSet<String>,
    fonts: BTreeSet<String>,
    connections: BTreeSet<String>,
}

impl Loads {
    /// Nothing yet.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Stylesheets of this site, by `<link rel="stylesheet">`.
    pub fn styles_from_self(mut self) -> Self {
        self.styles.insert(SELF.to_owned());
        self
    }

    /// The stylesheet with exactly that text, in a `<style>` of the page.
    pub fn inline_style(mut self, css: &str) -> Self {
        self.styles.insert(hash_source(css));
        self
    }

    /// Scripts of this site, by `<script src>`. The built-in pages need none.
    pub fn scripts_from_self(mut self) -> Self {
        self.scripts.insert(SELF.to_owned());
        self
    }

    /// The script with exactly that text, in a `<script>` of the page.
    pub fn inline_script(mut self, script: &str) -> Self {
        self.scripts.insert(hash_source(script));
        self
    }

    /// Fonts of this site.
    pub fn fonts_from_self(mut self) -> Self {
        self.fonts.insert(SELF.to_owned());
        self
    }

    /// Lets scripts of the page speak to this site.
    pub fn connections_to_self(mut self) -> Self {
        self.connections.insert(SELF.to_owned());
        self
    }

    /// The source expressions for styles, a space before each.
    pub(super) fn styles(&self) -> String {
        listed(&self.styles)
    }

    /// The directives for the rest, each with what ends it.
    pub(super) fn directives(&self) -> String {
        [("script-src", &self.scripts), ("font-src", &self.fonts), ("connect-src", &self.connections)]
            .into_iter()
            .filter(|(_, sources)| !sources.is_empty())
            .map(|(directive, sources)| format!("{directive}{}; ", listed(sources)))
            .collect()
    }
}

fn listed(sources: &BTreeSet<String>) -> String {
    sources.iter().flat_map(|source| [" ", source]).collect()
}

const SELF: &str = "'self'";
