//! A JSON body's members.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The members of a JSON object in which no name stands twice: what is checked and what is used shall be the same.
#[derive(Debug)]
pub(super) struct Members(pub(super) Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Collect)
    }
}

struct Collect;

impl<'de> Visitor<'de> for Collect {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(json: &str) -> Option<Vec<String>> {
        serde_json::from_str(json).ok().map(|Members(members)| members.into_iter().map(|(name, _)| name).collect())
    }

    #[test]
    fn an_object_in_which_a_name_stands_twice_is_none() {
        assert_eq!(names(r#"{"a":1,"b":{"a":[2]}}"#), Some(vec!["a".to_owned(), "b".to_owned()]));
        for json in [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"\u0061":3}"#, "[]", "null", "\"a\"", "", "{}x"] {
            assert_eq!(names(json), None, "{json}");
        }
    }
}
