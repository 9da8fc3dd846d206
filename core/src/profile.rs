//! Who a provider says this is, in one shape for all providers.

mod hygiene;

use std::fmt;

use bytes::Bytes;
use url::Url;

/// A person as a provider describes them.
///
/// The subject is what identifies; name, e-mail and picture may change from one sign-in to the next.
///
/// ```
/// use admit::{Email, Profile};
///
/// let profile = Profile::new("248289761001")
///     .name(Some("Jane Doe"))
///     .email(Some(Email::unverified("jane@example.com")));
/// assert_eq!(profile.subject, "248289761001");
/// ```
#[derive(Clone, PartialEq)]
pub struct Profile {
    /// The provider's own, unchanging identifier of the person.
    pub subject: String,
    /// The name to show.
    pub name: Option<String>,
    /// The address, and whether the provider vouches for it.
    pub email: Option<Email>,
    /// The picture.
    pub image: Option<Image>,
}

impl Profile {
    /// A person of whom only the identifier is known.
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), name: None, email: None, image: None }
    }

    /// The name to show.
    #[must_use]
    pub fn name(mut self, name: Option<impl Into<String>>) -> Self {
        self.name = name.map(Into::into);
        self
    }

    /// The e-mail address.
    #[must_use]
    pub fn email(mut self, email: Option<Email>) -> Self {
        self.email = email;
        self
    }

    /// The picture, by its address.
    #[must_use]
    pub fn image_url(mut self, url: Option<impl Into<String>>) -> Self {
        self.image = url.map(|url| Image::Url(url.into()));
        self
    }

    /// The picture.
    #[must_use]
    pub fn image(mut self, image: Option<Image>) -> Self {
        self.image = image;
        self
    }
}

impl fmt::Debug for Profile {
    /// Shows the subject; what is personal stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// An e-mail address. It never identifies anybody; whether the provider has verified it is part of its type.
#[derive(Clone, PartialEq, Eq)]
pub enum Email {
    /// The provider says that the person has shown control of it.
    Verified(String),
    /// Nobody has checked it.
    Unverified(String),
}

impl Email {
    /// An address the provider vouches for.
    pub fn verified(address: impl Into<String>) -> Self {
        Self::Verified(address.into())
    }

    /// An address nobody has checked.
    pub fn unverified(address: impl Into<String>) -> Self {
        Self::Unverified(address.into())
    }

    /// The address.
    pub fn address(&self) -> &str {
        match self {
            Self::Verified(address) | Self::Unverified(address) => address,
        }
    }

    /// Whether the provider vouches for it.
    pub fn is_verified(&self) -> bool {
        matches!(self, Self::Verified(_))
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_verified() { "Email::Verified(…)" } else { "Email::Unverified(…)" })
    }
}

/// A picture of a person.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Image {
    /// Where it can be fetched. This goes into the session.
    Url(String),
    /// The picture itself. It never goes into a session cookie; callbacks, events and the user store see it.
    Bytes {
        /// `image/png`, `image/jpeg` or `image/gif`.
        media_type: &'static str,
        /// The file.
        data: Bytes,
    },
}

impl Image {
    /// Takes bytes for a picture if they begin like one: PNG, JPEG or GIF, and at most 256 KiB.
    /// SVG is refused, since it can carry script.
    pub fn sniff(data: impl Into<Bytes>) -> Option<Self> {
        let data = data.into();
        if data.len() > LARGEST {
            return None;
        }
        let media_type = match data.as_ref() {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
            _ => return None,
        };
        Some(Self::Bytes { media_type, data })
    }

    /// Whether an address is one that a page can show and a cookie can hold.
    pub(crate) fn is_usable(&self) -> bool {
        match self {
            Self::Url(url) => {
                url.len() <= LONGEST_URL
                    && Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            }
            Self::Bytes { .. } => true,
        }
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(_) => f.write_str("Image::Url(…)"),
            Self::Bytes { media_type, data } => write!(f, "Image::Bytes({media_type}, {} bytes)", data.len()),
        }
    }
}

const LARGEST: usize = 256 * 1024;
const LONGEST_URL: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_told_by_their_first_bytes_and_svg_is_none() {
        let kind = |bytes: &'static [u8]| match Image::sniff(bytes) {
            Some(Image::Bytes { media_type, .. }) => media_type,
            _ => "none",
        };
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n"), "image/png");
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), "image/jpeg");
        assert_eq!(kind(b"GIF89a"), "image/gif");
        assert_eq!(kind(b"<svg onload=alert(1)>"), "none");
        assert_eq!(kind(b""), "none");
        assert!(Image::sniff([0xff, 0xd8, 0xff].repeat(200_000)).is_none());
    }
}
