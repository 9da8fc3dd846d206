//! `GET …/providers`: what a sign-in page needs to know of each provider.

use http::StatusCode;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::answer::{self, Answer};
use crate::realm::{Realm, Registered};

pub(super) fn list(realm: &Realm) -> Answer {
    answer::plain_json(StatusCode::OK, &List(&realm.providers))
}

/// By id, in the order of the configuration.
struct List<'a>(&'a [Registered]);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    id: &'a str,
    name: &'a str,
    r#type: &'static str,
    signin_url: &'a str,
    callback_url: &'a str,
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for registered in self.0 {
            map.serialize_entry(
                registered.id(),
                &Entry {
                    id: registered.id(),
                    name: registered.provider.name(),
                    r#type: registered.provider.flow().kind(),
                    signin_url: &registered.sign_in_url,
                    callback_url: &registered.callback_url,
                },
            )?;
        }
        map.end()
    }
}
