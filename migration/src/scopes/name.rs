//! Reads what people have in their configuration: scopes by their names, in whatever spelling.
//!
//! 1. Azure DevOps takes a space between scopes. A comma, a semicolon, and the `+` or `%20` of a copied address are
//!    read, and told.
//! 2. Azure DevOps writes its scopes in lower case. Others are read, and told.
//! 3. A scope that has Azure DevOps' resource before it, in either of its names, is the scope without it.

use std::cmp::Ordering;

use admit_providers::azure_devops::Scope;
use admit_providers::microsoft_entra_id::Resource;

use super::Note;

/// What a text names. The order is that of the published table, then by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// One of the 85.
    Published(Scope),
    /// One that only Entra ID knows, `user_impersonation` apart.
    OnlyInEntra(&'static str),
    /// `user_impersonation`.
    Everything,
    /// One that looks as Azure DevOps' do.
    Unknown(String),
    /// One of the sign-in, such as `openid`. It goes with every mapping anyway.
    OfSignIn(String),
    /// One for which there is nothing.
    NoEquivalent(String),
    /// `.default`.
    Default(String),
    /// Something else.
    Foreign(String),
}

impl Named {
    pub(super) fn read(text: &str) -> Self {
        let of_devops = Resource::of(text) == Some(Resource::AzureDevOps);
        let name = if of_devops { text.rsplit('/').next().unwrap_or(text) } else { text }.to_ascii_lowercase();
        if let Some(scope) = Scope::parse(&name) {
            return Self::Published(scope);
        }
        if let Some(known) = ONLY_IN_ENTRA.iter().find(|known| **known == name) {
            return Self::OnlyInEntra(known);
        }
        if Resource::of(text).is_none() {
            return Self::OfSignIn(name);
        }
        match name.as_str() {
            "user_impersonation" => Self::Everything,
            ".default" => Self::Default(text.to_owned()),
            "vso.full_access" => Self::NoEquivalent(name),
            _ if name.starts_with("preview_") => Self::NoEquivalent(name),
            _ if is_shaped_like_a_scope(&name) => Self::Unknown(name),
            _ if name.ends_with("/.default") => Self::Default(text.to_owned()),
            _ => Self::Foreign(text.to_owned()),
        }
    }

    /// Its name, as a mapping tells it.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Published(scope) => scope.as_str(),
            Self::OnlyInEntra(name) => name,
            Self::Everything => "user_impersonation",
            Self::Unknown(name)
            | Self::OfSignIn(name)
            | Self::NoEquivalent(name)
            | Self::Default(name)
            | Self::Foreign(name) => name,
        }
    }

    fn rank(&self) -> (usize, &str) {
        let place = |scope: &Scope| Scope::ALL.iter().position(|known| known == scope).unwrap_or(Scope::ALL.len());
        let after = |kind: usize| Scope::ALL.len() + kind;
        let kind = match self {
            Self::Published(scope) => place(scope),
            Self::OnlyInEntra(_) => after(1),
            Self::Everything => after(2),
            Self::Unknown(_) => after(3),
            Self::OfSignIn(_) => after(4),
            Self::NoEquivalent(_) => after(5),
            Self::Default(_) => after(6),
            Self::Foreign(_) => after(7),
        };
        (kind, self.as_str())
    }
}

