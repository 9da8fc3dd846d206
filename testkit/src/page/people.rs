//! People, as pages show them: a picture or a letter, a name, and a line about them.

use admit::Image;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use maud::{Markup, html};

/// Somebody who can sign in.
pub(crate) struct Portrait<'a> {
    /// What the forms send for them.
    pub(crate) login: &'a str,
    pub(crate) name: &'a str,
    /// One line: an address, mostly.
    pub(crate) about: String,
    pub(crate) picture: Option<&'a Bytes>,
    /// What is special about them, for whoever writes the application.
    pub(crate) traits: Vec<String>,
}

impl Portrait<'_> {
    /// Picture, name and line, for a button or a card.
    pub(crate) fn shown(&self) -> Markup {
        html! { (face(self.name, self.picture)) span.name { (self.name) } " " span.about { (self.about) } }
    }
}

/// The picture, or the first letter of the name. Decoration either way: the name stands beside it.
fn face(name: &str, picture: Option<&Bytes>) -> Markup {
    let picture = match picture.cloned().and_then(Image::sniff) {
        Some(Image::Bytes { media_type, data }) => Some(format!("data:{media_type};base64,{}", STANDARD.encode(data))),
        _ => None,
    };
    html! {
        @match picture {
            Some(url) => img.face alt="" width="44" height="44" src=(url);
            None => span.face aria-hidden="true" { (name.chars().next().unwrap_or('?')) }
        }
    }
}
