//! What of a profile is taken on trust: nothing that would make two people one, or a page unreadable.

use super::{Email, Image, Profile};
use crate::ProfileError;

impl Profile {
    /// The profile as it may be kept: a name without control characters and of sane length, an e-mail address that is
    /// one, a picture whose address can be used. What is not so is left out, since it never stops a sign-in.
    ///
    /// # Errors
    /// When the identifier identifies nobody.
    pub(crate) fn checked(mut self) -> Result<Self, ProfileError> {
        if self.subject.trim().is_empty() {
            // Whoever comes without one would be the same person as everybody else who does.
            return Err(ProfileError::Identifier("is blank"));
        }
        if self.subject.len() > LONGEST_SUBJECT {
            return Err(ProfileError::Identifier("is longer than 1024 bytes"));
        }
        if self.subject.chars().any(char::is_control) {
            return Err(ProfileError::Identifier("holds control characters"));
        }
        self.name = self.name.map(|name| presentable(&name)).filter(|name| !name.trim().is_empty());
        self.email = self.email.map(Email::without_spaces);
        if let Some(why) = self.email.as_ref().and_then(Email::fault) {
            tracing::warn!(why, "an e-mail address was left out of a profile");
            self.email = None;
        }
        self.image = self.image.filter(Image::is_usable);
        Ok(self)
    }
}

impl Email {
    /// Without the spaces around it, which belong to no address: else two spellings of one would be two people's.
    fn without_spaces(self) -> Self {
        match self {
            Self::Verified(address) => Self::Verified(address.trim_matches(' ').to_owned()),
            Self::Unverified(address) => Self::Unverified(address.trim_matches(' ').to_owned()),
        }
    }

    /// Why it is no single address, if it is none. Two in one text would let the owner of either be taken for both.
    fn fault(&self) -> Option<&'static str> {
        let address = self.address();
        let mut parts = address.split('@');
        let is_pair = match (parts.next(), parts.next(), parts.next()) {
            (Some(local), Some(domain), None) => !local.is_empty() && !domain.is_empty(),
            _ => false,
        };
        // Two of them look like an @, and the third is half of a letter.
        let is_odd = |c: char| matches!(c, '\u{ff20}' | '\u{fe6b}' | '\u{fffd}');
        if address.len() > LONGEST_EMAIL {
            Some("it is longer than 320 bytes")
        } else if address.chars().any(|c| c.is_whitespace() || c.is_control()) {
            Some("it holds white space or control characters")
        } else if address.contains(is_odd) {
            Some("it holds a letter that is read as another")
        } else if address.contains(',') {
            Some("it is a list")
        } else if !is_pair {
            Some("it has not two parts around one @")
        } else {
            None
        }
    }
}

/// Without control characters, and cut where it is too long to be a name.
fn presentable(name: &str) -> String {
    let mut kept = String::new();
    for c in name.chars().filter(|c| !c.is_control()) {
        if kept.len() + c.len_utf8() > LONGEST_NAME {
            break;
        }
        kept.push(c);
    }
    kept
}

const LONGEST_SUBJECT: usize = 1024;
const LONGEST_NAME: usize = 1000;
/// 64 before the @, 255 behind it (RFC 5321 §4.5.3.1).
const LONGEST_EMAIL: usize = 320;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_that_identifies_nobody_is_refused() {
        for (subject, why) in [
            ("", "is blank"),
            (" \u{2003}\t", "is blank"),
            ("a\0b", "holds control characters"),
            ("7\n", "holds control characters"),
            (&"x".repeat(1025), "is longer than 1024 bytes"),
        ] {
            let error = Profile::new(subject).checked().unwrap_err();
            assert_eq!(error.to_string(), format!("the identifier of the person {why}"), "{subject:?}");
        }
        // Byte for byte, whatever else is in it.
        for subject in ["x".repeat(1024), " 7 ".to_owned(), "Ｊ".to_owned()] {
            assert_eq!(Profile::new(&subject).checked().unwrap().subject, subject);
        }
    }

    #[test]
    fn an_address_that_is_not_exactly_one_is_left_out() {
        // LNK-018
        let kept = |address: &str| {
            let email = Some(Email::verified(address));
            Profile::new("7").email(email).checked().unwrap().email.is_some()
        };
        assert!(kept("ada@example.com") && kept("ADA@Example.COM") && kept("ıda@example.com"));
        let spaced = Profile::new("7").email(Some(Email::verified(" ada@example.com "))).checked().unwrap();
        assert_eq!(spaced.email, Some(Email::verified("ada@example.com")));
        assert!(kept(&format!("{}@{}", "a".repeat(64), "b".repeat(255))));
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example.com\t",
            "\u{a0}ada@example.com",
            "a da@example.com",
            "a@x.example,b@y.example",
            "a@b@x.example",
            "ada@example.com\0",
            "ada@exam\u{a0}ple.com",
            "a\u{ff20}b@example.com",
            &format!("{}@{}", "a".repeat(65), "b".repeat(255)),
        ] {
            assert!(!kept(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_name_is_cut_between_characters_and_loses_what_cannot_be_seen() {
        let name = |name: &str| Profile::new("7").name(Some(name)).checked().unwrap().name;
        assert_eq!(name("Ada\u{7}\r\n Byron").as_deref(), Some("Ada Byron"));
        assert_eq!(name(&"é".repeat(600)).unwrap(), "é".repeat(500));
        assert_eq!(name(&format!("x{}", "é".repeat(600))).unwrap().len(), 999);
        assert_eq!(name("\u{1}\u{2}"), None);
    }
}
