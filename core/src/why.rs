//! Why somebody is sent to sign in: a word in the address of the sign-in page, looked up there and never shown.

use crate::language::{Text, text};

/// Why somebody is sent to sign in, though they may have been signed in before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// They brought a session that does not count any more.
    Ended,
    /// They are to confirm that it is still them.
    Again,
    /// The same, before they change by which accounts they come in.
    Account,
    /// The provider's access has ended, or was revoked.
    Expired,
    /// The provider wants more proof than the last sign-in gave.
    Proof,
    /// Something needs more than the provider was asked for.
    Permission,
    /// They have no account of the provider here.
    Unconnected,
}

impl Why {
    const ALL: [Self; 7] =
        [Self::Ended, Self::Again, Self::Account, Self::Expired, Self::Proof, Self::Permission, Self::Unconnected];

    /// What stands in the address.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Again => "again",
            Self::Account => "account",
            Self::Expired => "expired",
            Self::Proof => "proof",
            Self::Permission => "permission",
            Self::Unconnected => "unconnected",
        }
    }

    /// Reads a word; what is not in the list is no reason.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }

    /// What the page says.
    pub(crate) const fn text(self) -> Text {
        match self {
            Self::Ended => text::WHY_ENDED,
            Self::Again => text::WHY_AGAIN,
            Self::Account => text::WHY_ACCOUNT,
            Self::Expired => text::WHY_EXPIRED,
            Self::Proof => text::WHY_PROOF,
            Self::Permission => text::WHY_PERMISSION,
            Self::Unconnected => text::WHY_UNCONNECTED,
        }
    }

    /// Whether the text names a provider.
    pub(crate) const fn names_a_provider(self) -> bool {
        matches!(self, Self::Expired | Self::Proof | Self::Permission | Self::Unconnected)
    }
}

/// The member of the address that has the word.
pub(crate) const WHY: &str = "why";

/// The one that has the provider's id, where it is about one.
pub(crate) const PROVIDER: &str = "provider";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::text::parts;

    #[test]
    fn words_are_read_as_they_are_written_and_others_are_none() {
        for why in Why::ALL {
            assert_eq!(Why::parse(why.word()), Some(why));
        }
        for unknown in ["", "Ended", "ended ", "<script>"] {
            assert_eq!(Why::parse(unknown), None);
        }
    }

    #[test]
    fn the_texts_name_a_provider_where_the_address_does() {
        for why in Why::ALL {
            let names = parts(why.text().english).any(|part| part == Err("provider"));
            assert_eq!(names, why.names_a_provider(), "{why:?}");
        }
    }
}