impl PartialOrd for Named {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Named {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// What the texts name, each once and in order, and what there is to say of how they are written.
pub(super) fn read<S: AsRef<str>>(texts: &[S]) -> (Vec<Named>, Vec<Note>) {
    let mut notes: Vec<Note> = DIVIDERS
        .iter()
        .filter(|by| texts.iter().any(|text| text.as_ref().contains(**by)))
        .map(|by| Note::Divided { by })
        .collect();
    let plain = |text: &S| DIVIDERS.iter().fold(text.as_ref().to_owned(), |text, by| text.replace(by, " "));
    let texts: Vec<String> = texts.iter().map(plain).collect();
    let mut given: Vec<(Named, &str)> =
        texts.iter().flat_map(|text| text.split_whitespace()).map(|text| (Named::read(text), text)).collect();
    given.sort();
    let mut named: Vec<Named> = Vec::new();
    for (name, text) in given {
        let mut note = |note| {
            if !notes.contains(&note) {
                notes.push(note);
            }
        };
        if name.as_str() != text {
            note(Note::Respelt { given: text.to_owned(), read: name.as_str().to_owned() });
        }
        if named.last() == Some(&name) {
            note(Note::Repeated { scope: name.as_str().to_owned() });
        } else {
            named.push(name);
        }
    }
    (named, notes)
}

/// `vso.` and words of small letters.
fn is_shaped_like_a_scope(name: &str) -> bool {
    let is_plain = |rest: &str| {
        !rest.is_empty()
            && rest.len() <= LONGEST
            && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'-'))
    };
    name.strip_prefix("vso.").is_some_and(is_plain)
}

/// Of personal access tokens: since Sprint 257, in place of `user_impersonation`.
/// <https://learn.microsoft.com/azure/devops/release-notes/2025/sprint-257-update>
pub(super) const ONLY_IN_ENTRA: &[&str] = &["vso.pats", "vso.pats_manage"];
const DIVIDERS: &[&str] = &[",", ";", "+", "%20"];
const LONGEST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<String> {
        read(texts).0.iter().map(|named| named.as_str().to_owned()).collect()
    }

    #[test]
    fn every_spelling_of_a_scope_is_the_scope() {
        for text in [
            "vso.code",
            "VSO.Code",
            " vso.code\n",
            "499b84ac-1321-427f-aa17-267ca6975798/vso.code",
            "499B84AC-1321-427F-AA17-267CA6975798/VSO.CODE",
            "https://app.vssps.visualstudio.com/vso.code",
            ",vso.code,",
        ] {
            assert_eq!(names(&[text]), ["vso.code"], "{text}");
        }
    }

    #[test]
    fn a_copied_list_is_divided_as_it_was_and_told() {
        let whole = ["vso.code", "vso.project", "vso.work"];
        for (list, by) in [
            ("vso.work vso.code vso.project", None),
            ("vso.work,vso.code,vso.project", Some(",")),
            ("vso.work; vso.code; vso.project", Some(";")),
            ("vso.work+vso.code+vso.project", Some("+")),
            ("vso.work%20vso.code%20vso.project", Some("%20")),
        ] {
            assert_eq!(names(&[list]), ["vso.code", "vso.project", "vso.work"], "{list}");
            let told = read(&[list]).1;
            assert_eq!(told, by.map(|by| Note::Divided { by }).into_iter().collect::<Vec<_>>(), "{list}");
        }
        assert_eq!(names(&whole), whole);
    }

    #[test]
    fn what_only_looks_like_a_scope_of_azure_devops_is_none() {
        for (text, expected) in [
            ("vso.brand_new", Named::Unknown("vso.brand_new".to_owned())),
            ("vso.", Named::Foreign("vso.".to_owned())),
            ("vso.<script>", Named::Foreign("vso.<script>".to_owned())),
            ("User.Read", Named::Foreign("User.Read".to_owned())),
            (
                "https://graph.microsoft.com/User.Read",
                Named::Foreign("https://graph.microsoft.com/User.Read".to_owned()),
            ),
            ("https://evil.example/vso.code", Named::Foreign("https://evil.example/vso.code".to_owned())),
            ("preview_api_all", Named::NoEquivalent("preview_api_all".to_owned())),
            ("VSO.full_access", Named::NoEquivalent("vso.full_access".to_owned())),
            ("offline_access", Named::OfSignIn("offline_access".to_owned())),
            ("https://graph.microsoft.com/.default", Named::Default("https://graph.microsoft.com/.default".to_owned())),
        ] {
            assert_eq!(Named::read(text), expected, "{text}");
        }
    }
}
